import { setImmediate as nextTurn } from 'node:timers/promises';
import { runningTask, withinBatch, withinRun } from './running-task';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const task = { id: 'a', queue: 'images', attempt: 2, traceId: TRACE };

describe('the running task', () => {
  it('is told behind every await of its handler, and nowhere else', async () => {
    const current = runningTask();
    const told: unknown[] = [];
    const run = withinRun(task, async () => {
      told.push(current());
      await nextTurn();
      told.push(current());
    });
    told.push(current());
    await run;
    const expected = { taskId: 'a', queue: 'images', attempt: 2, traceId: TRACE };
    expect(told).toEqual([expected, undefined, expected]);
  });

  it('is each one’s own when several run at once', async () => {
    const current = runningTask();
    const ids = ['a', 'b', 'c'].map((id) =>
      withinRun({ ...task, id }, async () => {
        await nextTurn();
        return current()?.taskId;
      }),
    );
    expect(await Promise.all(ids)).toEqual(['a', 'b', 'c']);
  });

  it('has the trace that its message names', () => {
    const fields = { deliveryTag: 1, redelivered: false, exchange: '', routingKey: 'images' };
    const properties = { headers: { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` } };
    const message = { content: Buffer.alloc(0), fields, properties };
    const current = runningTask();
    expect(withinRun({ ...task, traceId: undefined, message }, () => current()?.traceId)).toBe(TRACE);
  });

  it('of a batch has the ids of the first hundred tasks', () => {
    const context = { queue: 'images', attempt: 1, isRedelivered: false, headers: {}, name: 'x' };
    const getMessage = (): never => {
      throw new Error('nobody asks for it');
    };
    const tasks = Array.from({ length: 101 }, (_none, index) => ({ ...context, getMessage, id: `${index}` }));
    const anonymous = { ...context, getMessage, id: undefined };
    const current = runningTask();
    const told = withinBatch({ queue: 'images', tasks: [anonymous, ...tasks] }, current);
    expect(told).toEqual({ queue: 'images', taskIds: Array.from({ length: 99 }, (_none, index) => `${index}`) });
  });
});
