import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { WORKER_NUMBER_VARIABLE } from './worker-number';

/**
 * Starts this program once more as a worker. It writes to the same standard output and error by itself: its lines outlive the
 * supervisor and cost it nothing. It stays in the process group, so that whatever ends the group ends it too.
 */
export function forkWorker(worker: number): ChildProcess {
  const [, program = '', ...args] = process.argv;
  // oxlint-disable-next-line node/no-process-env -- a worker gets the supervisor's own variables
  const env = { ...process.env, [WORKER_NUMBER_VARIABLE]: String(worker) };
  return fork(program, args, { env, execArgv: execArgv(), stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/** A debugger's port is taken by the supervisor: each worker gets one of its own, and says which. */
function execArgv(): string[] {
  const isDebugged = process.execArgv.some((argument) => argument.startsWith('--inspect'));
  return isDebugged ? [...process.execArgv, '--inspect-port=0'] : process.execArgv;
}
