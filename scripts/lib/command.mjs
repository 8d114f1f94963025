import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Failure } from './failure.mjs';

const KEPT_OUTPUT = 4_000;

/** The commands that run. A process that ends itself in the middle of them takes them along. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill()));

/**
 * Runs a command to its end and resolves with what it wrote to standard output.
 * Rejects with the last lines it wrote when it cannot be started, exits with another code than 0 or takes too long.
 * @param {string} command @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number, shell?: boolean }} [options] timeout in milliseconds, default none
 * @returns {Promise<string>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    let tail = '';
    const keep = (/** @type {Buffer} */ chunk) => (tail = (tail + chunk.toString()).slice(-KEPT_OUTPUT));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      keep(chunk);
    });
    child.stderr.on('data', keep);
    child.on('error', (error) => reject(new Failure(`${command} cannot be run: ${error.message}`)));
    child.on('close', (code, signal) => {
      running.delete(child);
      if (code === 0) return resolve(output);
      reject(new Failure(`${[command, ...args].join(' ')} ended with ${signal ?? `code ${code}`}\n${tail.trim()}`));
    });
  });
}

/** The file a command's name stands for on the PATH, or undefined. @param {string} name */
export function whereIs(name, path = process.env.PATH ?? '') {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** Whether this user may run the file. @param {string} file */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
