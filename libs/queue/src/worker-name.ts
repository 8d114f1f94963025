import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** A host's name may have 255 characters; beyond so many it tells nobody more. */
const MAX_HOST_CHARACTERS = 60;

/** The machine or container this process runs on, as it calls itself. */
export const HOST = hostname().slice(0, MAX_HOST_CHARACTERS);

/**
 * What this process is called wherever workers are told apart: in what happened, in orders to one worker, in metrics.
 * `<host>-<pid>-<4 hex>`, made once a process: a worker that is started again has another name, also in a container where
 * its pid is always 1.
 */
export const WORKER_NAME = `${HOST}-${process.pid}-${randomBytes(2).toString('hex')}`;
