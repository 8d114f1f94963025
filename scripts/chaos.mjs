// npm run chaos: faults strike while tasks are added and handled; then a ledger says what was lost.
import { randomBytes, randomInt } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { buildApps } from './lib/build.mjs';
import { brokerForChaos } from './lib/chaos/broker.mjs';
import { faultKinds } from './lib/chaos/plan.mjs';
import { reportOf, showResult } from './lib/chaos/report.mjs';
import { ChaosRun } from './lib/chaos/run.mjs';
import { isSound, taskKinds } from './lib/chaos/verdict.mjs';
import { choiceFlag, listFlag, runCommand, textFlag, wholeNumberFlag } from './lib/command-line.mjs';
import { installDependencies } from './lib/install.mjs';
import { reportFile } from './lib/report-file.mjs';
import { Voice } from './lib/say.mjs';

const TASKS_PER_SECOND = 80;

const usage = `npm run chaos [-- flags]

Producers add tasks and workers handle them while faults strike at random times; a ledger outside the broker says in the end
whether a task was lost. Runs on a private RabbitMQ of its own, or on the broker that AMQP_URL names, with the faults
that can be done to that. docs/chaos.md explains it.

  --seconds N      how long tasks are added and faults strike, default 120
  --tasks N        so many tasks, spread over that time, default ${TASKS_PER_SECOND} a second
  --seed S         decides the tasks and the faults, default a random one, which is printed
  --faults A,B     ${Object.keys(faultKinds).join(',')}; default all of them
  --kinds A,B      ${Object.keys(taskKinds).join(',')}; default all of them
  --workers N      so many workers, default 3
  --type T         quorum or classic queues, default quorum
  --cluster        on a private cluster of three nodes, which are struck one at a time
  --json FILE      writes a report
  --help           this text

Exit codes: 0 nothing was lost nor put aside that should have worked, 1 something was, 2 wrong usage, 3 no broker.`;

const voice = new Voice();

/** @type {import('./lib/command-line.mjs').Flags} */
const flags = {
  seconds: { type: 'string' },
  tasks: { type: 'string' },
  seed: { type: 'string' },
  faults: { type: 'string' },
  kinds: { type: 'string' },
  workers: { type: 'string' },
  type: { type: 'string' },
  cluster: { type: 'boolean' },
  json: { type: 'string' },
};

await runCommand(voice, { usage, flags }, async (values, stopRequest) => {
  const seconds = wholeNumberFlag(values, 'seconds', { min: 1, otherwise: 120 });
  const options = {
    seconds,
    tasks: wholeNumberFlag(values, 'tasks', { min: 1, otherwise: seconds * TASKS_PER_SECOND }),
    seed: textFlag(values, 'seed') ?? String(randomInt(1_000_000)),
    faults: listFlag(values, 'faults', Object.keys(faultKinds)),
    taskKinds: listFlag(values, 'kinds', Object.keys(taskKinds)),
    workers: wholeNumberFlag(values, 'workers', { min: 1, otherwise: 3 }),
    type: choiceFlag(values, 'type', /** @type {const} */ (['quorum', 'classic'])),
    isCluster: values.cluster === true,
  };
  const json = reportFile(values);
  await installDependencies(voice);
  await buildApps(voice, ['chaos']);
  const folder = mkdtempSync(join(tmpdir(), 'warren-chaos-'));
  let isOfUse = true;
  try {
    isOfUse = !(await runOnce(options, folder, json, stopRequest));
    return isOfUse ? 1 : 0;
  } finally {
    if (isOfUse && existsSync(join(folder, 'ledger')) && !stopRequest.signal.aborted)
      voice.line(`  The ledger and the logs are in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
});

/**
 * @param {import('./lib/chaos/run.mjs').ChaosOptions & { isCluster: boolean }} options @param {string} folder
 * @param {import('./lib/report-file.mjs').ReportFile | undefined} json @param {import('./lib/stop-request.mjs').StopRequest} stopRequest
 * @returns {Promise<boolean>} whether all was as promised
 */
async function runOnce(options, folder, json, { signal }) {
  const broker = await brokerForChaos(voice, {
    directory: join(folder, 'broker'),
    isCluster: options.isCluster,
    signal,
  });
  try {
    voice.done('broker', broker.description);
    const prefix = `chaos-${randomBytes(4).toString('hex')}-`;
    const run = new ChaosRun(voice, broker, options, { folder, prefix });
    voice.done(
      'plan',
      `seed ${options.seed}: ${options.tasks} tasks and ${run.plan.length} faults in ${options.seconds} s`,
    );
    for (const [kind, why] of Object.entries(run.leftOut)) voice.warn(`without ${kind}: ${why}`);
    const startedAt = new Date();
    const result = await run.run(signal);
    const took = Date.now() - startedAt.getTime();
    const facts = { ledger: run.ledger, broker: broker.description, leftOut: run.leftOut, startedAt, took };
    json?.write(reportOf(options, result, facts));
    showResult(voice, result, run.ledger);
    const isAsPromised = isSound(result.verdict);
    if (!isAsPromised) keepBrokerLogs(folder);
    return isAsPromised;
  } finally {
    await broker.stop();
  }
}

/** What a node of the run's own has said would go with its folder when it stops. @param {string} folder */
function keepBrokerLogs(folder) {
  const nodes = join(folder, 'broker');
  if (!existsSync(nodes)) return;
  for (const entry of readdirSync(nodes, { recursive: true, withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name !== 'log') continue;
    const from = join(entry.parentPath, entry.name);
    cpSync(from, join(folder, 'logs', 'broker', relative(nodes, entry.parentPath)), { recursive: true });
  }
}
