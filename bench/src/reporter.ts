import type { WorkerReport } from './reports';

/** Milliseconds between two looks at the memory, and two reports. */
const EVERY = 250;

/** Tells the parent process what happens, and keeps nothing that it has told. */
export class Reporter {
  private completed: [id: string, at: number][] = [];
  private lateness: [id: string, milliseconds: number][] = [];
  private failed = 0;

  constructor() {
    setInterval(() => this.tell(), EVERY).unref();
  }

  countFailed(): void {
    this.failed += 1;
  }

  noteCompleted(id: string, at: number): void {
    this.completed.push([id, at]);
  }

  noteLateness(id: string, milliseconds: number): void {
    this.lateness.push([id, milliseconds]);
  }

  private tell(): void {
    const { completed, lateness, failed } = this;
    const report: WorkerReport = { memory: process.memoryUsage.rss(), completed, lateness, failed };
    this.completed = [];
    this.lateness = [];
    this.failed = 0;
    process.send?.(report);
  }
}
