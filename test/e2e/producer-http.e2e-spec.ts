import { gzipSync } from 'node:zlib';
import { allTasks } from '@app/tasks';
import type { Response } from 'supertest';
import { problemOf, TestProducer } from '../support/producer';
import { Vhost } from '../support/vhost';

const MAX_MESSAGE_BYTES = 200_000;

const resize = { source: 'sunrise.jpg', width: 320, output: 'sunrise-320.webp' };
const tooLarge = { ...resize, source: undefined, bytes: 'A'.repeat(MAX_MESSAGE_BYTES) };

describe('a task posted to the producer', () => {
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

  describe('that is right', () => {
    it('answers 202 when the task is in its queue', async () => {
      const answer = await producer
        .post('/tasks', { name: 'image.resize', payload: resize, options: { id: 'order-4711' } })
        .expect(202);
      expect(answer.body).toEqual({ id: 'order-4711', queue: 'images' });

      const { content, properties } = await vhost.take('images');
      expect(JSON.parse(content.toString())).toEqual({ pattern: 'image.resize', data: resize });
      expect(properties).toMatchObject({ messageId: 'order-4711', type: 'image.resize', deliveryMode: 2 });
    });

    it('gives a task without an id a new one', async () => {
      const answer = await producer.post('/tasks', { name: 'tutorial', payload: 'First message.' }).expect(202);
      const { content, properties } = await vhost.take('task_queue');
      expect(answer.body).toEqual({ id: properties.messageId, queue: 'task_queue' });
      expect(content.toString()).toBe('First message.');
    });

    it('reads a compressed body', async () => {
      const body = gzipSync(JSON.stringify({ name: 'tutorial', payload: 'Compressed.' }));
      await producer.postCompressed('/tasks', body).expect(202);
      expect((await vhost.take('task_queue')).content.toString()).toBe('Compressed.');
    });
  });

  describe('that is cancelled', () => {
    it('answers 202 when the order is in the broker, with who has given it', async () => {
      const answer = await producer.delete('/tasks/order-4712').query({ by: 'anna' }).expect(202);
      expect(answer.body).toEqual({ id: 'order-4712', by: 'http 127.0.0.1 (anna)' });
      const unsigned = await producer.delete('/tasks/order-4713').expect(202);
      expect(unsigned.body).toEqual({ id: 'order-4713', by: 'http 127.0.0.1' });
    });

    it.each([
      ['a field that nobody knows', '/tasks/order-4712?who=anna', 'who'],
      ['no name in the signature', '/tasks/order-4712?by=', 'by'],
      ['an id that no task has', `/tasks/${'i'.repeat(300)}`, 'ids.0'],
    ])('answers 400 to %s', async (_what, path, field) => {
      const answer = await producer.delete(path).expect(400);
      expect(problemOf(answer).problems.map((problem) => problem.path)).toEqual([field]);
    });
  });

  describe('that is not right', () => {
    const refused = async (body: object | string, status: number): Promise<Response> =>
      producer
        .post('/tasks', body)
        .expect(status)
        .expect('Content-Type', /^application\/problem\+json/);

    it.each<[string, object, string[]]>([
      ['without anything', {}, ['name', 'payload']],
      ['as a list', [], ['']],
      ['with an unknown field', { name: 'tutorial', payload: 'x', priority: 1 }, ['priority']],
      [
        'with unknown and wrong options',
        { name: 'tutorial', payload: 'x', options: { id: '', timeout: 1, delay: -5, hurry: true } },
        ['options.id', 'options.timeout', 'options.delay', 'options.hurry'],
      ],
      [
        'with a priority, which its queue does not have',
        { name: 'tutorial', payload: 'x', options: { priority: 300 } },
        ['options.priority'],
      ],
      ['with a payload of another type', { name: 'tutorial', payload: { text: 'x' } }, ['payload']],
      [
        'with wrong fields in its payload',
        { name: 'image.resize', payload: { ...resize, source: '../x', width: 0 } },
        ['payload.source', 'payload.width'],
      ],
      [
        'with an unknown field in its payload',
        { name: 'cpu.burn', payload: { rounds: 1, cores: 4 } },
        ['payload.cores'],
      ],
      [
        'with wrong fields in envelope and payload',
        { name: 'cpu.burn', payload: { rounds: 'x' }, queue: 'cpu' },
        ['queue', 'payload.rounds'],
      ],
    ])('%s is answered 400 with each wrong field', async (_, body, paths) => {
      const { body: problem } = await refused(body, 400);
      expect(problem).toEqual({
        type: 'urn:problem-type:warren:invalid-task',
        title: 'The request is not valid',
        status: 400,
        detail: expect.stringMatching(/Nothing was stored\.$/),
        problems: paths.map((path) => ({ path, message: expect.any(String) })),
      });
    });

    it('is answered 400 when it would change prototypes', async () => {
      const answer = await refused('{"name":"tutorial","payload":"x","options":{"__proto__":{"id":"x"}}}', 400);
      expect(problemOf(answer).problems).toEqual([{ path: 'options.__proto__', message: expect.any(String) }]);
    });

    it('is answered 400 when it nests without end', async () => {
      const deep = '['.repeat(50_000) + ']'.repeat(50_000);
      await refused(`{"name":"tutorial","payload":${deep}}`, 400);
    });

    it.each(['{"name":', 'secret', '{"secret":secret}'])(
      'is answered 400 when %s is not JSON, without repeating it',
      async (body) => {
        const { text } = await refused(body, 400);
        expect(text).toContain('The body is not valid JSON');
        expect(text).not.toContain('secret');
      },
    );

    it('is answered 400 when there is no body', async () => {
      const answer = await producer.post('/tasks').expect(400);
      expect(problemOf(answer).problems).toEqual([{ path: '', message: 'is missing' }]);
    });

    it('is answered 404 with the names there are, when nobody knows its own', async () => {
      const problem = problemOf(await refused({ name: 'image.resise', payload: {} }, 404));
      expect(problem).toMatchObject({ type: 'urn:problem-type:warren:unknown-task', problems: [{ path: 'name' }] });
      for (const { name } of allTasks) expect(problem.detail).toContain(name);
    });

    it.each(['__proto__', 'constructor', 'toString'])('is answered 404 when it is called %s', async (name) => {
      await refused({ name, payload: {} }, 404);
    });

    it('is answered 413 when its message would be too large', async () => {
      const { body } = await refused({ name: 'image.resize', payload: tooLarge }, 413);
      expect(body).toMatchObject({ type: 'urn:problem-type:warren:task-too-large', problems: [{ path: 'payload' }] });
    });

    it('is answered 413 when its body is too large, compressed or not', async () => {
      const body = JSON.stringify({ name: 'tutorial', payload: 'A'.repeat(MAX_MESSAGE_BYTES + 2_000_000) });
      expect(problemOf(await refused(body, 413)).detail).toContain(`${MAX_MESSAGE_BYTES + 1_048_576} bytes`);
      await producer.postCompressed('/tasks', gzipSync(body)).expect(413);
    });

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
      'is answered 415 when it comes as %s',
      async (type) => {
        const answer = await producer.post('/tasks', 'name=tutorial&payload=x', type).expect(415);
        expect(answer.body).toMatchObject({
          status: 415,
          title: 'Unsupported Media Type',
          problems: [],
        });
      },
    );

    it('leaves nothing in a queue', async () => {
      const counts = await Promise.all(['images', 'task_queue'].map((queue) => vhost.channel.checkQueue(queue)));
      expect(counts.map(({ messageCount }) => messageCount)).toEqual([0, 0]);
    });
  });
});
