/** Milliseconds since 1970, with a fraction: one clock for all processes of a machine. */
export const wallClock = (): number => performance.timeOrigin + performance.now();

/** Measures time and the processor time of this process from when it is made. */
export class Stopwatch {
  private readonly startedAt = performance.now();
  private readonly processor = process.cpuUsage();

  read(): { seconds: number; cpuSeconds: number } {
    const { user, system } = process.cpuUsage(this.processor);
    return { seconds: (performance.now() - this.startedAt) / 1_000, cpuSeconds: (user + system) / 1_000_000 };
  }
}
