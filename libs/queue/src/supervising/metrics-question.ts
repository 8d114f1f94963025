import type { Metric } from '../metrics/prometheus-text';
import type { MetricsAnswer, Question } from './channel-messages';

/** Milliseconds a worker has for its answer: a scrape waits for it, and one that cannot answer has its event loop blocked. */
const ANSWER_WITHIN_MS = 1_000;

/** What a supervisor asks one worker's process for its metrics with: one question at a time, however many want to know. */
export class MetricsQuestion {
  private asked = 0;
  private answer: Promise<readonly Metric[]> | undefined;
  private tell: (metrics: readonly Metric[]) => void = () => undefined;

  /** The process's metrics; none when it does not answer in time. */
  ask(send: (question: Question) => void): Promise<readonly Metric[]> {
    return (this.answer ??= this.answerTo(send));
  }

  /** What it has answered. An answer to a question that was given up is old, and dropped. */
  hear({ question, metrics }: MetricsAnswer): void {
    if (question === this.asked) this.tell(metrics);
  }

  /** It has ended, and answers nothing any more. */
  giveUp(): void {
    this.tell([]);
  }

  private async answerTo(send: (question: Question) => void): Promise<readonly Metric[]> {
    this.asked += 1;
    const answered = new Promise<readonly Metric[]>((resolve) => {
      this.tell = resolve;
    });
    const timer = setTimeout(() => this.giveUp(), ANSWER_WITHIN_MS);
    send({ ask: 'metrics', question: this.asked });
    const metrics = await answered;
    clearTimeout(timer);
    this.answer = undefined;
    return metrics;
  }
}
