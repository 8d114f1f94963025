import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder this checkout lives in, absolute, whatever the working directory is. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** An absolute path inside the checkout. */
export const inCheckout = (/** @type {string[]} */ ...parts) => join(root, ...parts);

/** Everything a broker or a run of `npm start` keeps between two runs: delete the folder to begin from nothing. */
export const stateDirectory = inCheckout('.rabbitmq');
