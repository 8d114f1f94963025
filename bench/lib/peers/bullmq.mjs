import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inCheckout } from '../../../scripts/lib/checkout.mjs';
import { Failure } from '../../../scripts/lib/failure.mjs';
import { installDependencies } from '../../../scripts/lib/install.mjs';
import { DebianPackages, lastLine } from './debian-packages.mjs';
import { startRedis } from './redis-server.mjs';

const FOLDER = inCheckout('bench');
const PROGRAM = inCheckout('bench', 'contestants', 'program.mjs');
const MODULE = inCheckout('bench', 'contestants', 'bullmq.mjs');

const redis = new DebianPackages('redis', ['redis-server']);

/** @param {string} module of bench/node_modules */
const versionOf = (module) =>
  JSON.parse(readFileSync(join(FOLDER, 'node_modules', module, 'package.json'), 'utf8')).version;

/** @param {string} name @param {import('./redis-server.mjs').Fsync} fsync @returns {import('../contestants.mjs').Contestant} */
const bullmq = (name, fsync) => ({
  name,
  version: () => `${versionOf('bullmq')} on Redis ${redis.version}, appendfsync ${fsync}`,
  kinds: ['add', 'add-bulk', 'fill', 'handle', 'add-timed', 'handle-timed', 'work'],
  fills: true,
  isRabbit: false,
  obtain: async (voice) => {
    const isRedisNew = await redis.obtain(voice, ['redis-server', '--version']);
    // Without scripts: the only one there is compiles what is optional.
    const isNew = await installDependencies(voice, { folder: FOLDER, flags: ['--ignore-scripts'] }).catch((error) => {
      throw new Failure(`bullmq cannot be installed: ${lastLine(error)}`);
    });
    return isRedisNew || isNew;
  },
  command: () => [process.execPath, PROGRAM, MODULE],
  startServer: ({ folder }) => startRedis(redis.command('redis-server'), { folder, fsync }),
});

/** BullMQ on a Redis that has each write on the disk before it answers, as durable queues have with confirms. */
export const bullmqAlways = bullmq('bullmq-always', 'always');

/** BullMQ on a Redis that may lose the last second: a common setting, and less than the others promise. */
export const bullmqEverySecond = bullmq('bullmq-everysec', 'everysec');
