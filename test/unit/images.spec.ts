import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  builtEntry,
  copiesOf,
  defaultOf,
  imagedApps,
  isHidden,
  knownVariables,
  stages,
  stepsOf,
  variablesOf,
} from '../support/containers';
import { projectRoot, textOf } from '../support/project-files';

describe('deploy/Dockerfile', () => {
  it('copies from the repository only what is there and what .dockerignore lets through', () => {
    const sources = stages.flatMap(copiesOf).flatMap(({ from, sources: paths }) => (from === undefined ? paths : []));
    expect(sources).toContain('package-lock.json');
    const missing = sources.filter((path) => !existsSync(join(projectRoot, path)) || isHidden(path));
    expect(missing).toEqual([]);
  });

  it('copies from earlier stages only, and of the build only what nest build makes', () => {
    const names = stages.map(({ name }) => name);
    const made = ['/app/node_modules', ...imagedApps.map((app) => `/app/${builtEntry(app).folder}`)];
    for (const [index, one] of stages.entries()) {
      for (const { from, sources } of copiesOf(one)) {
        if (from === undefined) continue;
        expect(names.slice(0, index)).toContain(from);
        expect(made).toEqual(expect.arrayContaining(sources));
      }
    }
  });

  it.each(imagedApps)('starts the %s with node itself, from the file that its build makes of main.ts', (app) => {
    const [entry] = stepsOf(app, 'CMD').map((rest) => JSON.parse(rest) as string[]);
    const { folder, file } = builtEntry(app);
    expect(entry).toEqual(['node', '--enable-source-maps', file]);
    expect(stepsOf(app, 'COPY')).toContain(`--from=build /app/${folder} ${folder}`);
    expect(existsSync(join(projectRoot, 'apps', app, 'src/main.ts'))).toBe(true);
  });

  it('builds with a Node that package.json allows, the same everywhere', () => {
    const { engines } = JSON.parse(textOf('package.json')) as { engines: { node: string } };
    const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines.node) ?? [];
    const [, imageMajor] = /^ARG NODE_IMAGE=node:(\d+)-\w+-slim$/m.exec(textOf('deploy/Dockerfile')) ?? [];
    expect([major, minor]).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+$/)]);
    expect(Number(imageMajor)).toBeGreaterThan(Number(major));
    const bases = stages.map(({ from }) => from).filter((from) => !stages.some(({ name }) => name === from));
    expect(new Set(bases)).toEqual(new Set(['${NODE_IMAGE}']));
  });

  it.each(imagedApps)('runs the %s as a numbered user that is not root', (app) => {
    expect(stepsOf(app, 'USER')).toEqual(['1000:1000']);
  });

  it.each(imagedApps)('lets the %s listen inside its container, and sets only variables that are settings', (app) => {
    const { NODE_ENV: mode, ...variables } = variablesOf(app);
    expect(mode).toBe('production');
    expect(variables[`${app.toUpperCase()}_HOST`]).toBe('0.0.0.0');
    expect(stepsOf(app, 'EXPOSE')).toEqual([variables[`${app.toUpperCase()}_PORT`]]);
    expect(knownVariables).toEqual(expect.arrayContaining(Object.keys(variables)));
  });

  it.each(imagedApps)('asks the %s whether it is alive, on the port it listens on', (app) => {
    const [check = ''] = stepsOf(app, 'HEALTHCHECK');
    const command = JSON.parse(/ CMD (\[.*\])$/.exec(check)?.[1] ?? '[]') as string[];
    expect(command).toEqual(['node', 'deploy/health-check.mjs', `${app.toUpperCase()}_PORT`]);
    expect(stepsOf(app, 'COPY')).toContain('deploy/health-check.mjs deploy/');
  });

  it('copies the sample images that the worker reads by default', () => {
    const folder = String(defaultOf('IMAGE_SOURCE_DIR'));
    expect(stepsOf('worker', 'COPY')).toContain(`${folder} ${folder}`);
  });
});

describe('.dockerignore', () => {
  it.each([
    '.git/config',
    'node_modules/zod/package.json',
    'apps/worker/node_modules/x.js',
    'dist/apps/worker/main.js',
    'apps/worker/dist/main.js',
    'var/mail/a.eml',
    '.env',
    'apps/worker/.env',
    'apps/worker/.env.local',
    '.rabbitmq/cookie',
    '.warren/state.json',
    'test/e2e/a.e2e-spec.ts',
    'apps/worker/src/cpu/hash-burner.spec.ts',
    'libs/queue/tsconfig.lib.tsbuildinfo',
    'anything-new.pem',
  ])('keeps %s out of the build', (path) => {
    expect(isHidden(path)).toBe(true);
  });

  it.each(['package.json', 'apps/worker/src/main.ts', 'libs/queue/src/index.ts', 'deploy/health-check.mjs'])(
    'lets %s into it',
    (path) => {
      expect(isHidden(path)).toBe(false);
    },
  );
});

describe('deploy/health-check.mjs', () => {
  /** Runs the check against an app that answers with this status; undefined: nobody listens. */
  async function exitCodeWhen(status: number | undefined): Promise<number> {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(status ?? 500).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    if (status === undefined) server.close();

    const script = join(projectRoot, 'deploy/health-check.mjs');
    const env = { ...process.env, SOME_PORT: String(port) };
    const exitCode = await promisify(execFile)(process.execPath, [script, 'SOME_PORT'], { env }).then(
      () => 0,
      (error: { code: number }) => error.code,
    );
    server.close();
    expect(asked).toEqual(status === undefined ? [] : ['/health/live']);
    return exitCode;
  }

  it.each([
    ['succeeds when the app says that it is alive', 200, 0],
    ['fails when it says that it is not', 503, 1],
    ['fails when nobody listens', undefined, 1],
  ])('%s', async (_what, status, code) => {
    expect(await exitCodeWhen(status)).toBe(code);
  });
});
