// npm run bench:retries: what failures cost, in time and in the worker's memory.
import { runCommand, wholeNumberFlag } from '../scripts/lib/command-line.mjs';
import { Voice } from '../scripts/lib/say.mjs';
import { problemsOf, runBench } from './lib/run-bench.mjs';
import { median } from './lib/statistics.mjs';

const usage = `npm run bench:retries [-- flags]

Tasks of which none fail (A), then as many of which every tenth fails twice (B), again and again: A B A B. One worker handles
100 at once with an empty handler, on quorum queues of a private RabbitMQ. bench/README.md explains it.

  --tasks N     of each run, default 100000
  --json FILE   writes a report
  --help        this text

Exit codes: 0 every task was done, 1 one was not, 2 wrong usage, 3 no broker.`;

const ORDER = /** @type {const} */ (['A', 'B', 'A', 'B']);
/** Every so manieth task of B fails, so often. */
const FAILING = 10;
const FAILURES = 2;
/** Tasks of a run that counts for nothing: the first ones compile the code and declare the queues. */
const WARM_UP = 2_000;
/** Milliseconds from the end of a run to the last look at the memory. */
const SETTLING = 2_000;
const MEBIBYTE = 2 ** 20;

/** @typedef {Awaited<ReturnType<typeof measureRun>>} Row */

const voice = new Voice();

await runCommand(
  voice,
  { usage, flags: { tasks: { type: 'string' }, json: { type: 'string' } } },
  (values, stopRequest) => {
    const tasks = wholeNumberFlag(values, 'tasks', { min: 1, otherwise: 100_000 });
    return runBench(voice, values, stopRequest, async (measuring) => {
      await measureRun(measuring, 'warm-up', 'B', Math.min(tasks, WARM_UP));
      /** @type {Row[]} */
      const rows = [];
      showHead();
      for (const [index, kind] of ORDER.entries()) {
        const row = await measureRun(measuring, `${kind}${Math.floor(index / 2) + 1}`, kind, tasks);
        rows.push(row);
        showRow(row);
      }
      const ratio = medianOf(rows, 'B') / medianOf(rows, 'A');
      voice.line(`\n  with failures : without, medians of the times: ${ratio.toFixed(2)}`);
      const runs = rows.map(({ problems: _, ...row }) => row);
      return { problems: rows.flatMap(({ problems }) => problems), report: { tasks, ratio, runs } };
    });
  },
);

/** @param {import('./lib/measuring.mjs').Measuring} measuring @param {string} name @param {'A' | 'B'} kind @param {number} tasks */
async function measureRun(measuring, name, kind, tasks) {
  const env = { BENCH_FAILING: kind === 'B' ? String(FAILING) : '0' };
  const result = await measuring.run({ name, tasks, program: 'add-work', env });
  const { adding, tally, memoryBefore } = result;
  const seconds = (tally.lastAt - adding.begunAt) / 1_000;
  const after = await measuring.memoryAfter(SETTLING);
  const planned = kind === 'B' ? Math.ceil(tasks / FAILING) * FAILURES : 0;
  const problems = problemsOf(name, result);
  if (tally.failed < planned) problems.push(`${name}: ${tally.failed} runs failed instead of ${planned}`);
  return {
    name,
    kind,
    done: tally.completed.size,
    runTwice: tally.again,
    failedRuns: tally.failed,
    seconds,
    rate: tally.completed.size / seconds,
    secondsAdding: (adding.endedAt - adding.begunAt) / 1_000,
    memory: { before: memoryBefore, highest: Math.max(...tally.memory), after },
    problems,
  };
}

/** @param {readonly Row[]} rows @param {'A' | 'B'} wanted */
function medianOf(rows, wanted) {
  return median(rows.filter(({ kind }) => kind === wanted).map(({ seconds }) => seconds));
}

function showHead() {
  voice.line(
    `\n  ${'run'.padEnd(5)}${['done', 'failed runs', 'seconds', 'adding', 'tasks/s'].map(column).join('')}   memory in MiB: before, highest, after`,
  );
}

/** @param {Row} row */
function showRow({ name, done, failedRuns, seconds, secondsAdding, rate, memory }) {
  const cells = [String(done), String(failedRuns), seconds.toFixed(1), secondsAdding.toFixed(1), rate.toFixed(0)];
  const mebibytes = [memory.before, memory.highest, memory.after].map((bytes) => (bytes / MEBIBYTE).toFixed(0));
  voice.line(
    `  ${name.padEnd(5)}${cells.map(column).join('')}   ${mebibytes.map((text) => text.padStart(7)).join('')}`,
  );
}

/** @param {string} text */
function column(text) {
  return text.padStart(13);
}
