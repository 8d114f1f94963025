import type { Session } from './session';

/** As they were when this was loaded: fake timers of a test shall not stop the broker. */
export const nextTurn = setImmediate;
const later = setTimeout;

/** Turns in a row without a word after which nobody has anything to say: what a client does at once, it does within them. */
const QUIET_TURNS = 5;

/** Turns after which somebody who is at work is waited for with a timer. */
const BUSY_TURNS = 50;

/** What a broker and its clients say to each other, turn by turn. */
export class Traffic {
  private readonly sessions = new Set<Session>();
  private isArmed = false;

  add(session: Session): void {
    this.sessions.add(session);
  }

  delete(session: Session): void {
    this.sessions.delete(session);
  }

  get open(): readonly Session[] {
    return [...this.sessions];
  }

  /** Somebody has something to say: in the next turn of the event loop all are heard, and hear. */
  readonly soon = (): void => {
    if (this.isArmed) return;
    this.isArmed = true;
    nextTurn(() => {
      this.isArmed = false;
      const all = this.open;
      for (const session of all) session.listen();
      for (const session of all) session.speak();
    });
  };

  /**
   * Waits until nobody says anything more and nobody is at work on a message.
   * @param patience milliseconds of real time
   * @param stillAtWork what somebody is at work on, for the error
   * @throws Error when somebody still is by then.
   */
  async silence(patience: number, stillAtWork: () => readonly string[]): Promise<void> {
    const deadline = performance.now() + patience;
    let turns = 0;
    for (let quiet = 0; quiet < QUIET_TURNS; turns += 1) {
      const hadWords = this.isArmed;
      await new Promise<void>((resolve) => void nextTurn(resolve));
      const atWork = stillAtWork();
      quiet = hadWords || this.isArmed || atWork.length > 0 ? 0 : quiet + 1;
      if (quiet > 0) continue;
      if (performance.now() > deadline) throw new Error(impatience(patience, atWork));
      if (turns > BUSY_TURNS) await new Promise<void>((resolve) => void later(resolve, 1));
    }
  }
}

function impatience(patience: number, atWork: readonly string[]): string {
  const what = atWork.length === 0 ? 'clients go on talking to it' : `still in hand: ${atWork.join(', ')}`;
  return (
    `The broker in memory is not at rest after ${patience} ms of real time (${what}). A handler that waits for more than the ` +
    'clock of the broker, for a timer or a service, has to be given what it waits for; or ask for more patience.'
  );
}
