import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describeSettings, queueSettings } from '@app/queue';
import { dashboardSettings } from '../../apps/dashboard/src/dashboard.settings';
import { producerSettings } from '../../apps/producer/src/producer.settings';
import { workerSettings } from '../../apps/worker/src/worker.settings';
import { projectFiles, projectRoot, textOf } from '../support/project-files';
import { publicNames } from '../support/public-api';

interface Package {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
}

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
  /** A package of this repository: a folder of it, linked. */
  readonly link?: boolean;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(textOf('package.json')) as Package;

const files = projectFiles();
const texts = files.filter((path) => !/\.(?:png|jpe?g|webp|gif|ico)$/.test(path));
const manuals = files.filter((path) => path.endsWith('.md'));

/** Lines of the files that match, as `path:line: text`. */
function linesMatching(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.slice(0, 160)}`] : [])),
  );
}

/** Where a package looks for one it depends on: in itself, then in each folder around it. */
function placesOf(path: string, name: string): string[] {
  const around = path
    .split('/node_modules/')
    .map((_part, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
  return ['', ...around].map((folder) => posix.join(folder, 'node_modules', name));
}

describe('the files of the repository', () => {
  // Each pattern is written so that it does not match itself.
  it.each([
    ['a path of somebody’s machine', /(?:^|[^\w.-])\/(?:wor[k]|farm[s]?|roo[t]|Users|hom[e]\/\w+|tm[p])\//],
    [
      'the address of a package registry',
      /registry\.(?:npmj[s]|yarnpk[g])|(?:deb|security)\.debia[n]|pyp[i]\.org|pythonhoste[d]/,
    ],
    ['something left to do', /\b(?:TOD[O]|FIXM[E]|XX[X])\b/],
    ['a check switched off without a word', /@ts-(?:ignor[e]|nochec[k])|(?:oxlint|eslint)-disable(?!.* -- )/],
    ['a test switched off', /\b(?:it|test|describe)\.(?:ski[p]|onl[y])\(|\bx(?:it|describe)\(|jest\.retryTime[s]/],
  ])('hold nowhere %s', (_what, pattern) => {
    expect(texts.length).toBeGreaterThan(100);
    expect(linesMatching(texts, pattern)).toEqual([]);
  });
});

describe.each([
  ['package-lock.json', 'package.json', 100],
  ['bench/package-lock.json', 'bench/package.json', 10],
])('%s', (lockFile, manifestFile, atLeast) => {
  const lock = JSON.parse(textOf(lockFile)) as { packages: Record<string, Package & LockedPackage> };
  const { '': root, ...all } = lock.packages;
  const packages = Object.fromEntries(
    Object.entries(all).filter(([path, { link = false }]) => path.startsWith('node_modules/') && !link),
  );

  it('names no registry, so that everybody installs from their own', () => {
    const resolved = Object.entries(packages).flatMap(([name, { resolved: address }]) => (address ? [name] : []));
    expect(resolved).toEqual([]);
  });

  it('has a checksum for every package but those that are only for other systems', () => {
    const unchecked = Object.keys(packages).filter((name) => packages[name]?.integrity === undefined);
    expect(Object.keys(packages).length).toBeGreaterThan(atLeast);
    expect(unchecked.filter((name) => packages[name]?.os === undefined)).toEqual([]);
  });

  it('lists the packages for other systems too: npm ci refuses a lockfile without them', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !placesOf(path, name).some((place) => place in packages)),
    );
    expect(missing).toEqual([]);
  });

  it('links only to packages of this repository, which are there under the names and versions it says', () => {
    const links = Object.entries(all).filter(([, { link = false }]) => link);
    const folders = Object.keys(all).filter((path) => !path.startsWith('node_modules/'));
    expect(links.map(([, { resolved }]) => resolved)).toEqual(folders);
    for (const [path, { resolved = '' }] of links) {
      const { name, version } = JSON.parse(textOf(`${resolved}/package.json`)) as { name: string; version: string };
      expect(path).toBe(`node_modules/${name}`);
      expect(all[resolved]).toMatchObject({ name, version });
    }
  });

  it(`belongs to ${manifestFile}`, () => {
    const wishesOf = ({ dependencies, devDependencies, engines }: Partial<Package> = {}): Partial<Package> => ({
      dependencies,
      devDependencies,
      engines,
    });
    expect(wishesOf(root)).toEqual(wishesOf(JSON.parse(textOf(manifestFile)) as Package));
  });
});

describe('the manuals', () => {
  it('name only npm scripts that are there', () => {
    const named = manuals.flatMap((path) =>
      [...textOf(path).matchAll(/\bnpm (?:run )?([a-z][a-z:-]*)/g)].map(([command, script = '']) => ({
        command,
        script,
      })),
    );
    const npmsOwn = ['ci', 'install'];
    const missing = named.filter(({ script }) => !npmsOwn.includes(script) && manifest.scripts[script] === undefined);
    expect(named.length).toBeGreaterThan(10);
    expect(missing.map(({ command }) => command)).toEqual([]);
  });

  it('link only to files that are there', () => {
    const broken = manuals.flatMap((path) =>
      [...textOf(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map(([, target = '']) => posix.join(posix.dirname(path), target))
        .filter((target) => !existsSync(join(projectRoot, target)))
        .map((target) => `${path} -> ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('name only files of the source that are there', () => {
    const named = manuals.flatMap((path) =>
      [...textOf(path).matchAll(/`((?:apps|libs|test|scripts|docs|deploy)\/[\w./-]+\.\w+)`/g)].map(([, file = '']) => ({
        path,
        file,
      })),
    );
    // What CONTRIBUTING and README let the reader make.
    const missing = named.filter(({ file }) => !/invoice/.test(file) && !existsSync(join(projectRoot, file)));
    expect(named.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });

  it('list every decision once, in order', () => {
    const pages = files.filter((path) => /^docs\/adr\/\d{4}-/.test(path)).map((path) => posix.basename(path));
    const listed = [...textOf('docs/adr/README.md').matchAll(/\]\((\d{4}-[^)]+)\)/g)].map(([, page]) => page);
    expect(listed).toEqual(pages.toSorted());
    expect(pages.map((page) => Number(page.slice(0, 4)))).toEqual(pages.map((_page, index) => index + 1));
  });
});

