// npm run bench: Warren beside bare amqplib, plain Nest and other work queues, on one broker and in one run.
import { runCommand } from '../scripts/lib/command-line.mjs';
import { installDependencies } from '../scripts/lib/install.mjs';
import { reportFile } from '../scripts/lib/report-file.mjs';
import { Voice } from '../scripts/lib/say.mjs';
import { machine } from '../scripts/lib/surroundings.mjs';
import { flags, readWishes } from './lib/arguments.mjs';
import { allCases, chooseCases } from './lib/cases.mjs';
import { compare, countsOf, obtainContestants } from './lib/comparison.mjs';
import { contestants } from './lib/contestants.mjs';
import { readReports } from './lib/joined-reports.mjs';
import { keptText } from './lib/kept-report.mjs';
import { goalsOf, markdownOf } from './lib/markdown.mjs';
import { onPrivateBroker } from './lib/private-broker.mjs';
import { showGoals } from './lib/report.mjs';
import { reportOf } from './lib/run-report.mjs';
import { adviceOf, AGAIN, RunTime } from './lib/run-time.mjs';

const names = contestants.map(({ name }) => name);

const usage = `npm run bench [-- flags]

Measures Warren beside bare amqplib, plain Nest and other work queues, all of them in turn on one private RabbitMQ: tables of
rates and ratios, and the goals with what was measured. bench/README.md explains the cases. Nothing else should run meanwhile.

  --quick              small numbers and most cases of the goals: two minutes; without it more than an hour
  --only A,B           only the cases whose names begin so: handle, add-256, handle-16-quorum
  --contestants A,B    only these: ${names.join(', ')}
  --rounds N           rounds that count, default 3 (--quick: 2)
  --json FILE          writes a report, after each case anew: a run that is stopped leaves what it has measured
  --markdown A,B       measures nothing: prints reports, of one run or of several, as the tables of bench/README.md
  --goals A,B          measures nothing: prints the goals of reports as README.md shows them; with --json FILE it also writes what the
                       tables need of them, as bench/results.json has it
  --list               measures nothing: prints the names of the cases
  --help               this text

Exit codes: 0 all was measured, whatever came out; 1 something did not run or a task was lost; 2 wrong usage, 3 no broker.`;

const voice = new Voice();

/** @param {readonly string[]} files that are printed: what is not about them is not among it */
function readAndWarn(files) {
  const joined = readReports(files);
  const aside = new Voice({ stream: process.stderr });
  for (const sentence of joined.lost) aside.warn(sentence);
  return joined;
}

await runCommand(voice, { usage, flags }, async (values, { signal }) => {
  const { isQuick, only, contestants: wanted, rounds, markdown, goals: judged, isList } = readWishes(values, names);
  if (markdown !== undefined) return voice.line(markdownOf(readAndWarn(markdown)));
  const cases = chooseCases(allCases(isQuick), only, isQuick);
  if (isList) return cases.forEach(({ name, title }) => voice.line(`  ${name.padEnd(24)}${title}`));
  const file = reportFile(values);
  if (judged !== undefined) {
    const joined = readAndWarn(judged);
    file?.writeText(keptText(joined));
    return voice.line(goalsOf(joined));
  }
  const startedAt = performance.now();
  const date = new Date().toISOString();
  const counts = countsOf(isQuick, rounds);
  const time = new RunTime(startedAt, isQuick && only.length === 0);
  time.atItsEnd(endAtOnce);
  await installDependencies(voice);
  const obtaining = obtainContestants(voice, cases, wanted, time);
  obtaining.catch(() => undefined); // waited for below
  return onPrivateBroker(voice, signal, async (surroundings) => {
    const { obtained, versions, absent, wasDownloaded } = await obtaining;
    const seconds = (performance.now() - startedAt) / 1_000;
    const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');
    const all = { ...surroundings.versions, ...versions };
    const facts = { date, command, machine: machine(), versions: all, wanted, absent };
    const report = (/** @type {import('./lib/every-case.mjs').Measured} */ measured) => {
      const known = reportOf(facts, startedAt, measured);
      file?.write(known);
      return known;
    };
    const options = { obtained, wanted, absent, isQuick, counts, time, signal, onMeasured: report };
    const measured = await compare(voice, surroundings, cases, options);
    const { goals, unmeasured, results } = report(measured);
    const asked = only.length === 0 ? goals : goals.filter(({ verdict }) => verdict !== 'not measured');
    showGoals(voice, asked, { absent, unmeasured });
    const { wasBuilt } = surroundings;
    const advice = adviceOf(measured, counts.rounds, { wasBuilt, wasDownloaded, seconds });
    if (advice !== undefined) voice.warn(advice);
    return results.every(({ lines }) => lines.every(({ problem }) => problem === undefined));
  });
});

/** What is still under way when the time is over ends with the process: a build, a download, the broker. */
function endAtOnce() {
  if (process.exitCode === undefined)
    voice.fail(`the two minutes of a quick run are over, and it is not at its end; ${AGAIN}`);
  process.exit(process.exitCode ?? 1);
}
