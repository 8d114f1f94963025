interface Appointment {
  readonly at: number;
  readonly keep: () => void;
}

/** A clock that stands still until somebody moves it, and what is to be done at its times. Milliseconds since 1970. */
export class VirtualClock {
  private time: number;
  private readonly appointments = new Set<Appointment>();

  /** @param start where it stands; unless given, where the real clock stands now */
  constructor(start: number = Date.now()) {
    this.time = start;
  }

  get now(): number {
    return this.time;
  }

  /** When something is to be done next; `undefined` when nothing is. */
  get next(): number | undefined {
    let next: number | undefined;
    for (const { at } of this.appointments) if (next === undefined || at < next) next = at;
    return next;
  }

  /** Does something as soon as the clock is there. What this returns calls it off. */
  at(time: number, keep: () => void): () => void {
    const appointment = { at: time, keep };
    this.appointments.add(appointment);
    return () => this.appointments.delete(appointment);
  }

  /** Moves it on, never back, and does all that is due then, in the order of their times. */
  moveTo(time: number): void {
    this.time = Math.max(this.time, time);
    const due = [...this.appointments].filter(({ at }) => at <= this.time).sort((one, other) => one.at - other.at);
    for (const appointment of due) if (this.appointments.delete(appointment)) appointment.keep();
  }
}
