import type { Metric } from '../metrics/prometheus-text';
import type { Question } from './channel-messages';
import { MetricsQuestion } from './metrics-question';

const metrics: Metric[] = [{ name: 'a', help: 'A.', type: 'gauge', samples: [{ value: 1 }] }];

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('what a supervisor asks a worker for its metrics with', () => {
  it('asks once however many want to know, and again the next time', async () => {
    const sent: Question[] = [];
    const question = new MetricsQuestion();
    const answers = [question.ask((asked) => sent.push(asked)), question.ask((asked) => sent.push(asked))];
    expect(sent).toEqual([{ ask: 'metrics', question: 1 }]);
    question.hear({ kind: 'metrics', question: 1, metrics });
    expect(await Promise.all(answers)).toEqual([metrics, metrics]);
    void question.ask((asked) => sent.push(asked));
    expect(sent.map((asked) => asked.question)).toEqual([1, 2]);
    question.giveUp();
  });

  it('does without a worker that does not answer within a second, and takes no old answer for a new one', async () => {
    const question = new MetricsQuestion();
    const first = question.ask(() => undefined);
    await jest.advanceTimersByTimeAsync(999);
    let isOver = false;
    void first.finally(() => (isOver = true));
    expect(isOver).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await first).toEqual([]);
    const second = question.ask(() => undefined);
    question.hear({ kind: 'metrics', question: 1, metrics: [] });
    question.hear({ kind: 'metrics', question: 2, metrics });
    expect(await second).toEqual(metrics);
  });

  it('waits for nobody whose process has ended', async () => {
    const question = new MetricsQuestion();
    const answer = question.ask(() => undefined);
    question.giveUp();
    expect(await answer).toEqual([]);
  });
});
