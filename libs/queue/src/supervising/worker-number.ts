import { isThread } from '../threading/is-thread';

/** The variable in which a supervisor tells each process that it starts which of its workers it is, from 1. */
export const WORKER_NUMBER_VARIABLE = 'WARREN_WORKER';

/** Which of a supervisor's workers this process is; `undefined` when nobody supervises it. */
export function workerNumber(): number | undefined {
  // oxlint-disable-next-line node/no-process-env -- said by the supervisor, no setting
  const number = Number(process.env[WORKER_NUMBER_VARIABLE]);
  // A program that a worker starts inherits the variable, and nobody listens to it; a worker's thread is the worker's own.
  const isWorker = process.send !== undefined || isThread;
  return isWorker && Number.isInteger(number) && number >= 1 ? number : undefined;
}