describe('the scripts of package.json', () => {
  it('start files that are there', () => {
    const started = Object.values(manifest.scripts).flatMap((script) => /^node (\S+)/.exec(script)?.[1] ?? []);
    expect(started.length).toBeGreaterThan(3);
    expect(started.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
  });
});

describe('.env.example', () => {
  const ofCompose = ['| `RABBITMQ_USER` | `guest` |', '| `RABBITMQ_PASSWORD` | `guest` |'];
  const rows = [queueSettings, producerSettings, workerSettings, dashboardSettings].flatMap((group) =>
    describeSettings(group).split('\n'),
  );

  it('shows settings that are there, with their defaults, and sets none', () => {
    const lines = textOf('.env.example')
      .split('\n')
      .filter((line) => !/^(?:$|# )/.test(line));
    const unknown = lines.filter((line) => {
      const [, variable, value] = /^#([A-Z_]+)=(.+)$/.exec(line) ?? [];
      return ![...ofCompose, ...rows].some(
        (row) => row.startsWith(`| \`${variable}\``) && row.includes(`| \`${value}\` |`),
      );
    });
    expect(lines.length).toBeGreaterThan(10);
    expect(unknown).toEqual([]);
  });
});

describe('the public names of @app/queue', () => {
  const doors = ['.', 'health', 'metrics', 'definitions', 'operating', 'contracts', 'testing'].map((door) =>
    posix.join(door, 'index'),
  );
  const names = doors.flatMap((door) => publicNames(`libs/queue/src/${door}.ts`));
  const titles = new Set(names.map(({ title }) => title));

  it('are those of test/unit/public-api.txt: a change of them is a decision', () => {
    const agreed = textOf('test/unit/public-api.txt').trimEnd().split('\n');
    expect([...titles].toSorted()).toEqual(agreed.toSorted());
  });

  it('have a doc comment each', () => {
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter(({ isDocumented }) => !isDocumented).map(({ title }) => title)).toEqual([]);
  });
});
