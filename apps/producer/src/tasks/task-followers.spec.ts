import { EventEmitter } from 'node:events';
import type { TaskHistory, TaskRecord, TaskState } from '@app/queue';
import { TooManyFollowersError } from '../problems/request-errors';
import { TaskFollowers } from './task-followers';
import type { EventStream } from './task-followers';

class Stream extends EventEmitter {
  text = '';
  isEnded = false;
  destroyed = false;
  writableLength = 0;
  writeHead = jest.fn();

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  end(): void {
    this.isEnded = true;
  }

  /** States of the tasks it was told of. */
  get states(): TaskState[] {
    return [...this.text.matchAll(/^event: task\ndata: (.+)\n\n/gm)].map(
      ([, data = '']) => (JSON.parse(data) as TaskRecord).state,
    );
  }
}

let task: TaskRecord;
let watchers: Set<() => void>;
let followers: TaskFollowers;

const follow = (): Stream => {
  const stream = new Stream();
  followers.add('a', stream as unknown as EventStream);
  return stream;
};

const becomes = async (...states: TaskState[]): Promise<void> => {
  for (const state of states) {
    task = { ...task, state };
    for (const watcher of watchers) watcher();
  }
  await new Promise(setImmediate);
};

beforeEach(() => {
  task = { id: 'a', queue: 'q', state: 'queued', updatedAt: 1, attempt: 0, attempts: [] };
  watchers = new Set();
  const watch = (_id: string, watcher: () => void) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  };
  const history = { view: { get: () => task }, watch } as unknown as TaskHistory;
  followers = new TaskFollowers(history, 2);
});
afterEach(() => followers.close());

describe('who follows a task', () => {
  it('is told where it stands, at once and after each change, until it has ended', async () => {
    const stream = follow();
    expect(stream.states).toEqual(['queued']);
    await becomes('running');
    await becomes('completed');
    expect(stream.states).toEqual(['queued', 'running', 'completed']);
    expect([stream.isEnded, watchers.size]).toEqual([true, 0]);
  });

  it('is told once of what happens in one moment', async () => {
    const stream = follow();
    await becomes('running', 'retrying', 'running');
    expect(stream.states).toEqual(['queued', 'running']);
  });

  it('of a task that has ended is told so', () => {
    task = { ...task, state: 'dead-lettered' };
    expect(follow()).toMatchObject({ states: ['dead-lettered'], isEnded: true });
  });

  it('and has gone is forgotten', () => {
    follow().emit('close');
    expect(watchers.size).toBe(0);
  });

  it('and has gone before it could be told anything is not kept', () => {
    const gone = new Stream();
    gone.destroyed = true;
    for (let client = 0; client < 3; client += 1) followers.add('a', gone as unknown as EventStream);
    expect([watchers.size, gone.text]).toEqual([0, '']);
    expect(follow).not.toThrow();
  });

  it('and does not read is let go', async () => {
    const stream = follow();
    stream.writableLength = 300_000;
    await becomes('running');
    expect(stream.isEnded).toBe(true);
  });

  it('is refused when there are enough, until one has gone', () => {
    const first = follow();
    follow();
    expect(follow).toThrow(TooManyFollowersError);
    first.emit('close');
    expect(follow).not.toThrow();
  });

  it('hears something now and then while nothing happens', () => {
    jest.useFakeTimers();
    const stream = follow();
    jest.advanceTimersByTime(15_000);
    jest.useRealTimers();
    expect(stream.text).toMatch(/: beat\n\n$/);
  });

  it('is sent home when the producer stops', () => {
    const stream = follow();
    followers.close();
    expect([stream.isEnded, watchers.size]).toEqual([true, 0]);
  });
});
