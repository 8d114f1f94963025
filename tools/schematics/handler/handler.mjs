import { format } from 'prettier';
import { planHandler } from './plan.mjs';
import { readWish } from './wish.mjs';

/**
 * The part of a schematic's tree that is used here.
 * @typedef {object} Tree
 * @property {(path: string) => string} readText
 * @property {(path: string) => boolean} exists
 * @property {(path: string, text: string) => void} create
 * @property {(path: string, text: string) => void} overwrite
 * @property {(path: string) => { subfiles: readonly string[] }} getDir
 */

/**
 * `nest generate handler`: all is decided, and formatted as everything here, before anything is written.
 * @param {Readonly<Record<string, unknown>>} options
 * @returns {(tree: Tree) => Promise<void>}
 */
export function handler(options) {
  return async (tree) => {
    const read = (/** @type {string} */ path) => (tree.exists(path) ? tree.readText(path) : undefined);
    const folder = 'libs/tasks/src';
    const definitionFiles = tree
      .getDir(folder)
      .subfiles.filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
      .map((name) => `${folder}/${name}`);
    const style = JSON.parse(read('.prettierrc') ?? '{}');
    const planned = [...planHandler(readWish(options), read, definitionFiles)];
    for (const [path, text] of await formatted(planned, style)) {
      if (!tree.exists(path)) tree.create(path, text);
      else if (tree.readText(path) !== text) tree.overwrite(path, text);
    }
  };
}

/**
 * Code and tables are written as everything here; a manifest keeps what its team has made of it, and the snapshot of the contracts is written
 * by programs only.
 * @param {readonly (readonly [path: string, text: string])[]} planned @param {import('prettier').Options} style
 * @returns {Promise<(readonly [path: string, text: string])[]>}
 */
export function formatted(planned, style) {
  return Promise.all(
    planned.map(async ([path, text]) =>
      /\.(?:yaml|json)$/.test(path) ? [path, text] : [path, await format(text, { ...style, filepath: path })],
    ),
  );
}
