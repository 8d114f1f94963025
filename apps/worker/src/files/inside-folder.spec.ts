import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import * as fc from 'fast-check';
import { existingFileInside, newFileInside, NoSuchFileError, OutsideFolderError } from './inside-folder';

let base: string;
let folder: string;

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'warren-')));
  folder = join(base, 'images');
  await mkdir(join(folder, 'cats'), { recursive: true });
  await mkdir(join(base, 'images-secret'));
  for (const file of ['images/a.png', 'images/cats/b.png', 'images-secret/key', 'key']) {
    await writeFile(join(base, file), file);
  }
});

afterEach(() => rm(base, { recursive: true, force: true }));

describe('a file that exists inside a folder', () => {
  it.each(['a.png', './a.png', 'cats/b.png', 'cats/../a.png'])('is found: %s', async (path) => {
    expect(await existingFileInside(folder, path)).toBe(join(folder, path));
  });

  it.each(['../key', '../images-secret/key', 'cats/../../key', '/etc/passwd', '', '.', '..', 'a.png\0.jpg'])(
    'is not one that a path leads out to: %j',
    async (path) => {
      await expect(existingFileInside(folder, path)).rejects.toThrow(OutsideFolderError);
    },
  );

  it('is not one that a symbolic link leads out to, of a file or of a folder', async () => {
    await symlink(join(base, 'key'), join(folder, 'link.png'));
    await symlink(base, join(folder, 'up'));
    await expect(existingFileInside(folder, 'link.png')).rejects.toThrow(OutsideFolderError);
    await expect(existingFileInside(folder, 'up/key')).rejects.toThrow(OutsideFolderError);
  });

  it('may be reached through a symbolic link that stays inside, in a folder that is itself a link', async () => {
    await symlink(join(folder, 'cats'), join(folder, 'felines'));
    await symlink(folder, join(base, 'current'));
    expect(await existingFileInside(join(base, 'current'), 'felines/b.png')).toBe(join(folder, 'cats', 'b.png'));
  });

  it.each(['missing.png', 'cats', 'a.png/b.png'])('is a file that is there: not %s', async (path) => {
    await expect(existingFileInside(folder, path)).rejects.toThrow(NoSuchFileError);
  });

  it('needs a folder that is there', async () => {
    await expect(existingFileInside(join(base, 'nowhere'), 'a.png')).rejects.toThrow(NoSuchFileError);
  });

  it('is inside for every path anybody may write', async () => {
    const step = fc.constantFrom('..', '.', '', 'images', 'images-secret', 'key', 'a.png', 'cats', 'b.png', '\\', '/');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const found = await existingFileInside(folder, steps.join('/')).catch(() => undefined);
        expect(found ?? folder + sep).toContain(folder + sep);
      }),
    );
  });
});

describe('a new file inside a folder', () => {
  it('lies directly in the folder, which is made when it is missing', async () => {
    expect(await newFileInside(join(base, 'made', 'here'), 'a.png')).toBe(join(base, 'made', 'here', 'a.png'));
  });

  it.each(['../a.png', 'cats/a.png', '/a.png', '..', '.', '', 'a\0.png'])('has a plain name: not %j', async (name) => {
    await expect(newFileInside(folder, name)).rejects.toThrow(OutsideFolderError);
  });
});
