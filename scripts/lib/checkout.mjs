import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder this checkout lives in, absolute, whatever the working directory is. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** An absolute path inside the checkout. */
export const inCheckout = (/** @type {string[]} */ ...parts) => join(root, ...parts);

/** A variable of the environment; an empty one counts as not set, as everywhere in Warren. @param {string} name */
export const variable = (name) => (process.env[name] === '' ? undefined : process.env[name]);

/**
 * Everything a private broker or a run of `npm start` keeps between two runs: delete the folder to begin from nothing.
 * `.rabbitmq/` of the checkout, unless WARREN_STATE_DIR names another one.
 */
export const stateDirectory = resolve(root, variable('WARREN_STATE_DIR') ?? '.rabbitmq');
