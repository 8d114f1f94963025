import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative, sep } from 'node:path';

/** One file that browsers get: its bytes, its type, and what tells whether a browser has it already. */
export interface PageFile {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The folder with the pages: beside this file, in the sources as in the build. */
const FOLDER = join(__dirname, 'web');

/** Packages let others load their entries only: what browsers get stands beside these. */
const PREACT = dirname(require.resolve('htm/preact'));
const UPLOT = dirname(require.resolve('uplot'));

/** Modules of others, by the names under which the pages import them. */
const VENDOR: Readonly<Record<string, string>> = {
  'vendor/preact.js': join(PREACT, 'standalone.module.js'),
  'vendor/uplot.js': join(UPLOT, 'uPlot.esm.js'),
  'vendor/uplot.css': join(UPLOT, 'uPlot.min.css'),
};

/**
 * Every file that browsers get, by its path below `/assets/`. Read once, at the start: no request ever names a file of the
 * machine.
 */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const own = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extname(entry.name) in TYPES)
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [relative(FOLDER, file).split(sep).join('/'), file] as const);
  return new Map([...own, ...Object.entries(VENDOR)].map(([name, file]) => [name, pageFile(file)]));
}

function pageFile(file: string): PageFile {
  const body = readFileSync(file);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, type: TYPES[extname(file)] ?? 'application/octet-stream', etag };
}
