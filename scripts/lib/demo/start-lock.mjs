import { join } from 'node:path';
import { stateDirectory } from '../checkout.mjs';
import { endIfStill } from '../child.mjs';
import { Failure } from '../failure.mjs';
import { LockHeld, RunLock } from '../run-lock.mjs';

/** Workers have 25 s for the tasks they are running. */
const PATIENCE = 30_000;

/**
 * One `npm start` a checkout: two would take each other's tasks, and neither could count. Ends apps that a run which was
 * killed has left behind.
 * @param {import('../say.mjs').Voice} voice
 */
export async function takeStartLock(voice) {
  const lock = await RunLock.take(join(stateDirectory, 'start.lock'), 'start.mjs').catch((error) => {
    if (!(error instanceof LockHeld)) throw error;
    throw new Failure(`npm start is running in this checkout already (process ${error.record.pid})`);
  });
  if (lock.leftover === undefined) return lock;
  const { pid, apps } = lock.leftover;
  voice.warn(`The last npm start (process ${pid}) was killed; ending what it may have left behind.`);
  if (Array.isArray(apps)) await Promise.all(apps.map((app) => endIfStill(app, 'leave-with-parent', PATIENCE)));
  return lock;
}
