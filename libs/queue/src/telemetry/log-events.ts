import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import type { QueueEventMap, QueueEvents } from '../events';
import { Flapping } from './flapping';

type Level = 'debug' | 'log' | 'warn' | 'error';

/** Each event's level, and its sentence. Those from `warn` on have a row each in `docs/operations.md`, which a test holds. */
export const sentences: { readonly [Name in keyof QueueEventMap]: [Level, (event: QueueEventMap[Name]) => string] } = {
  'task.added': ['debug', (e) => `added ${e.name} ${e.id} to ${e.queue}${e.delay > 0 ? ` in ${e.delay} ms` : ''}`],
  'task.started': ['debug', (e) => `started ${subject(e)}${e.redelivered ? ' (redelivered)' : ''}`],
  'task.completed': ['debug', (e) => `completed ${subject(e)} in ${e.milliseconds} ms`],
  'task.dead-lettered': ['error', (e) => `dead-lettered ${subject(e)}: ${e.reason}: ${e.error}`],
  'task.retrying': [
    'warn',
    (e) =>
      e.nextAttempt === e.attempt
        ? `${subject(e)} was put off by its handler, which is not counted; again in ${e.delay} ms: ${e.error}`
        : `${subject(e)} failed; attempt ${e.nextAttempt} in ${e.delay} ms: ${e.error}`,
  ],
  'task.overran': ['warn', (e) => `a run of ${subject(e)} that had timed out has ended after ${e.milliseconds} ms`],
  'task.isolated': ['warn', (e) => `${subject(e)} runs alone: ${e.crashes} runs of it ended without an outcome`],
  'task.requeued': ['warn', (e) => `gave ${subject(e)} back to ${e.queue}: ${e.why}`],
  'task.lost': ['warn', (e) => `${subject(e)}: ${e.why}`],
  'task.held': ['log', (e) => `${subject(e)} was handed out again while it still runs here; waiting for that run`],
  'task.skipped': ['log', (e) => `acknowledged ${subject(e)}, redelivered while this worker completed it`],
  'settle.ignored': ['warn', (e) => `ignored ${e.verb} of ${subject(e)}: ${e.why}`],
  'handover.postponed': ['error', (e) => `cannot move ${subject(e)} to ${e.place} yet, trying again: ${e.why}`],
  'task.redriven': ['log', (e) => `gave ${e.name ?? 'a message'} ${e.id} back to ${e.queue}; it was dead: ${e.reason}`],
  'task.purged': [
    'warn',
    (e) => `threw ${e.name ?? 'a message'} ${e.id} away from ${e.queue}.dlq; it was dead: ${e.reason}`,
  ],
  'undelivered.fetched': ['log', (e) => `fetched ${e.tasks} delayed tasks that came due while ${e.queue} was missing`],
  'undelivered.postponed': ['warn', (e) => `cannot look for delayed tasks that found no queue: ${e.why}`],
  'quarantine.postponed': ['warn', (e) => `a suspect of ${e.queue} cannot be run alone yet: ${e.why}`],
  'reply.failed': ['warn', (e) => `could not answer the sender of ${subject(e)}: ${e.why}`],
  'connection.open': ['log', (e) => `connected to ${e.url} (${e.broker}) for ${e.role}`],
  'connection.lost': ['warn', (e) => `lost the connection for ${e.role}: ${e.why}; connecting again`],
  'connection.failed': ['error', connectionFailure],
  'connection.blocked': ['warn', (e) => `the broker takes no messages for now (${e.why}), said on ${e.role}`],
  'connection.unblocked': ['log', (e) => `the broker takes messages again, said on ${e.role}`],
  'consumer.started': ['log', (e) => `consuming ${e.queue}, ${e.prefetch} at once`],
  'consumer.interrupted': ['warn', (e) => `not consuming ${e.queue}: ${e.why}; trying again`],
  'consumer.stopped': ['log', (e) => `stopped consuming ${e.queue}`],
  'timeout.too-long': [
    'warn',
    (e) =>
      `the timeout of ${e.name} (${e.timeout} ms) is longer than the broker waits for an ack (${e.brokerAckTimeout} ms, ` +
      'BROKER_ACK_TIMEOUT_MS): a run that takes longer is handed out a second time',
  ],
  'thread.failed': ['warn', (e) => `a thread failed while no handler ran in it: ${e.why}; the next task begins anew`],
  'attempts.missing': [
    'warn',
    (e) => `${e.name} has ${e.options.join(' and ')} and one attempt: it is not tried again, unless attempts says so`,
  ],
  'worker.stopping': ['log', (e) => `stopping: ${e.running} tasks have ${e.timeout} ms to finish`],
  'worker.deadline': ['warn', (e) => `the deadline has passed: ${e.running} tasks go back to their queues`],
  'worker.started': ['log', (e) => `started ${workerProcess(e)}${e.restarts > 0 ? `, restart ${e.restarts}` : ''}`],
  'worker.stopped': ['log', (e) => `${workerProcess(e)} has stopped`],
  'worker.died': [
    'error',
    (e) =>
      `${workerProcess(e)} died (${e.why})${e.restartIn === undefined ? '' : `; starting it again in ${e.restartIn} ms`}`,
  ],
  'worker.killed': ['error', (e) => `killed ${workerProcess(e)}: ${e.why}`],
  'supervisor.stopping': ['log', (e) => `stopping ${e.workers} workers: ${e.why}`],
  'supervisor.gave-up': ['error', (e) => `gave up worker ${e.worker}, and with it all: ${e.why}`],
};

