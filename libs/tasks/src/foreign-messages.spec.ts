import type { TaskDefinition } from '@app/queue';
import { cpuBurn, tutorial } from '.';

const read = (task: TaskDefinition, body: string) =>
  task.queue.format.read({ content: Buffer.from(body), properties: {} });

describe('messages of other programs', () => {
  it('of the RabbitMQ tutorial are its text', () => {
    expect(read(tutorial, 'First message.')).toEqual({ name: 'tutorial', payload: 'First message.' });
  });

  it('to the tutorial’s queue are the text alone', () => {
    const task = { name: 'tutorial', payload: 'First message.', id: 'id-1', queue: 'task_queue', addedAt: 0 };
    expect(String(tutorial.queue.format.write(task))).toBe('First message.');
  });

  it('of a plain Nest client are understood in both queues', () => {
    const packet = (name: string, payload: unknown) => JSON.stringify({ pattern: name, data: payload });
    expect(read(tutorial, packet('tutorial', 'Hi.'))).toEqual({ name: 'tutorial', payload: 'Hi.' });
    expect(read(cpuBurn, packet('cpu.burn', { rounds: 5 }))).toEqual({ name: 'cpu.burn', payload: { rounds: 5 } });
  });

  it.each([
    ['{"task":"cpu_bound","param":"1"}', 100_000],
    ['{"task": "cpu_bound", "param": "25"}', 2_500_000],
    ['{"task":"cpu_bound","param":3}', 300_000],
  ])('of the Celery blog’s simple worker burn the processor: %s', async (body, rounds) => {
    const task = read(cpuBurn, body);
    expect(task).toEqual({ name: 'cpu.burn', payload: { rounds } });
    expect(await cpuBurn.payload['~standard'].validate(task?.payload)).toEqual({ value: { rounds, seed: '' } });
  });

  it.each(['"many"', '""', 'null', '[]', '-1', '"-1"', '0', '"1e3"', '1e300', '"99999999999999999999"'])(
    'with a param that is no size, %s, are known, and refused by the payload’s schema',
    async (param) => {
      const task = read(cpuBurn, `{"task":"cpu_bound","param":${param}}`);
      expect(task?.name).toBe('cpu.burn');
      const { issues } = await cpuBurn.payload['~standard'].validate(task?.payload);
      expect(new Set(issues?.map(({ path }) => path?.join('.')))).toEqual(new Set(['rounds']));
    },
  );

  it.each(['{"task":"io_bound","param":"1"}', '{"task":"cpu.burn"}', '{}', '[]', 'cpu_bound', ''])(
    'of any other kind are not understood: %s',
    (body) => {
      expect(read(cpuBurn, body)).toBeUndefined();
    },
  );
});
