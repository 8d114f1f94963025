import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runModule } from '../support/run-module';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warren-'));
  file = join(folder, 'sub', 'run.lock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Takes the lock in a process whose command line holds `--input-type`, and does something with it. */
const take = (then: string) =>
  runModule(
    'run-lock.mjs',
    `async ({ RunLock, readRunRecord }, file) => {
      const take = () => RunLock.take(file, '--input-type');
      ${then}
    }`,
    file,
  );

describe('the lock of a run', () => {
  it('is held by one at a time, and says by whom', async () => {
    const error = await take(`
      const lock = await take();
      lock.update({ url: 'here' });
      return take().catch(({ name, record }) => [name, record.pid === process.pid, record.url]);`);
    expect(error).toEqual(['LockHeld', true, 'here']);
  });

  it('can be taken again after its release, and leaves nothing behind', async () => {
    await take('(await take()).release(); (await take()).release();');
    expect(readdirSync(join(folder, 'sub'))).toEqual([]);
  });

  it('of a process that has died is taken over, with what that one had written', async () => {
    await take(`(await take()).update({ children: [1, 2] });`);
    expect(await take('return (await take()).leftover.children')).toEqual([1, 2]);
    expect(readdirSync(join(folder, 'sub'))).toEqual(['run.lock']);
  });

  it('whose process id belongs to a stranger by now is taken over', async () => {
    await take('(await take()).release();');
    writeFileSync(file, JSON.stringify({ pid: process.pid, script: 'a script this process does not run' }));
    expect(await take('return (await take()).leftover.pid')).toBe(process.pid);
  });

  it('that a crash has torn is taken over', async () => {
    await take('(await take()).release();');
    writeFileSync(file, '{"pid": 12');
    expect(await take('return (await take()).leftover ?? "nothing is known"')).toBe('nothing is known');
  });
});
