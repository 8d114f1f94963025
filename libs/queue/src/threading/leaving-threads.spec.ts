import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { TaskContext } from '../consuming/task-context';
import { defineTask } from '../define-task';
import { TaskTimeoutError } from '../errors';
import { QueueEvents } from '../events';
import type { ThreadDefinition } from './open-threads';
import { ThreadPool } from './thread-pool';

/** Reads the pipe that its payload names: in native code until somebody writes there. */
const PROGRAM = `
  const { readFileSync } = require('node:fs');
  module.exports = ({ payload, port }) => {
    port.postMessage({ kind: 'begun' });
    if (payload !== '') readFileSync(payload);
    return { result: '"done"' };
  };
`;

const tasks = [
  defineTask({ name: 'block', runIn: 'thread', payload: z.string(), timeout: 1 }),
  defineTask({ name: 'free', runIn: 'thread', payload: z.string() }),
];
const context = {
  id: 'the-id',
  name: 'block',
  queue: 'tasks',
  signal: new AbortController().signal,
  getMessage: () => ({ content: Buffer.from(''), fields: {}, properties: {} }),
} as unknown as TaskContext;

let folder: string;
let pipes: string[];
let events: QueueEvents;
let pool: ThreadPool;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warren-'));
  pipes = [];
  events = new QueueEvents();
});
afterEach(async () => {
  jest.useRealTimers();
  pipes.forEach(letGo);
  await pool.close();
  rmSync(folder, { recursive: true });
});

/** Runs tasks in so many threads: one that reads a pipe and has timed out soon, and one that ends at once. */
function handlersOf(threads: number): { block: (path: string) => Promise<unknown>; free: () => Promise<unknown> } {
  const file = join(folder, 'program.cjs');
  writeFileSync(file, PROGRAM);
  const program: ThreadDefinition = Object.assign(() => Promise.resolve({}), { file });
  pool = new ThreadPool(program, events, threads);
  const [[, block] = [], [, free] = []] = pool.handlers(tasks);
  return { block: async (path) => block?.(path, context), free: async () => free?.('', context) };
}

function pipe(): string {
  const path = join(folder, `pipe-${pipes.length}`);
  execFileSync('mkfifo', [path]);
  pipes.push(path);
  return path;
}

/** Who reads it returns. Opened for both directions it waits for nobody. */
function letGo(path: string): void {
  writeFileSync(path, '', { flag: 'r+' });
}

const told = (name: 'thread.lingers' | 'thread.gone'): Promise<unknown> =>
  new Promise((resolve) => void events.on(name, resolve));

describe('a thread that is ended in native code', () => {
  it('is told of, and keeps its place until it has gone: the next task begins then', async () => {
    const { block, free } = handlersOf(1);
    const order: string[] = [];
    const path = pipe();
    events.on('thread.lingers', ({ id }) => {
      order.push(`lingers: ${id}`);
      letGo(path);
    });
    events.on('thread.gone', ({ id }) => order.push(`gone: ${id}`));
    await expect(block(path)).rejects.toThrow(TaskTimeoutError);
    order.push(`next: ${String(await free())}`);
    expect(order).toEqual(['lingers: the-id', 'gone: the-id', 'next: done']);
  });

  it('leaves the other threads to the others; when all do so, readiness says it and what waits goes back', async () => {
    const { block, free } = handlersOf(2);
    const [first, second] = [pipe(), pipe()];
    const isFirst = told('thread.lingers');
    await expect(block(first)).rejects.toThrow(TaskTimeoutError);
    expect(await free()).toBe('done');
    await isFirst;
    expect(pool.problems).toEqual([]);

    const isSecond = told('thread.lingers');
    await expect(block(second)).rejects.toThrow(TaskTimeoutError);
    await isSecond;
    expect(pool.problems).toEqual([expect.stringContaining('all 2 threads were ended')]);

    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    const end = free().catch((error: unknown) => error);
    jest.advanceTimersByTime(60_000);
    expect(await end).toMatchObject({ delay: 10_000, counted: false });
    jest.useRealTimers();

    const isGone = told('thread.gone');
    letGo(first);
    await isGone;
    expect(pool.problems).toEqual([]);
    expect(await free()).toBe('done');
  });
});
