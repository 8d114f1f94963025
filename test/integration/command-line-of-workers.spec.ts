import { UnrecoverableError } from '@app/queue';
import type { TaskContext } from '@app/queue';
import { allTasks, tutorial } from '@app/tasks';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { warren } from '../support/command';
import type { CommandEnd, CommandOptions } from '../support/command';
import { Vhost } from '../support/vhost';
import { waitFor } from '../support/wait-for';
import { TestWorker } from '../support/worker';

let vhost: Vhost;
let worker: TestWorker;

@Controller()
class TutorialController {
  @EventPattern<string>(tutorial.name)
  async print(@Payload() text: string, @Ctx() context: TaskContext): Promise<object> {
    if (text === 'fail') throw new UnrecoverableError('it \u001b[2J cannot work');
    if (text === 'wait') await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
    return { printed: text };
  }
}

beforeAll(async () => {
  vhost = await Vhost.open();
  worker = await TestWorker.start({
    urls: [vhost.url],
    tasks: allTasks,
    workerQueues: ['task_queue'],
    eventsStream: 'on',
    controllers: [TutorialController],
  });
});

afterAll(async () => {
  await worker.close();
  await vhost.close();
});

const run = (args: string, options?: CommandOptions): Promise<CommandEnd> =>
  warren(vhost.url, args.split(' '), options);
const cells = (line = ''): string[] => line.trim().split(/ {2,}/);

describe('warren, of what happened', () => {
  it('waits for a task, prints what its handler returned, and tells how it ended', async () => {
    expect(await run('add tutorial "hello" --wait --id good')).toMatchObject({ code: 0, out: ['{"printed":"hello"}'] });
    const failed = await run('add tutorial "fail" --wait --id bad');
    expect(failed).toMatchObject({ code: 1, out: [] });
    expect(failed.err.at(-1)).toBe(String.raw`dead-lettered: UnrecoverableError: it \u001b[2J cannot work.`);
  });

  it('waits for the task it adds, not for one of the same id before, and no longer than it is told', async () => {
    expect(await run('add tutorial "hello" --wait --id again')).toMatchObject({ code: 0 });
    expect(await run('add tutorial "fail" --wait --id again')).toMatchObject({ code: 1, out: [] });
    const late = await run('add tutorial "wait" --wait --timeout 400ms --id endless --json');
    expect(late.code).toBe(1);
    expect(JSON.parse(late.out.join(''))).toEqual({
      name: 'tutorial',
      id: 'endless',
      queue: 'task_queue',
      outcome: 'added',
    });
    expect(late.err.at(-1)).toBe('It has not ended within 400ms; the task goes on.');
    expect(await run('cancel endless')).toMatchObject({ code: 0 });
  });

  it('knows one task, those that are searched for, the workers, and what happened in its order', async () => {
    await run('add tutorial "hello" --wait --id task-good');
    await run('add tutorial "fail" --wait --id task-bad');

    const good = await run('task task-g');
    expect(good.code).toBe(0);
    expect(good.out[0]).toMatch(/^task-good {2}completed, /);
    expect(good.out.map((line) => line.trim())).toContain('result    {"printed":"hello"}');
    const bad = JSON.parse((await run('task task-bad --json')).out.join('')) as object;
    expect(bad).toMatchObject({ id: 'task-bad', state: 'dead-lettered', reason: 'unrecoverable', attempt: 1 });

    const found = await run('tasks state:dead-lettered id:task-');
    expect(found.out.slice(1).map((line) => cells(line).slice(0, 4))).toEqual([
      ['task-bad', 'tutorial', 'dead-lettered', '1'],
    ]);
    expect(found.err).toEqual(['1 task.']);
    expect(JSON.parse((await run('tasks id:task- --json')).out.join(''))).toMatchObject({ total: 2 });
    const several = await run('task task-');
    expect(several).toMatchObject({ code: 2, out: [] });
    expect(several.err.slice(1, 3).map((line) => cells(line)[0])).toEqual(['task-bad', 'task-good']);
    expect(several.err[3]).toBe('warren: task- begins the ids of these tasks: which one?');

    const { out } = await run('events --json --queue task_queue');
    const kinds = out.map((line) => JSON.parse(line) as { id: string; kind: string });
    expect(kinds.filter(({ id }) => id === 'task-good').map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['added', 'completed']),
    );
    expect(kinds.filter(({ id }) => id === 'task-bad').map(({ kind }) => kind)).toContain('dead-lettered');
    expect((await run('events --kind dead-lettered --id task-bad')).out).toEqual([
      expect.stringContaining(String.raw`unrecoverable: UnrecoverableError: it \u001b[2J cannot work`),
    ]);
  });

  it('says what it does not find, and which word of a search it does not understand', async () => {
    const ends = await Promise.all([
      run('task nothing'),
      run('tasks name:nothing'),
      run('events --id nothing'),
      run('tasks colour:red'),
    ]);
    expect(ends.map(({ code, out }) => ({ code, out }))).toEqual([4, 4, 4, 2].map((code) => ({ code, out: [] })));
    expect(ends[3]?.err[0]).toMatch(/^warren: colour:red: "colour:" is not known: use name:, /);
  });

  it('lists the workers', async () => {
    const [head, line] = await waitFor('the worker to be heard of', async () => {
      const { code, out } = await run('workers');
      return code === 0 && out;
    });
    expect(cells(head)[0]).toBe('WORKER');
    expect(cells(line)[1]).toBe('alive');
  });

  it('follows what happens, until it is told to end', async () => {
    const end = new AbortController();
    let shown = '';
    const following = run('events -f --since 1h --json --kind completed', {
      signal: end.signal,
      onOut: (text) => (shown += text),
    });
    await run('add tutorial "hello" --wait --id before');
    await waitFor('what happened before', () => shown.includes('"before"'));
    await run('add tutorial "hello" --id followed');
    await waitFor('what happened then', () => shown.includes('"followed"'));
    end.abort();
    expect(await following).toMatchObject({ code: 0, err: [] });
  });
});

