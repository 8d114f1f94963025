// npm run bench: Warren beside bare amqplib, plain Nest and other work queues, on one broker and in one run.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runCommand } from '../scripts/lib/command-line.mjs';
import { installDependencies } from '../scripts/lib/install.mjs';
import { Voice } from '../scripts/lib/say.mjs';
import { machine } from '../scripts/lib/surroundings.mjs';
import { flags, readWishes } from './lib/arguments.mjs';
import { allCases, chooseCases } from './lib/cases.mjs';
import { compare, obtainContestants } from './lib/comparison.mjs';
import { contestants } from './lib/contestants.mjs';
import { goals, judge } from './lib/goals.mjs';
import { markdownOf } from './lib/markdown.mjs';
import { onPrivateBroker } from './lib/private-broker.mjs';
import { showGoals } from './lib/report.mjs';

const names = contestants.map(({ name }) => name);

const usage = `npm run bench [-- flags]

Measures Warren beside bare amqplib, plain Nest and other work queues, all of them in turn on one private RabbitMQ: tables of
rates and ratios, and the goals with what was measured. bench/README.md explains the cases. Nothing else should run meanwhile.

  --quick              small numbers and the cases of the goals: two minutes; without it more than an hour
  --only A,B           only the cases whose names begin so: handle, add-256, handle-16-quorum
  --contestants A,B    only these: ${names.join(', ')}
  --rounds N           rounds that count, default 3 (--quick: 2)
  --json FILE          writes a report
  --markdown FILE      measures nothing: prints that report as the tables of bench/README.md
  --list               measures nothing: prints the names of the cases
  --help               this text

Exit codes: 0 all was measured, whatever came out; 1 something did not run or a task was lost; 2 wrong usage, 3 no broker.`;

const voice = new Voice();

await runCommand(voice, { usage, flags }, async (values, { signal }) => {
  const { isQuick, only, contestants: wanted, rounds, json, markdown, isList } = readWishes(values, names);
  if (markdown !== undefined) return voice.line(markdownOf(JSON.parse(readFileSync(resolve(markdown), 'utf8'))));
  const cases = chooseCases(allCases(isQuick), only, isQuick);
  if (isList) return cases.forEach(({ name, title }) => voice.line(`  ${name.padEnd(24)}${title}`));
  const startedAt = performance.now();
  const date = new Date().toISOString();
  await installDependencies(voice);
  const obtaining = obtainContestants(voice, cases, wanted);
  obtaining.catch(() => undefined); // waited for below
  return onPrivateBroker(voice, signal, async (surroundings) => {
    const { obtained, versions, absent } = await obtaining;
    const isLimited = isQuick && only.length === 0;
    const options = { obtained, isQuick, rounds, startedAt, isLimited, signal };
    const { results, unmeasured } = await compare(voice, surroundings, cases, options);
    const judged = goals.map((goal) => judge(goal, results));
    const asked = only.length === 0 ? judged : judged.filter(({ verdict }) => verdict !== 'not measured');
    showGoals(voice, asked, { absent, unmeasured });
    if (json !== undefined) {
      const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');
      const of = { ...surroundings.versions, ...versions };
      const seconds = (performance.now() - startedAt) / 1_000;
      const report = {
        date,
        seconds,
        command,
        machine: machine(),
        versions: of,
        absent,
        unmeasured,
        goals: judged,
        results,
      };
      writeFileSync(resolve(json), `${JSON.stringify(report, undefined, 2)}\n`);
    }
    return results.every(({ lines }) => lines.every(({ problem }) => problem === undefined));
  });
});
