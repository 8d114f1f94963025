import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../../scripts/lib/failure.mjs';
import { idealMakespan } from '../ideal.mjs';
import { processorSeconds } from '../processes.mjs';
import { assertNothingLeft } from './handling.mjs';

/** @typedef {import('../rounds.mjs').Entry} Entry @typedef {import('../stage.mjs').Stage} Stage @typedef {import('../../src/trial.js').Work} Work */
/**
 * @typedef {{ workers: number, tasks: readonly Work[], atOnce?: number, isFilledFirst?: boolean }} Plan
 *   atOnce: tasks that a worker works on at once, default: its concurrency; isFilledFirst: the tasks wait when the workers begin
 */

/** Milliseconds in which who is not on RabbitMQ, where the driver could look, has begun to consume. */
const CONSUMES = 500;
/** Tasks that fit into a program's arguments. */
const CHUNK = 1_000;
/** Milliseconds; what is measured is what the programs say. */
const LOOK_EVERY = 10;

/**
 * Several workers share tasks that take their time.
 * @param {Plan} plan
 * @returns {(stage: Stage, entry: Entry) => Promise<Record<string, number>>} seconds from the start of the first handler to the end of the
 *   last, and how many times the ideal that is
 */
export function sharing(plan) {
  return async (stage, entry) => {
    const { seconds } = await work(stage, entry, plan);
    const slots = plan.workers * (plan.atOnce ?? entry.trial.concurrency ?? 1);
    const ideal = idealMakespan(
      plan.tasks.map(({ milliseconds }) => milliseconds),
      slots,
    );
    return { seconds, overIdeal: (seconds * 1_000) / ideal };
  };
}

/**
 * The same with tasks that need the processor.
 * @param {Plan} plan
 * @returns {(stage: Stage, entry: Entry) => Promise<Record<string, number>>} the seconds, and how much of the processor time that the broker
 *   leaves to the workers the tasks got
 */
export function computing(plan) {
  return async (stage, entry) => {
    const { seconds, brokerSeconds } = await work(stage, entry, plan);
    const spent = plan.tasks.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1_000;
    const atOnce = plan.workers * (entry.trial.threads ?? 1);
    const left = Math.min(atOnce * seconds, availableParallelism() * seconds - brokerSeconds);
    return { seconds, rate: plan.tasks.length / seconds, ofWhatIsLeft: spent / left };
  };
}

/** @param {Stage} stage @param {Entry} entry @param {Plan} plan */
async function work(stage, { contestant, trial }, { workers, tasks, isFilledFirst = false }) {
  const fill = async () => {
    for (let begin = 0; begin < tasks.length; begin += CHUNK) {
      const chunk = tasks.slice(begin, begin + CHUNK);
      await stage.fill(contestant, { ...trial, count: chunk.length, tasks: chunk });
    }
  };
  await stage.prepareQueue(contestant, trial);
  if (isFilledFirst) await fill();
  const programs = await Promise.all(
    Array.from({ length: workers }, () =>
      stage.open(contestant, { ...trial, kind: 'work', count: tasks.length, how: tasks[0]?.how }),
    ),
  );
  for (const program of programs) program.go();
  if (!isFilledFirst) {
    if (contestant.isRabbit === false) await delay(CONSUMES);
    else await stage.queues.untilConsumed(trial.queue, workers, stage);
    await fill();
  }
  const before = processorSeconds(stage.brokerPid);
  const deadline = performance.now() + stage.timeout;
  const handled = () => programs.reduce((sum, { progress }) => sum + (progress?.progress ?? 0), 0);
  while (handled() < tasks.length) {
    for (const program of programs) program.assertWell();
    if (performance.now() > deadline) {
      throw new Failure(`${contestant.name}: ${handled()} of ${tasks.length} tasks were handled in time`);
    }
    await delay(LOOK_EVERY, undefined, { signal: stage.signal });
  }
  const brokerSeconds = processorSeconds(stage.brokerPid) - before;
  const reports = programs.flatMap(({ progress }) => (progress === undefined ? [] : [progress]));
  const seconds = (Math.max(...reports.map(({ to }) => to)) - Math.min(...reports.map(({ from }) => from))) / 1_000;
  await Promise.all(programs.map((program) => stage.release(program)));
  await assertNothingLeft(stage, { contestant, trial });
  return { seconds, brokerSeconds };
}
