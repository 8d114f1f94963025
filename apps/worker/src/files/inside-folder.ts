import { mkdir, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UnrecoverableError } from '@app/queue';

/** A path leads out of its folder. Nothing was read or written. */
export class OutsideFolderError extends UnrecoverableError {
  override readonly name = 'OutsideFolderError';

  constructor(path: string) {
    super(`The path "${path}" leads out of its folder. Nothing was read or written.`);
  }
}

/** The file that a task names is not there, or is no regular file. */
export class NoSuchFileError extends UnrecoverableError {
  override readonly name = 'NoSuchFileError';

  constructor(path: string, folder: string, options?: ErrorOptions) {
    super(`There is no file "${path}" in the folder ${folder}.`, options);
  }
}

/**
 * The real path of a file that exists inside a folder. Symbolic links are followed and may not lead out of the folder.
 * @throws OutsideFolderError for an absolute path, a `..` or a link that leads out.
 * @throws NoSuchFileError when there is no such file.
 */
export async function existingFileInside(folder: string, path: string): Promise<string> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new NoSuchFileError(path, folder, { cause });
  });
  const named = resolve(root, path);
  if (path.includes('\0') || !contains(root, named)) throw new OutsideFolderError(path);
  const real = await realpath(named).catch((cause: unknown) => {
    throw new NoSuchFileError(path, folder, { cause });
  });
  if (!contains(root, real)) throw new OutsideFolderError(path);
  if (!(await stat(real)).isFile()) throw new NoSuchFileError(path, folder);
  return real;
}

/**
 * The path of a file to write directly inside a folder, which is made when it is missing. A link of that name is of no
 * consequence to a writer that renames its file into place: the link is replaced, not followed.
 * @throws OutsideFolderError when the name is more than a plain file name.
 */
export async function newFileInside(folder: string, name: string): Promise<string> {
  if (name === '' || name === '.' || name === '..' || name.includes('\0') || basename(name) !== name) {
    throw new OutsideFolderError(name);
  }
  await mkdir(folder, { recursive: true });
  return join(await realpath(folder), name);
}

function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
