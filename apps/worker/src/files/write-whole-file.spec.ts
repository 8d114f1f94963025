import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWholeFile } from './write-whole-file';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warren-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const never = new AbortController().signal;

describe('writing a whole file', () => {
  it('leaves the file and nothing else, also when it is written many times at once', async () => {
    const path = join(folder, 'a.txt');
    await Promise.all(Array.from({ length: 20 }, () => writeWholeFile(path, 'whole', never)));
    expect(await readdir(folder)).toEqual(['a.txt']);
    expect(await readFile(path, 'utf8')).toBe('whole');
  });

  it('leaves the old file when it is aborted', async () => {
    const path = join(folder, 'a.txt');
    await writeFile(path, 'old');
    await expect(writeWholeFile(path, 'new', AbortSignal.abort(new Error('stopping')))).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['a.txt']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  it('removes the temporary file when the name cannot be taken', async () => {
    await mkdir(join(folder, 'taken'));
    await expect(writeWholeFile(join(folder, 'taken'), 'new', never)).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['taken']);
  });

  it('replaces a symbolic link instead of writing through it', async () => {
    await writeFile(join(folder, 'precious'), 'old');
    await symlink(join(folder, 'precious'), join(folder, 'a.txt'));
    await writeWholeFile(join(folder, 'a.txt'), 'new', never);
    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('old');
    expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('new');
  });
});
