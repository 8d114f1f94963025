import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file so that its name never shows half of it: into a temporary file of the same folder, flushed to the disk
 * and then renamed. Writing twice, even at once, leaves one whole file. The temporary file is removed when writing
 * fails; what a killed process leaves behind is hidden, ends with `.part`, and may be deleted.
 * @throws the signal's reason when it fires before the rename.
 */
export async function writeWholeFile(path: string, content: string | Uint8Array, signal: AbortSignal): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  try {
    await writeFile(temporary, content, { flag: 'wx', flush: true, signal });
    signal.throwIfAborted();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
