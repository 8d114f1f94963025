import { freePort } from '../support/free-port';
import { problemOf, resultsOf, TestProducer } from '../support/producer';
import { TcpProxy } from '../support/tcp-proxy';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';

describe('the producer on a broker that has a queue in another form', () => {
  let vhost: Vhost;
  let producer: TestProducer;

  beforeAll(async () => {
    vhost = await Vhost.open();
    await vhost.channel.assertQueue('cpu', { durable: true, arguments: { 'x-max-length': 5 } });
    producer = await TestProducer.start({ AMQP_URL: vhost.url, PRODUCER_DOCS: 'off' });
  });

  afterAll(async () => {
    await producer.close();
    await vhost.close();
  });

  it('answers 503 for that queue’s tasks, and keeps its arguments to itself', async () => {
    const task = { name: 'cpu.burn', payload: { rounds: 1 } };
    const answer = await producer.post('/tasks', task).expect(503).expect('Retry-After', '60');
    expect(answer.body).toMatchObject({ type: 'urn:problem-type:warren:queue-unusable', retryAfter: 60 });
    expect(answer.text).not.toContain('x-max-length');
  });

  it('adds the tasks of the other queues', async () => {
    await producer.post('/tasks', { name: 'tutorial', payload: 'Hello' }).expect(202);
    expect((await vhost.take('task_queue')).content.toString()).toBe('Hello');
  });
});

describe('the producer on a link that falls silent', () => {
  let vhost: Vhost;
  let link: TcpProxy;
  let producer: TestProducer;

  beforeAll(async () => {
    vhost = await Vhost.open();
    link = await TcpProxy.open(vhost.url);
    producer = await TestProducer.start({ AMQP_URL: link.url, RECONNECT_DELAY_MS: '100', PRODUCER_DOCS: 'off' });
  });

  afterAll(async () => {
    await producer.close();
    await link.close();
    await vhost.close();
  });

  const task = { name: 'tutorial', payload: 'Sent twice.', options: { id: 'order-4711', timeout: 500 } };

  it('answers 503 without a confirm, and takes the same task again when the link is back', async () => {
    await producer.post('/tasks', { ...task, payload: 'The link works.' }).expect(202);
    link.blackHole();
    const answer = await producer.post('/tasks', task).expect(503).expect('Retry-After', '5');
    expect(answer.body).toMatchObject({ type: 'urn:problem-type:warren:not-confirmed', id: 'order-4711' });

    link.heal();
    const again = await producer.post('/tasks', { ...task, options: { id: 'order-4711' } }).expect(202);
    expect(again.body).toEqual({ id: 'order-4711', queue: 'task_queue' });
  });
});

describe('the producer without a broker', () => {
  let producer: TestProducer;

  beforeAll(async () => {
    const url = `amqp://warren:secret@127.0.0.1:${await freePort()}`;
    producer = await TestProducer.start({ AMQP_URL: url, PUBLISH_TIMEOUT_MS: '200', PRODUCER_DOCS: 'off' });
  });

  afterAll(() => producer.close());

  const task = { name: 'tutorial', payload: 'First message.' };

  it('answers 503 with Retry-After and the id to send the task again with', async () => {
    const answer = await producer.post('/tasks', task).expect(503).expect('Retry-After', '5');
    expect(answer.body).toEqual({
      type: 'urn:problem-type:warren:broker-unreachable',
      title: 'The broker cannot be reached',
      status: 503,
      detail: 'The broker was not reached before the deadline. Nothing was stored; send the task again.',
      problems: [],
      retryAfter: 5,
      id: expect.any(String),
    });
  });

  it('answers as soon as the request’s own timeout has passed', async () => {
    const started = performance.now();
    await producer.post('/tasks', { ...task, options: { timeout: 1_500 } }).expect(503);
    expect(performance.now() - started).toBeGreaterThan(1_400);
  });

  it('still names what is wrong with a task', async () => {
    const answer = await producer.post('/tasks', { name: 'tutorial', payload: 1 }).expect(400);
    expect(problemOf(answer).problems).toEqual([{ path: 'payload', message: expect.any(String) }]);
  });

  it('answers a batch of which no task was added with 503, and each task’s result', async () => {
    const tasks = [{ ...task, options: { id: 'a' } }, task];
    const answer = await producer.post('/tasks/batch', { tasks }).expect(503).expect('Retry-After', '5');
    expect(answer.body).toMatchObject({
      type: 'urn:problem-type:warren:batch-not-added',
      status: 503,
      retryAfter: 5,
      results: [
        { index: 0, status: 503, error: { id: 'a', status: 503 } },
        { index: 1, status: 503, error: { id: expect.any(String) } },
      ],
    });
  });

  it('answers a batch with 207 when a task of it is wrong besides', async () => {
    const answer = await producer.post('/tasks/batch', { tasks: [task, {}] }).expect(207);
    expect(resultsOf(answer).map(({ status }) => status)).toEqual([503, 400]);
  });

  it('is alive and not ready, and says why', async () => {
    await producer.get('/health/live').expect(200);
    const ready = await waitFor('the reason', async () => {
      const answer = await producer.get('/health/ready').expect(503);
      return answer.text.includes('ECONNREFUSED') && answer;
    });
    expect(ready.body).toMatchObject({ status: 'error', error: { queue: { status: 'down' } } });
    expect(ready.text).not.toContain('secret');
  });

  it('describes nothing when that is switched off', async () => {
    await producer.get('/docs').expect(404);
    await producer.get('/docs-json').expect(404);
    await producer.get('/asyncapi').expect(404);
  });
});