describe('warren, steering', () => {
  it('pauses a queue for every worker, says so, and resumes it', async () => {
    expect(await run('pause images --reason full')).toMatchObject({ code: 2 });
    expect(await run('pause nothing --yes')).toMatchObject({ code: 4 });
    expect(await run('pause task_queue --reason full --yes')).toMatchObject({ code: 0 });
    await worker.sees('queue.paused');
    const { out } = await run('status');
    expect(out.find((line) => line.startsWith('task_queue'))).toMatch(/paused by \S+@\S+ \S+ ago: full$/);
    expect(await run('resume task_queue')).toMatchObject({ code: 0 });
    expect((await run('events --kind ordered')).out.slice(-2)).toEqual([
      expect.stringMatching(/ordered +pause task_queue +by \S+@\S+: full$/),
      expect.stringMatching(/ordered +resume task_queue +by \S+@\S+$/),
    ]);
    expect(await run('add tutorial "hello" --wait')).toMatchObject({ code: 0 });
  });

  it('cancels a task that runs, and one that waits', async () => {
    await run('add tutorial "wait" --id running');
    await run('add tutorial "hello" --id waiting');
    await waitFor('the first to run', () => worker.seen('task.started').some(({ id }) => id === 'running'));
    expect(await run('cancel running waiting')).toMatchObject({ code: 2 }); // nobody is there to ask
    expect(await run('cancel running waiting --yes')).toMatchObject({ code: 0 });
    await waitFor('the waiting one to be cancelled', async () => {
      const { out } = await run('task waiting --json');
      return out.join('').includes('"state":"cancelled"');
    });
    expect(JSON.parse((await run('task waiting --json')).out.join(''))).toMatchObject({
      state: 'cancelled',
      by: expect.stringContaining('@'),
    });
  });

  it('waits no longer for a task that is cancelled before its time, and says who has asked for it', async () => {
    const waiting = run('add tutorial "hello" --delay 1h --wait --id late');
    await waitFor('it to be heard of', async () => (await run('task late')).code === 0);
    expect(await run('cancel late')).toMatchObject({ code: 0 });
    const { code, out, err } = await waiting;
    expect({ code, out, said: err.at(-1) }).toEqual({
      code: 1,
      out: [],
      said: expect.stringMatching(/^cancelled by \S+@\S+: no run of it begins any more\.$/),
    });
    expect((await run('task late')).out.at(-1)).toMatch(/^ {2}cancel {4}asked for by \S+@\S+$/);
    expect((await run('tasks id:late')).out[1]).toMatch(/cancel asked for by \S+@\S+; due in /);
  });

  it('quiets a worker by the beginning of its name, once that was agreed to', async () => {
    const [name = ''] = cells((await run('workers')).out[1]);
    expect(await run(`worker quiet ${name}`)).toMatchObject({ code: 2, out: [] });
    expect(await run('worker stop nobody --yes')).toMatchObject({ code: 4, out: [] });
    const asked = await run(`worker quiet ${name.slice(0, -1)}`, { isTerminal: true, input: 'y\n' });
    expect(asked).toMatchObject({ code: 0 });
    await worker.sees('worker.quieted');
  });
});
