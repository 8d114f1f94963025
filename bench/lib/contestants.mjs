import { readFileSync } from 'node:fs';
import { builtApp } from '../../scripts/lib/build.mjs';
import { inCheckout } from '../../scripts/lib/checkout.mjs';
import { versionOfWarren } from '../../scripts/lib/surroundings.mjs';
import { peers } from './peers/index.mjs';

/** @typedef {import('../src/trial.js').Kind} Kind */
/** @typedef {import('../src/trial.js').Trial} Trial */

/**
 * Somebody who is measured.
 * @typedef {object} Contestant
 * @property {string} name
 * @property {() => string | Promise<string>} version
 * @property {readonly string[]} kinds the trials that its program can do
 * @property {(voice: import('../../scripts/lib/say.mjs').Voice) => boolean | Promise<boolean>} obtain makes it runnable, and tells whether it had to be downloaded for that; a Failure says why it cannot be had
 * @property {(trial: Trial) => readonly string[]} command what starts its program; the trial comes after it, as JSON
 * @property {boolean} [fills] its own client puts tasks into the queue; default false: the driver does
 * @property {boolean} [isRabbit] its tasks are in RabbitMQ; default true
 * @property {boolean} [declaresQueues] it declares its queues by itself; default false
 * @property {(options: { folder: string }) => Promise<{ broker: object, stop(): Promise<void> }>} [startServer] starts the server that it needs besides RabbitMQ
 */

const ALL_KINDS = ['add', 'add-bulk', 'fill', 'handle', 'add-timed', 'handle-timed', 'work', 'start'];
const PROGRAM = inCheckout('bench', 'contestants', 'program.mjs');

/** One of `bench/src/contestants`, which are built with the bench. @param {string} name @param {() => string} version @returns {Contestant} */
function ours(name, version) {
  return {
    name,
    version,
    kinds: ALL_KINDS,
    obtain: () => false,
    command: () => [process.execPath, PROGRAM, builtApp('bench', `contestants/${name}`)],
    fills: true,
  };
}

/** @param {string} name of one of the product's packages */
const versionOf = (name) => JSON.parse(readFileSync(inCheckout('node_modules', name, 'package.json'), 'utf8')).version;

/** Whom the others are compared with. */
export const REFERENCE = 'amqplib';

/** All of them, in the order of the reports. @type {readonly Contestant[]} */
export const contestants = [
  ours('amqplib', () => versionOf('amqplib')),
  {
    ...ours('amqplib-same-messages', () => versionOf('amqplib')),
    kinds: ['add', 'add-bulk', 'fill', 'handle', 'add-timed', 'handle-timed'],
    declaresQueues: true,
  },
  { ...ours('warren', () => versionOfWarren().warren), declaresQueues: true },
  ours('nest', () => versionOf('@nestjs/microservices')),
  ...peers,
];
