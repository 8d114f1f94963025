import { Logger } from '@nestjs/common';
import type { QueueEventMap, QueueEvents } from '../events';
import { EventLine } from './event-line';
import { Flapping } from './flapping';

type Level = 'debug' | 'log' | 'warn' | 'error';

/** Each event's level, and its sentence. Those from `warn` on have a row each in `docs/operations.md`, which a test holds. */
export const sentences: { readonly [Name in keyof QueueEventMap]: [Level, (event: QueueEventMap[Name]) => string] } = {
  'task.added': ['debug', (e) => `added ${e.name} ${e.id} to ${e.queue}${e.delay > 0 ? ` in ${e.delay} ms` : ''}`],
  'event.published': ['debug', (e) => `published ${e.name} ${e.id} to exchange ${e.exchange}`],
  'event.unpublished': ['debug', (e) => `could not publish ${e.name} ${e.id} to exchange ${e.exchange}: ${e.error}`],
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
  'task.postponed': ['debug', (e) => `${subject(e)} may not begin yet; it waits for ${e.delay} ms`],
  'task.overran': ['warn', (e) => `a run of ${subject(e)} that had timed out has ended after ${e.milliseconds} ms`],
  'task.isolated': ['warn', (e) => `${subject(e)} runs alone: ${e.crashes} runs of it ended without an outcome`],
  'task.cancelled': [
    'log',
    (e) => `${subject(e)} was cancelled by ${e.by}${e.hasRun ? ', in the middle of its run' : ' and is not run'}`,
  ],
  'task.progress': [
    'debug',
    (e) => `${subject(e)} is at ${Math.round(e.fraction * 100)} %${e.note === undefined ? '' : `: ${e.note}`}`,
  ],
  'progress.ignored': [
    'warn',
    (e) => `ignored what ${subject(e)} says of its progress: a fraction is from 0 to 1, not ${e.fraction}`,
  ],
  'task.requeued': ['warn', (e) => `gave ${subject(e)} back to ${e.queue}: ${e.why}`],
  'task.lost': ['warn', (e) => `${subject(e)}: ${e.why}`],
  'task.held': ['log', (e) => `${subject(e)} was handed out again while it still runs here; waiting for that run`],
  'task.skipped': ['log', (e) => `acknowledged ${subject(e)}, redelivered while this worker completed it`],
  'settle.ignored': ['warn', (e) => `ignored ${e.verb} of ${subject(e)}: ${e.why}`],
  'handover.postponed': ['error', (e) => `cannot move ${subject(e)} to ${e.place} yet, trying again: ${e.why}`],
  'task.redriven': [
    'log',
    (e) => `gave ${e.name ?? 'a message'} ${e.id} back to ${e.queue} for ${e.by}; it was dead: ${e.reason}`,
  ],
  'task.purged': [
    'warn',
    (e) => `threw ${e.name ?? 'a message'} ${e.id} away from ${e.queue}.dlq for ${e.by}; it was dead: ${e.reason}`,
  ],
  'control.sent': [
    'log',
    (e) => `${e.by} asked for: ${e.action} ${e.subject}${e.reason === undefined ? '' : ` (${e.reason})`}`,
  ],
  'control.unread': ['warn', (e) => `consuming without knowing what was cancelled or paused, which may run: ${e.why}`],
  'queue.paused': [
    'log',
    (e) => `${e.queue} is paused by ${e.by}${e.reason === undefined ? '' : ` (${e.reason})`}: taking nothing from it`,
  ],
  'queue.resumed': ['log', (e) => `${e.queue} is resumed${e.by === undefined ? '' : ` by ${e.by}`}`],
  'worker.quieted': ['log', (e) => `${e.by} asked this worker to take nothing new`],
  'worker.dismissed': ['log', (e) => `${e.by} asked this worker to stop`],
  'undelivered.fetched': ['log', (e) => `fetched ${e.tasks} delayed tasks that came due while ${e.queue} was missing`],
  'undelivered.postponed': ['warn', (e) => `cannot look for delayed tasks that found no queue: ${e.why}`],
  'quarantine.postponed': ['warn', (e) => `a suspect of ${e.queue} cannot be run alone yet: ${e.why}`],
  'reply.failed': ['warn', (e) => `could not answer the sender of ${subject(e)}: ${e.why}`],
  'stream.unavailable': ['warn', (e) => `goes on without ${e.use} stream ${e.stream}: ${e.why}`],
  'stream.available': ['log', (e) => `${e.use} stream ${e.stream} works again`],
  'stream.differs': ['warn', (e) => e.why],
  'history.interrupted': ['warn', (e) => `what happens is not recorded for now: ${e.why}`],
  'history.resumed': ['log', (e) => `what happens is recorded again; ${e.dropped} records are missing`],
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
  'threads.too-few': [
    'warn',
    (e) =>
      `${e.queue} has ${e.concurrency} slots and this worker ${e.threads} ${e.threads === 1 ? 'thread' : 'threads'} (WORKER_THREADS): ` +
      'a task that is one too many waits here for a thread, though another worker may have one that is free',
  ],
  'thread.failed': ['warn', (e) => `a thread failed while no handler ran in it: ${e.why}; the next task begins anew`],
  'thread.lingers': [
    'warn',
    (e) => `the thread of ${e.name} ${e.id ?? 'without id'} was ended and goes on in native code; it keeps its place`,
  ],
  'thread.gone': [
    'log',
    (e) => `the thread of ${e.name} ${e.id ?? 'without id'} has gone, ${e.milliseconds} ms after it was ended`,
  ],
  'attempts.missing': [
    'warn',
    (e) => `${e.name} has ${e.options.join(' and ')} and one attempt: it is not tried again, unless attempts says so`,
  ],
  'handler.missing': [
    'warn',
    (e) =>
      e.runIn === 'thread'
        ? `no handler for ${e.name} in the threads of this worker, which consumes ${e.queue}: such tasks are put aside as unrecoverable; ` +
          'import the module of its controller in the module of the threads'
        : `no handler for ${e.name} in this worker, which consumes ${e.queue}: such tasks are put aside as unknown-task; ` +
          'import the module of its controller',
  ],
  'definition.missing': [
    'log',
    (e) =>
      `handlers without a definition: ${e.names.join(', ')}; what comes for them is not checked, and is tried again as its queue says; ` +
      'a definition counts when it is among the tasks or events of QueueModule',
  ],
  'worker.stopping': [
    'log',
    (e) => `stopping: ${e.running} ${e.running === 1 ? 'task has' : 'tasks have'} ${e.timeout} ms to finish`,
  ],
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
        logger[level](new EventLine(name, withoutDetails(event), () => sentence(event), unshown));
      const link = linkOf(name, event);
      if (link === undefined) write(0);
      else flapping.tell(link, name, write);
    });
  };
  for (const name of Object.keys(sentences)) log(name as keyof QueueEventMap);
  return events;
}

