import { ServiceUnavailableException } from '@nestjs/common';

/** What waits for its turn: what somebody ordered, a page of all failures, one task somebody asks for. */
export type Turn = 'action' | 'reading' | 'look';

/** In the order in which they have their turn. */
const ORDER: readonly Turn[] = ['action', 'reading', 'look'];

/** How many of each may wait; a look reads every dead-letter queue, and whoever may look can ask for thousands. */
const MAX_WAITING: Readonly<Record<Turn, number>> = { action: 20, reading: 20, look: 4 };

/**
 * Who looks into the dead-letter queues: one at a time, because what one has in hand another does not see. What was ordered goes
 * before what only looks, so it waits for one at most that has begun.
 */
export class Turns {
  private readonly waiting: Readonly<Record<Turn, (() => void)[]>> = { action: [], reading: [], look: [] };
  private hasOne = false;
  private begunSoFar = 0;

  /** Somebody has one. */
  get isTaken(): boolean {
    return this.hasOne;
  }

  /** How many have begun. */
  get begun(): number {
    return this.begunSoFar;
  }

  /** Does it when its turn has come. @throws ServiceUnavailableException when too many wait already */
  async take<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
    if (this.hasOne) await this.turnOf(turn);
    this.hasOne = true;
    this.begunSoFar += 1;
    try {
      return await work();
    } finally {
      this.next();
    }
  }

  private turnOf(turn: Turn): Promise<void> {
    const line = this.waiting[turn];
    if (line.length >= MAX_WAITING[turn]) {
      throw new ServiceUnavailableException(
        'Too many are looking into the dead-letter queues at the moment, one after the other; try again soon.',
      );
    }
    return new Promise((resolve) => line.push(resolve));
  }

  /** Whoever is next has it at once: nobody who comes meanwhile gets in between. */
  private next(): void {
    const begin = ORDER.map((turn) => this.waiting[turn])
      .find(({ length }) => length > 0)
      ?.shift();
    if (begin === undefined) this.hasOne = false;
    else begin();
  }
}
