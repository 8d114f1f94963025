import { problemOf, resultsOf, TestProducer } from '../support/producer';
import { Vhost } from '../support/vhost';

const MAX_MESSAGE_BYTES = 200_000;

const tooLarge = { bytes: 'A'.repeat(MAX_MESSAGE_BYTES), width: 320, output: 'large.webp' };

describe('a batch posted to the producer', () => {
  let vhost: Vhost;
  let producer: TestProducer;

  beforeAll(async () => {
    vhost = await Vhost.open();
    producer = await TestProducer.start({ AMQP_URL: vhost.url, MAX_MESSAGE_BYTES: String(MAX_MESSAGE_BYTES) });
  });

  afterAll(async () => {
    await producer.close();
    await vhost.close();
  });

  it('adds every task and gives each its result', async () => {
    const tasks = Array.from({ length: 1_000 }, (_, index) => ({ name: 'tutorial', payload: `Message ${index}` }));
    const results = resultsOf(await producer.post('/tasks/batch', { tasks }).expect(202));
    expect(results).toHaveLength(1_000);
    expect(results[999]).toEqual({ index: 999, status: 202, id: expect.any(String), queue: 'task_queue' });
    expect(await vhost.channel.purgeQueue('task_queue')).toEqual({ messageCount: 1_000 });
  });

  it('answers 207 when some tasks were wrong, with the problem each would have had alone', async () => {
    const wrong: [object | null, number][] = [
      [{ name: 'image.resise', payload: {} }, 404],
      [{ name: 'cpu.burn', payload: { rounds: 0, cores: 1 } }, 400],
      [{ payload: 1, x: 2 }, 400],
      [[], 400],
      [{ name: 'image.resize', payload: tooLarge }, 413],
    ];
    const right = { name: 'tutorial', payload: 'Right.', options: { id: 'right' } };
    const results = resultsOf(
      await producer.post('/tasks/batch', { tasks: [...wrong.map(([task]) => task), right] }).expect(207),
    );

    const alone = await Promise.all(
      wrong.map(
        async ([task, status]) => (await producer.post('/tasks', task as object).expect(status)).body as unknown,
      ),
    );
    expect(results).toEqual([
      ...wrong.map(([, status], index) => ({ index, status, error: alone[index] })),
      { index: 5, status: 202, id: 'right', queue: 'task_queue' },
    ]);
    expect((await vhost.take('task_queue')).content.toString()).toBe('Right.');
  });

  it.each<[string, object, string]>([
    ['without tasks', {}, 'tasks'],
    ['with no task', { tasks: [] }, 'tasks'],
    ['with tasks of another type', { tasks: 'all' }, 'tasks'],
    ['with more than a thousand tasks', { tasks: Array.from({ length: 1_001 }, () => null) }, 'tasks'],
    ['with an unknown field', { tasks: [1], options: {} }, 'options'],
  ])('%s is answered 400 as a whole', async (_, body, path) => {
    const answer = await producer
      .post('/tasks/batch', body)
      .expect(400)
      .expect('Content-Type', /^application\/problem\+json/);
    expect(problemOf(answer).problems).toEqual([{ path, message: expect.any(String) }]);
  });
});
