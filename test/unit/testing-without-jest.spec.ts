import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from '@swc/core';
import { projectFiles, projectRoot, textOf } from '../support/project-files';

const PROGRAM = 'test/support/without-jest.ts';

/** As `nest build` compiles it, but for the types, which `npm run typecheck` looks at. */
async function compile(path: string, into: string): Promise<void> {
  const { code } = await transform(textOf(path), {
    filename: path,
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    module: { type: 'commonjs', ignoreDynamic: true },
  });
  const file = join(into, path.replace(/\.ts$/, '.js'));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, code);
}

describe('@app/queue/testing', () => {
  it('works in plain Node, without the globals of jest', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'warren-'));
    try {
      const sources = projectFiles('libs/queue/src').filter((path) => /(?<!\.spec)\.ts$/.test(path));
      await Promise.all([...sources, PROGRAM].map((path) => compile(path, folder)));
      const program = join(folder, PROGRAM.replace(/\.ts$/, '.js'));
      const env = { PATH: process.env['PATH'], NODE_PATH: join(projectRoot, 'node_modules'), NODE_OPTIONS: '' };
      const { stdout } = await promisify(execFile)(process.execPath, ['--test', program], { cwd: folder, env });
      expect(stdout).toMatch(/# pass 3\n# fail 0|ℹ pass 3\nℹ fail 0/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
