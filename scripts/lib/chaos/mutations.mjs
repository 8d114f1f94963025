/**
 * @typedef {object} Mutation one keeper of a promise, switched off
 * @property {string} what for people
 * @property {{ file: string, from: string, to: string }[]} patches texts that stand in their file exactly once
 * @property {string} seed at which the faults meet the place
 * @property {string[]} flags the workload and the faults that aim at it
 */

const QUEUE = 'libs/queue/src';

/** @type {Mutation} */
export const unchanged = {
  what: 'nothing is switched off',
  patches: [],
  seed: '7',
  flags: ['--seconds', '25', '--faults', 'worker-kill,connection-close,blackhole,broker-kill,alarm'],
};

/** Those whose absence the ledger must notice. @type {Mutation[]} */
export const mutations = [
  {
    what: 'add does not wait for the confirm',
    patches: [
      { file: `${QUEUE}/connection/publisher.ts`, from: '      pending.sent();\n', to: '      pending.confirm();\n' },
    ],
    seed: '7',
    flags: ['--seconds', '12', '--tasks', '960', '--faults', 'blackhole', '--kinds', 'ordinary'],
  },
  {
    what: 'the ack comes before the work',
    patches: [
      {
        file: `${QUEUE}/consuming/task-run.ts`,
        from: '    const startedAt = performance.now();',
        to: "    if (!delivery.ackBefore()) return { kind: 'requeued' };\n    const startedAt = performance.now();",
      },
    ],
    seed: '7',
    flags: ['--seconds', '15', '--tasks', '250', '--faults', 'worker-kill', '--kinds', 'slow'],
  },
  {
    // While the broker is short of memory it takes acks and no publishes: a worker that dies then has only the memory of its tasks.
    what: 'the ack comes before the retry or the dead letter is confirmed',
    patches: [
      {
        file: `${QUEUE}/consuming/handover.ts`,
        from: '    const toldReasons = new ToldReasons();\n',
        to: '    delivery.ackBefore();\n    const toldReasons = new ToldReasons();\n',
      },
    ],
    seed: '22',
    flags: ['--seconds', '20', '--faults', 'worker-kill,alarm', '--kinds', 'flaky,failing'],
  },
  {
    what: 'messages are not persistent',
    patches: [{ file: `${QUEUE}/connection/pending-publish.ts`, from: 'persistent: true', to: 'persistent: false' }],
    seed: '7',
    flags: ['--seconds', '15', '--tasks', '400', '--type', 'classic', '--faults', 'broker-kill', '--kinds', 'slow'],
  },
  {
    what: 'queues are not durable',
    // Quorum queues, as the delay levels are, cannot be anything else.
    patches: [
      {
        file: `${QUEUE}/connection/declarations.ts`,
        from: 'durable: plan.durable',
        to: "durable: plan.arguments['x-queue-type'] === 'quorum'",
      },
    ],
    seed: '7',
    flags: ['--seconds', '15', '--tasks', '400', '--type', 'classic', '--faults', 'broker-kill', '--kinds', 'slow'],
  },
];
