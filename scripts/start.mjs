// npm start: from a fresh clone to real tasks among real workers over a real RabbitMQ.
import { findBroker } from './lib/broker/find-broker.mjs';
import { buildApps } from './lib/build.mjs';
import { runCommand, wholeNumberFlag } from './lib/command-line.mjs';
import { Crew } from './lib/demo/crew.mjs';
import { Ledger } from './lib/demo/ledger.mjs';
import { MainTasks } from './lib/demo/main-tasks.mjs';
import { showEvents, showNextSteps } from './lib/demo/next-steps.mjs';
import { refuseStrangers } from './lib/demo/queues.mjs';
import { takeStartLock } from './lib/demo/start-lock.mjs';
import { Failure } from './lib/failure.mjs';
import { installDependencies } from './lib/install.mjs';
import { Voice } from './lib/say.mjs';

const usage = `npm start [-- flags]

Installs what is missing, finds a RabbitMQ or starts a private one, builds the apps, starts the producer, the workers and
the dashboard, and runs the main tasks: the tutorial's five messages, then some hundred real ones with a worker killed in the middle.

  --once         stop after the summary (as it does without a terminal)
  --workers N    so many workers, default 2
  --tasks N      so many tasks after the tutorial's five, default 300
  --no-demo      only start everything, and stay
  --help         this text

AMQP_URL names another broker. WARREN_STATE_DIR names another folder than .rabbitmq/ for all that is kept.
Exit codes: 0 nothing was lost, 1 something went wrong, 2 wrong usage, 3 no broker.`;

const voice = new Voice();

await runCommand(
  voice,
  {
    usage,
    flags: {
      once: { type: 'boolean' },
      workers: { type: 'string' },
      tasks: { type: 'string' },
      'no-demo': { type: 'boolean' },
    },
  },
  async (flags, stopRequest) => {
    const plan = {
      workers: wholeNumberFlag(flags, 'workers', { min: 1, otherwise: 2 }),
      tasks: wholeNumberFlag(flags, 'tasks', { min: 10, otherwise: 300 }),
      hasDemo: flags['no-demo'] !== true,
      stays: flags.once !== true && (flags['no-demo'] === true || isAttended()),
    };
    const lock = await takeStartLock(voice);
    try {
      await installDependencies(voice);
      const broker = await findBroker(voice, stopRequest.signal);
      voice.done('broker', broker.description);
      try {
        stopRequest.signal.throwIfAborted();
        await buildApps(voice);
        return await runApps(broker, lock, plan, stopRequest);
      } finally {
        if (broker.node !== undefined) {
          stopRequest.onHurry(() => void broker.node?.stop());
          voice.doing('broker', 'stopping');
          await broker.node.stop();
          voice.done('broker', 'stopped; its queues keep their tasks');
        }
      }
    } finally {
      lock.release();
    }
  },
);

/** Somebody is there who reads and can press Ctrl-C. */
function isAttended() {
  return process.stdin.isTTY && process.stdout.isTTY && !process.env.CI;
}

/**
 * @param {import('./lib/broker/find-broker.mjs').FoundBroker} broker @param {import('./lib/run-lock.mjs').RunLock} lock
 * @param {{ workers: number, tasks: number, hasDemo: boolean, stays: boolean }} plan
 * @param {import('./lib/stop-request.mjs').StopRequest} stopRequest
 * @returns {Promise<number>} the exit code
 */
async function runApps(broker, lock, plan, stopRequest) {
  if (plan.hasDemo) await refuseStrangers(broker.url);
  const ledger = new Ledger();
  const crew = new Crew(broker.url, ledger, (worker, line) =>
    voice.line(`  ${voice.paint('cyan', worker.name)} │${line}`),
  );
  crew.onStart = () => lock.update({ apps: crew.pids });
  stopRequest.onHurry(() => void crew.killAll());
  const over = new AbortController();

  const work = async () => {
    voice.doing('apps', `starting the producer, ${plan.workers} workers and the dashboard`);
    await Promise.all([
      crew.startProducer(),
      crew.startDashboard(),
      ...Array.from({ length: plan.workers }, () => crew.startWorker()),
    ]);
    voice.done('producer', `http://127.0.0.1:${crew.producerPort} (what it takes: /docs)`);
    for (const { name, pid, port } of crew.workers) voice.done(name, `process ${pid}, health on port ${port}`);
    voice.done('dashboard', `http://127.0.0.1:${crew.dashboardPort}`);
    return plan.hasDemo ? new MainTasks(voice, crew, ledger, over.signal).run(plan.tasks) : 0;
  };
  const interrupted = async () => {
    await stopRequest.asked;
    throw new Failure('stopped before the end');
  };
  const trouble = Promise.race([crew.crash, brokerEnd(broker)]);

  try {
    const exitCode = await Promise.race([work(), trouble, interrupted()]);
    if (plan.stays) {
      showNextSteps(voice, crew, broker.url);
      showEvents(voice, crew);
      await Promise.race([trouble, stopRequest.asked]);
    }
    return exitCode;
  } finally {
    over.abort(new Failure('the run was ended'));
    voice.line();
    voice.doing('apps', 'stopping');
    const killed = await crew.stop();
    if (killed.length > 0) voice.warn(`${killed.join(', ')} did not stop in time and had to be killed.`);
    voice.done('apps', 'stopped');
  }
}

/** Rejects when the private broker ends by itself; stays pending otherwise. @param {import('./lib/broker/find-broker.mjs').FoundBroker} broker @returns {Promise<never>} */
async function brokerEnd({ node }) {
  if (node === undefined) return new Promise(() => undefined);
  throw new Failure(await node.unexpectedEnd());
}