/** Results are payloads of a kind, and a stack is with its dead letter. The trace of a run is worked out for who asks for it by its name. */
function withoutDetails(event: object): object {
  const { result: _result, stack: _stack, ...told } = event as { result?: unknown; stack?: unknown; traceId?: string };
  const { traceId } = event as { traceId?: string };
  return traceId === undefined ? told : { ...told, traceId };
}

/** The connection or the consumer that an event is about; `undefined` for any other event. */
function linkOf(name: keyof QueueEventMap, event: object): string | undefined {
  if ('role' in event) return `connection ${String(event.role)}`;
  return name.startsWith('consumer.') && 'queue' in event ? `consumer ${String(event.queue)}` : undefined;
}

/** Whether a refused start is tried again is for the app to say: a worker ends, a producer goes on. */
function connectionFailure({ role, url, why, isDeniedAtStart }: QueueEventMap['connection.failed']): string {
  return isDeniedAtStart
    ? `cannot connect for ${role}: ${why}`
    : `cannot connect to ${url} for ${role}: ${why}; trying again`;
}

function subject({ id, name, attempt }: { id: string | undefined; name: string | undefined; attempt: number }): string {
  return `${name ?? 'a message'} ${id ?? 'without id'}${attempt > 1 ? ` (attempt ${attempt})` : ''}`;
}

function workerProcess({ worker, pid }: { worker: number; pid: number | undefined }): string {
  return `worker ${worker} (process ${pid ?? 'none'})`;
}
