import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inCheckout } from './checkout.mjs';

/** As jest.config.js has them compiled: decorators with their metadata, in CommonJS. */
const SETTINGS = {
  jsc: {
    target: /** @type {const} */ ('es2022'),
    parser: { syntax: /** @type {const} */ ('typescript'), decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
  module: { type: /** @type {const} */ ('commonjs') },
  sourceMaps: /** @type {const} */ ('inline'),
  swcrc: false,
};

/**
 * Compiles folders of TypeScript into a folder of `dist/`, with the libraries that they import by name, and without a look at types:
 * a second's work, for programs that `npm run typecheck` looks at.
 * @param {string} name the folder in dist/ @param {readonly string[]} folders from the top of the checkout
 * @returns {Promise<string>} the folder, in which each source has the path that it has in the checkout
 */
export async function compile(name, folders) {
  const { transformFile } = await import('@swc/core'); // only known here: the dependencies may have been installed by this very run
  const out = inCheckout('dist', name);
  rmSync(out, { recursive: true, force: true });
  const sources = [...folders, 'libs/queue/src', 'libs/tasks/src'].flatMap(sourcesIn);
  await Promise.all(
    sources.map(async (path) => {
      const { code } = await transformFile(inCheckout(path), { ...SETTINGS, filename: path });
      const file = join(out, path.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, code);
    }),
  );
  mkdirSync(join(out, 'node_modules', '@app'), { recursive: true });
  for (const library of ['queue', 'tasks'])
    symlinkSync(join(out, 'libs', library, 'src'), join(out, 'node_modules', '@app', library), 'junction');
  return out;
}

/** @param {string} folder */
function sourcesIn(folder) {
  return readdirSync(inCheckout(folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts') && !path.endsWith('.d.ts'))
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`);
}
