// npm run bench: Warren beside bare amqplib, plain Nest and other work queues, on one broker and in one run.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runCommand } from '../scripts/lib/command-line.mjs';
import { Voice } from '../scripts/lib/say.mjs';
import { machine } from '../scripts/lib/surroundings.mjs';
import { flags, readWishes } from './lib/arguments.mjs';
import { compare, obtainContestants } from './lib/comparison.mjs';
import { contestants } from './lib/contestants.mjs';
import { onPrivateBroker } from './lib/private-broker.mjs';

const names = contestants.map(({ name }) => name);

const usage = `npm run bench [-- flags]

Measures Warren beside bare amqplib, plain Nest and other work queues, all of them in turn on one private RabbitMQ: tables of
rates and ratios, and the goals with what was measured. bench/README.md explains the cases. Nothing else should run meanwhile.

  --quick              small numbers and the cases of the goals: two minutes
  --only A,B           only the cases whose names begin so (handle, add-256, handle-16-quorum)
  --contestants A,B    only these: ${names.join(', ')}
  --rounds N           rounds that count, default 3 (--quick: 2)
  --json FILE          writes a report
  --help               this text

Exit codes: 0 all was measured, whatever came out; 1 something did not run or a task was lost; 2 wrong usage, 3 no broker.`;

const voice = new Voice();

await runCommand(voice, { usage, flags }, async (values, { signal }) => {
  const wishes = readWishes(values, names);
  const startedAt = performance.now();
  const date = new Date().toISOString();
  return onPrivateBroker(voice, signal, async (surroundings) => {
    const wanted = wishes.contestants.length === 0 ? names : wishes.contestants;
    const { obtained, versions, absent } = await obtainContestants(voice, wanted);
    const { results, unmeasured } = await compare(voice, surroundings, wishes, { signal, startedAt, obtained });
    if (wishes.json !== undefined) {
      const report = {
        date,
        command: process.argv.slice(2).join(' '),
        machine: machine(),
        versions: { ...surroundings.versions, ...versions },
        absent,
        unmeasured,
        results,
      };
      writeFileSync(resolve(wishes.json), `${JSON.stringify(report, undefined, 2)}\n`);
    }
    return results.every(({ lines }) => lines.every(({ problem }) => problem === undefined));
  });
});
