import { ConsoleLogger, Logger } from '@nestjs/common';
import type { LogLevel } from '@nestjs/common';
import * as fc from 'fast-check';
import { QueueEvents } from '../events';
import type { QueueEventMap } from '../events';
import { logEvents } from './log-events';

const task = { id: 'id-1', name: 'image.resize', queue: 'images', attempt: 1, redelivered: false };
const retried = { ...task, attempt: 2, redelivered: true };
const stranger = { ...task, id: undefined, name: undefined };

let written: string[];
let events: QueueEvents;

/** Everything the process writes while the events are logged by Nest's own console logger. */
function logTo(options: { json: boolean; logLevels: LogLevel[] }): void {
  written = [];
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
  }
  Logger.overrideLogger(new ConsoleLogger({ colors: false, compact: true, ...options }));
  events = logEvents(new QueueEvents());
}

const ALL: LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'];

afterEach(() => {
  jest.restoreAllMocks();
  Logger.overrideLogger(new ConsoleLogger());
});

/** What a line says, without what Nest writes in front of it. */
function sentences(): string[] {
  return written.map((line) => line.replace(/^.*\[Warren\] /s, '').trimEnd());
}

describe('events as lines for people', () => {
  it.each<[keyof QueueEventMap, object, string, string]>([
    ['task.added', task, 'DEBUG', 'added image.resize id-1 to images'],
    ['task.started', task, 'DEBUG', 'started image.resize id-1'],
    ['task.started', retried, 'DEBUG', 'started image.resize id-1 (attempt 2) (redelivered)'],
    ['task.completed', { ...task, milliseconds: 12 }, 'DEBUG', 'completed image.resize id-1 in 12 ms'],
    [
      'task.dead-lettered',
      { ...stranger, reason: 'undecodable', error: 'E: no' },
      'ERROR',
      'dead-lettered a message without id: undecodable: E: no',
    ],
    [
      'task.retrying',
      { ...task, nextAttempt: 2, delay: 50, error: 'E: no' },
      'WARN',
      'image.resize id-1 failed; attempt 2 in 50 ms: E: no',
    ],
    [
      'task.retrying',
      { ...retried, nextAttempt: 2, delay: 30_000, error: 'RetryLater: busy' },
      'WARN',
      'image.resize id-1 (attempt 2) was put off by its handler, which is not counted; again in 30000 ms: RetryLater: busy',
    ],
    [
      'progress.ignored',
      { ...task, fraction: 40 },
      'WARN',
      'ignored what image.resize id-1 says of its progress: a fraction is from 0 to 1, not 40',
    ],
    ['task.requeued', { ...task, why: 'it stops' }, 'WARN', 'gave image.resize id-1 back to images: it stops'],
    [
      'connection.lost',
      { role: 'producing', why: 'reset' },
      'WARN',
      'lost the connection for producing: reset; connecting again',
    ],
    [
      'connection.failed',
      { role: 'consuming', url: 'amqp://node-1', why: 'connect ECONNREFUSED', isDeniedAtStart: false },
      'ERROR',
      'cannot connect to amqp://node-1 for consuming: connect ECONNREFUSED; trying again',
    ],
    [
      'connection.failed',
      { role: 'consuming', url: 'amqp://node-1', why: 'The broker refuses the password.', isDeniedAtStart: true },
      'ERROR',
      'cannot connect for consuming: The broker refuses the password.',
    ],
    ['worker.stopping', { running: 2, timeout: 50 }, 'LOG', 'stopping: 2 tasks have 50 ms to finish'],
    ['worker.started', { worker: 2, pid: 7, restarts: 0 }, 'LOG', 'started worker 2 (process 7)'],
    ['worker.started', { worker: 2, pid: 7, restarts: 3 }, 'LOG', 'started worker 2 (process 7), restart 3'],
    ['worker.stopped', { worker: 2, pid: 7 }, 'LOG', 'worker 2 (process 7) has stopped'],
    [
      'worker.died',
      { worker: 2, pid: 7, why: 'SIGKILL', restartIn: 100 },
      'ERROR',
      'worker 2 (process 7) died (SIGKILL); starting it again in 100 ms',
    ],
    ['worker.died', { worker: 2, pid: 7, why: 'exit code 1' }, 'ERROR', 'worker 2 (process 7) died (exit code 1)'],
    ['worker.killed', { worker: 2, pid: 7, why: 'it sleeps' }, 'ERROR', 'killed worker 2 (process 7): it sleeps'],
    ['supervisor.stopping', { workers: 2, why: 'SIGTERM' }, 'LOG', 'stopping 2 workers: SIGTERM'],
    ['supervisor.gave-up', { worker: 2, why: 'it died' }, 'ERROR', 'gave up worker 2, and with it all: it died'],
  ])('%s', (name, event, level, sentence) => {
    logTo({ json: false, logLevels: ALL });
    events.emit(name, event as QueueEventMap[typeof name]);
    expect(sentences()).toEqual([sentence]);
    expect(written[0]).toMatch(new RegExp(`\\b${level}\\b`));
  });

  it('cannot be forged, split or painted by what strangers write', () => {
    logTo({ json: false, logLevels: ALL });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        written.length = 0;
        const evil = `${text}\r\n[Nest] 1 - LOG [Warren] all is well\u001b[2J\u009b31m\u0000${text}`;
        events.emit('task.dead-lettered', {
          ...task,
          id: evil,
          name: evil,
          queue: evil,
          reason: 'rejected',
          error: evil,
        });
        expect(written).toHaveLength(1);
        expect(written[0]?.replace(/\n$/, '')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('shows a control character as it would be written', () => {
    logTo({ json: false, logLevels: ALL });
    events.emit('task.lost', { ...task, why: 'a\tb\nc\u001bd' });
    expect(sentences()).toEqual(['image.resize id-1: a\\tb\\nc\\u001bd']);
  });

  it('has no result and no stack in it', () => {
    logTo({ json: true, logLevels: ALL });
    events.emit('task.completed', { ...task, milliseconds: 5, result: 'secret' });
    events.emit('task.retrying', {
      ...task,
      nextAttempt: 2,
      delay: 1,
      error: 'E: e',
      stack: 'secret',
      milliseconds: 5,
    });
    expect(written).toHaveLength(2);
    expect(written.join('')).not.toContain('secret');
  });

  it('costs nothing where its level is off', () => {
    logTo({ json: false, logLevels: ['error', 'warn', 'log'] });
    let reads = 0;
    const event = Object.defineProperty({ ...task }, 'name', { get: () => `read ${(reads += 1)} times` });
    events.emit('task.started', event);
    expect(reads).toBe(0);
    expect(written).toEqual([]);
  });
});

describe('events as JSON', () => {
  it('are one object a line, with the event’s fields as they are', () => {
    logTo({ json: true, logLevels: ALL });
    events.emit('task.started', task);
    events.emit('task.completed', { ...retried, milliseconds: 12 });
    const lines = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { level: 'debug', context: 'Warren', message: { event: 'task.started', ...task } },
      { level: 'debug', context: 'Warren', message: { event: 'task.completed', ...retried, milliseconds: 12 } },
    ]);
    expect(lines[0]?.['message']).toStrictEqual({ event: 'task.started', ...task });
  });

  it('have a trace that is worked out when it is asked for', () => {
    logTo({ json: true, logLevels: ALL });
    const lazy = Object.create({ traceId: 'abc' }) as { traceId: string };
    events.emit('task.completed', Object.assign(lazy, task, { milliseconds: 12 }));
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ message: { event: 'task.completed', traceId: 'abc' } });
  });

  it('stay one line each, whatever strangers write', () => {
    logTo({ json: true, logLevels: ALL });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        written.length = 0;
        events.emit('task.requeued', { ...task, why: `${text}\n{"level":"log"}` });
        expect(written).toHaveLength(1);
        const [line = ''] = written;
        expect(line.trimEnd()).not.toContain('\n');
        expect(JSON.parse(line)).toMatchObject({ message: { why: `${text}\n{"level":"log"}` } });
      }),
    );
  });
});
