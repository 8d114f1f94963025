// npm run bench:delays: how late delayed tasks start, and that none is early.
import { runCommand, textFlag, wholeNumberFlag } from '../scripts/lib/command-line.mjs';
import { Voice } from '../scripts/lib/say.mjs';
import { problemsOf, runBench } from './lib/run-bench.mjs';
import { lateness } from './lib/statistics.mjs';

const usage = `npm run bench:delays [-- flags]

Tasks with random delays of 0.1 to 20 s, added at an even pace: says how late they start. One worker handles 100 at once with an
empty handler, on quorum queues of a private RabbitMQ. bench/README.md explains it.

  --tasks N     default 10000
  --rate N      adds a second, default 500
  --seed S      decides the delays, default 1
  --json FILE   writes a report
  --help        this text

Exit codes: 0 every task was done and none early, 1 one was not, 2 wrong usage, 3 no broker.`;

const NAME = 'delayed';

const voice = new Voice();

/** @type {import('../scripts/lib/command-line.mjs').Flags} */
const flags = {
  tasks: { type: 'string' },
  rate: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'string' },
};

await runCommand(voice, { usage, flags }, (values, stopRequest) => {
  const tasks = wholeNumberFlag(values, 'tasks', { min: 1, otherwise: 10_000 });
  const rate = wholeNumberFlag(values, 'rate', { min: 1, otherwise: 500 });
  const seed = textFlag(values, 'seed') ?? '1';
  return runBench(voice, values, stopRequest, async (measuring) => {
    const env = { BENCH_RATE: String(rate), BENCH_SEED: seed };
    const result = await measuring.run({ name: NAME, tasks, program: 'add-delayed', env });
    const { adding, tally, missing } = result;
    const all = [...tally.lateness.values()];
    const early = all.filter((late) => late < 0);
    const secondsAdding = (adding.endedAt - adding.begunAt) / 1_000;
    const late = lateness(all);
    voice.line(
      `\n  ${tasks} tasks added in ${secondsAdding.toFixed(1)} s · done ${tally.completed.size} · missing ${missing} · early ${early.length} · run twice ${tally.again}`,
    );
    voice.line(`  late in ms: p50 ${late.p50} · p95 ${late.p95} · p99 ${late.p99} · max ${late.max}`);
    const problems = problemsOf(NAME, result);
    if (early.length > 0) problems.push(`${early.length} tasks were early, by up to ${-Math.min(...early)} ms`);
    const counts = { done: tally.completed.size, missing, early: early.length, runTwice: tally.again };
    return { problems, report: { tasks, rate, seed, secondsAdding, ...counts, lateInMilliseconds: late } };
  });
});
