// npm run bench:history: what it takes to record what happens, and how long it takes to search it.
import { pathToFileURL } from 'node:url';
import { builtApp } from '../scripts/lib/build.mjs';
import { runCommand, wholeNumberFlag } from '../scripts/lib/command-line.mjs';
import { reportFile } from '../scripts/lib/report-file.mjs';
import { Voice } from '../scripts/lib/say.mjs';
import { machine } from '../scripts/lib/surroundings.mjs';
import { contestants } from './lib/contestants.mjs';
import { handling } from './lib/measurements/handling.mjs';
import { onPrivateBroker } from './lib/private-broker.mjs';
import { Stage } from './lib/stage.mjs';
import { median, percentile } from './lib/statistics.mjs';

const usage = `npm run bench:history [-- flags]

The rate at which one worker handles tasks with an empty handler, 100 at once, on a classic and on a quorum queue of a private
RabbitMQ: with the events stream off and on, in turn. Then how long searches in a view of many tasks take, and its memory.

  --tasks N     of each run, default 100000
  --rounds N    of off and on, default 5
  --view N      tasks in the view, default 100000
  --json FILE   writes a report
  --help        this text

Exit codes: 0 all was measured, whatever came out; 1 something did not run; 2 wrong usage, 3 no broker.`;

/** Tasks of a run that do not count: the first ones compile the code. */
const WARM_UP = 15_000;
/** Milliseconds that one run may take, and all of them. */
const RUN_TIMEOUT = 120_000;
const WHOLE_TIMEOUT = 3_600_000;

const voice = new Voice();
const flags = Object.fromEntries(
  ['tasks', 'rounds', 'view', 'json'].map((name) => [name, { type: /** @type {const} */ ('string') }]),
);

await runCommand(voice, { usage, flags }, (values, { signal }) => {
  const count = wholeNumberFlag(values, 'tasks', { min: 1, otherwise: 100_000 });
  const rounds = wholeNumberFlag(values, 'rounds', { min: 1, otherwise: 5 });
  const tasks = wholeNumberFlag(values, 'view', { min: 1, otherwise: 100_000 });
  const json = reportFile(values);
  return onPrivateBroker(voice, signal, async ({ url, brokerPid, folder, versions }) => {
    const until = performance.now() + WHOLE_TIMEOUT;
    const stage = await Stage.open({ url, brokerPid, folder, timeout: RUN_TIMEOUT, until, signal }, named('amqplib'));
    try {
      const costs = [];
      for (const queueType of /** @type {const} */ (['classic', 'quorum'])) {
        costs.push(await measureCost(stage, queueType, { count, rounds }));
      }
      const searching = await measureSearching(tasks);
      json?.write({ tasks: count, rounds, costs, searching, versions, machine: machine() });
      return true;
    } finally {
      await stage.close();
    }
  });
});

/**
 * Off and on by turns, and who begins changes from round to round: whatever drifts hits both. What counts is the ratio within a round.
 * @param {Stage} stage @param {'classic' | 'quorum'} queueType @param {{ count: number, rounds: number }} sizes
 */
async function measureCost(stage, queueType, { count, rounds }) {
  const trial = {
    kind: /** @type {const} */ ('handle'),
    queueType,
    size: 200,
    concurrency: 100,
    count,
    warmUp: WARM_UP,
  };
  const measured = [];
  for (let round = 0; round < rounds; round += 1) {
    /** @type {Record<string, { rate: number, cpu: number }>} */
    const figures = {};
    for (const events of round % 2 === 0 ? ['off', 'on'] : ['on', 'off']) {
      const queue = `bench.history.${queueType}`;
      const entry = { contestant: named('warren'), trial: { ...trial, queue, events } };
      const { rate = Number.NaN, cpu = Number.NaN } = await handling(
        stage,
        /** @type {Parameters<typeof handling>[1]} */ (entry),
      );
      figures[events] = { rate, cpu };
      const each = `${rate.toFixed(0).padStart(8)} tasks/s ${cpu.toFixed(1).padStart(7)} µs of its processor each`;
      voice.line(`  ${queueType.padEnd(8)} events ${events.padEnd(3)} ${each}`);
    }
    measured.push(figures);
  }
  await stage.clear();
  const costs = measured.map(({ on, off }) => (1 - (on?.rate ?? Number.NaN) / (off?.rate ?? Number.NaN)) * 100);
  const cpu = measured.map(({ on, off }) => (on?.cpu ?? Number.NaN) - (off?.cpu ?? Number.NaN));
  const [first, third] = [percentile(costs, 0.25), percentile(costs, 0.75)];
  const range = `the middle half of ${rounds} rounds from ${first.toFixed(1)} to ${third.toFixed(1)} %`;
  const processor = `${median(cpu).toFixed(2)} µs of the worker's processor a task`;
  voice.line(
    `  ${queueType}: recording takes ${median(costs).toFixed(1)} % of the rate (${range}) and ${processor}, by medians\n`,
  );
  return { queueType, cost: median(costs), middleHalf: [first, third], cpu: median(cpu), rounds: measured };
}

/** @param {number} tasks */
async function measureSearching(tasks) {
  const module = await import(pathToFileURL(builtApp('bench', 'searching')).href);
  /** @type {ReturnType<typeof import('./src/searching.js').measureSearching>} */
  const figures = module.measureSearching(tasks);
  voice.line(`  ${tasks} tasks in a view: ${figures.mebibytes.toFixed(0)} MiB`);
  for (const { search, found, median: middle, worst } of figures.searches) {
    const times = `${middle.toFixed(1).padStart(7)} ms at the median, ${worst.toFixed(1).padStart(7)} at worst`;
    voice.line(`  ${search.padEnd(32)}${String(found).padStart(8)} found ${times}`);
  }
  return figures;
}

/** @param {string} wanted */
function named(wanted) {
  const contestant = contestants.find(({ name }) => name === wanted);
  if (contestant === undefined) throw new Error(`there is no ${wanted}`);
  return contestant;
}
