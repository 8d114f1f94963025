import { QueueEvents } from '@app/queue';
import type { Readiness } from '@app/queue';
import type { TestWorker } from './worker';

/** What readiness said whenever a worker's consumer stopped and whenever it consumed again. */
export class ReadinessLog {
  readonly whenInterrupted: Readiness[] = [];
  readonly whenStarted: Readiness[] = [];

  constructor(worker: TestWorker) {
    const events = worker.app.get(QueueEvents);
    events.on('consumer.interrupted', () => this.whenInterrupted.push(worker.readiness()));
    events.on('consumer.started', () => this.whenStarted.push(worker.readiness()));
  }
}