/** One event as a log line: its fields to a logger that writes JSON, its sentence to one that writes for people. */
class EventLine {
  readonly #sentence: () => string;

  constructor(
    readonly event: string,
    fields: object,
    sentence: () => string,
    unshown: number,
  ) {
    Object.assign(this, fields, unshown > 0 ? { unshown } : {});
    this.#sentence = () => (unshown > 0 ? `${sentence()} (${unshown} changes before it are not shown)` : sentence());
  }

  /** Names and reasons may come from strangers: a control character must not forge a line or paint the terminal. */
  [inspect.custom](): string {
    return this.#sentence().replace(/\p{Cc}/gu, escaped);
  }
}

/**
 * Turns every event into a log line of Nest's logger, context `Warren`. Where the app logs JSON (`LOG_FORMAT=json`),
 * the line's message is the event with its fields, for machines to read. Payloads are never logged. A link that goes up
 * and down with every attempt is told a few times, and then when it has come to rest.
 */
export function logEvents(events: QueueEvents): QueueEvents {
  const logger = new Logger('Warren');
  const flapping = new Flapping();
  const log = <Name extends keyof QueueEventMap>(name: Name): void => {
    const [level, sentence] = sentences[name];
    events.on(name, (event) => {
      if (!Logger.isLevelEnabled(level)) return;
      const write = (unshown: number): void =>
        logger[level](new EventLine(name, event, () => sentence(event), unshown));
      const link = linkOf(name, event);
      if (link === undefined) write(0);
      else flapping.tell(link, name, write);
    });
  };
  for (const name of Object.keys(sentences)) log(name as keyof QueueEventMap);
  return events;
}

/** The connection or the consumer that an event is about; `undefined` for any other event. */
function linkOf(name: keyof QueueEventMap, event: object): string | undefined {
  if ('role' in event) return `connection ${String(event.role)}`;
  return name.startsWith('consumer.') && 'queue' in event ? `consumer ${String(event.queue)}` : undefined;
}

/** Whether a refused start is tried again is for the app to say: a worker ends, a producer goes on. */
function connectionFailure({ role, url, why, isRefusedAtStart }: QueueEventMap['connection.failed']): string {
  return isRefusedAtStart
    ? `cannot connect for ${role}: ${why}`
    : `cannot connect to ${url} for ${role}: ${why}; trying again`;
}

function subject({ id, name, attempt }: { id: string | undefined; name: string | undefined; attempt: number }): string {
  return `${name ?? 'a message'} ${id ?? 'without id'}${attempt > 1 ? ` (attempt ${attempt})` : ''}`;
}

function workerProcess({ worker, pid }: { worker: number; pid: number | undefined }): string {
  return `worker ${worker} (process ${pid ?? 'none'})`;
}

/** As JSON writes it; DEL and the C1 controls, which JSON leaves alone, likewise. */
function escaped(control: string): string {
  if (control < ' ') return JSON.stringify(control).slice(1, -1);
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
