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
    const formatted = await Promise.all(
      // The snapshot of the contracts is written by programs only.
      planned.map(async ([path, text]) => [
        path,
        path === 'contracts.json' ? text : await format(text, { ...style, filepath: path }),
      ]),
    );
    for (const [path = '', text = ''] of formatted) {
      if (!tree.exists(path)) tree.create(path, text);
      else if (tree.readText(path) !== text) tree.overwrite(path, text);
    }
  };
}
