import { UnrecoverableError } from '@app/queue';
import type { TaskRecord } from '@app/queue';
import { allTasks } from '@app/tasks';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { EVENTS_STREAM } from '../../libs/queue/src/topology/streams';
import { closingAfterEach } from '../support/closing';
import { problemOf, TestProducer } from '../support/producer';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

@Controller()
class TutorialController {
  @EventPattern<string>('tutorial')
  work(@Payload() text: string): string {
    if (text === 'fail') throw new UnrecoverableError('planned');
    return text.toUpperCase();
  }
}

const open = closingAfterEach();
let vhost: Vhost;
let producer: TestProducer;

beforeEach(async () => {
  vhost = open(await Vhost.open());
});

const startProducer = async (environment: Record<string, string> = {}): Promise<void> => {
  producer = open(await TestProducer.start({ AMQP_URL: vhost.url, ...environment }));
};

const startWorker = async (): Promise<TestWorker> =>
  open(
    await TestWorker.start({
      urls: [vhost.url],
      tasks: allTasks,
      workerQueues: ['task_queue'],
      controllers: [TutorialController],
      eventsStream: 'on',
    }),
  );

const add = async (payload: string): Promise<string> => {
  const answer = await producer.post('/tasks', { name: 'tutorial', payload }).expect(202);
  return (answer.body as { id: string }).id;
};

const stateOf = async (id: string): Promise<TaskRecord> =>
  (await producer.get(`/tasks/${id}`).expect(200)).body as TaskRecord;

describe('GET /tasks/:id', () => {
  it('tells what became of a task', async () => {
    await startProducer();
    const waiting = await add('hello');
    expect(await stateOf(waiting)).toMatchObject({
      id: waiting,
      name: 'tutorial',
      queue: 'task_queue',
      state: 'queued',
    });
    await startWorker();
    const failing = await add('fail');
    await waitFor('both to end', async () => {
      const states = [(await stateOf(waiting)).state, (await stateOf(failing)).state];
      return states.join() === 'completed,dead-lettered';
    });
    expect(await stateOf(waiting)).toMatchObject({ attempt: 1, result: 'HELLO', attempts: [{ attempt: 1 }] });
    expect(await stateOf(failing)).toMatchObject({
      error: 'UnrecoverableError: planned',
      attempts: [{ attempt: 1, error: 'UnrecoverableError: planned', stack: expect.stringContaining('at ') }],
    });
  });

  it('answers 404 with a problem when nothing is known of it', async () => {
    await startProducer();
    for (const path of ['/tasks/nobody', '/tasks/nobody/events']) {
      const answer = await producer.get(path).expect(404);
      expect(problemOf(answer)).toMatchObject({ type: 'urn:problem-type:warren:task-not-known' });
    }
  });

  it('answers 503 and says what is missing when there is no stream; tasks are added all the same', async () => {
    await vhost.channel.assertQueue(EVENTS_STREAM, { durable: true });
    await startProducer();
    const id = await add('hello');
    const answer = await producer.get(`/tasks/${id}`).expect(503).expect('Retry-After', '10');
    expect(problemOf(answer)).toMatchObject({
      type: 'urn:problem-type:warren:history-unavailable',
      detail: expect.stringContaining('the stream warren.events'),
    });
  });
});

describe('GET /tasks/:id/events', () => {
  it('follows a task until it has ended', async () => {
    await startProducer();
    const id = await add('hello');
    const answer = await fetch(`${await producer.url()}/tasks/${id}/events`);
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const whole = answer.text(); // resolves at the end of the stream
    await startWorker();
    const tasks = [...(await whole).matchAll(/^event: task\ndata: (.+)$/gm)].map(
      ([, text = '']) => JSON.parse(text) as TaskRecord,
    );
    expect(tasks[0]).toMatchObject({ id, state: 'queued' });
    expect(tasks.at(-1)).toMatchObject({ id, state: 'completed', result: 'HELLO' });
  });

  it('ends when the producer stops', async () => {
    await startProducer();
    const id = await add('hello');
    const answer = await fetch(`${await producer.url()}/tasks/${id}/events`);
    const whole = answer.text();
    await producer.close();
    expect(await whole).toContain(`"id":"${id}","queue":"task_queue","state":"queued"`);
  });
});
