import { posix } from 'node:path';
import { queueSettings } from '@app/queue';
import type { Settings } from '@app/queue';
import { dashboardSettings } from '../../apps/dashboard/src/dashboard.settings';
import { producerSettings } from '../../apps/producer/src/producer.settings';
import { workerSettings } from '../../apps/worker/src/worker.settings';
import { textOf } from './project-files';

/** The apps that have an image. */
export const imagedApps = ['producer', 'worker', 'dashboard'] as const;

/** One stage of the Dockerfile: what it starts from, and its instructions in order. */
export interface Stage {
  readonly name: string;
  readonly from: string;
  readonly steps: readonly { readonly instruction: string; readonly rest: string }[];
}

interface NestProject {
  readonly root: string;
  readonly sourceRoot: string;
  readonly entryFile: string;
  readonly compilerOptions: { readonly tsConfigPath: string };
}

const groups: readonly Settings[] = [queueSettings, producerSettings, workerSettings, dashboardSettings];
const settings = groups.flatMap((group) => Object.values(group));

/** Every variable the apps understand. */
export const knownVariables: readonly string[] = settings.flatMap(({ env }) => env);

/** The default of a setting, by its variable. */
export function defaultOf(variable: string): unknown {
  return settings.find(({ env }) => env.includes(variable))?.schema.parse(undefined);
}

/** The Dockerfile's stages, in order. */
export const stages = stagesOf(textOf('deploy/Dockerfile'));

/** @throws Error when there is no such stage. */
export function stage(name: string): Stage {
  const found = stages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`deploy/Dockerfile has no stage ${name}`);
  return found;
}

function stagesOf(text: string): Stage[] {
  const found: { name: string; from: string; steps: { instruction: string; rest: string }[] }[] = [];
  for (const line of text.replaceAll(/\\\n/g, ' ').split('\n')) {
    const [, instruction = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    const [, from, name] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
    if (instruction === 'FROM' && from && name) found.push({ name, from, steps: [] });
    else if (instruction !== '') found.at(-1)?.steps.push({ instruction, rest });
  }
  return found;
}

/** The steps of a stage and of those it starts from, first things first. */
function history(name: string): { instruction: string; rest: string }[] {
  const { from, steps } = stage(name);
  return [...(stages.some((one) => one.name === from) ? history(from) : []), ...steps];
}

/** What follows an instruction, each time it stands in a stage or in those it starts from. */
export function stepsOf(name: string, instruction: string): string[] {
  return history(name).flatMap((step) => (step.instruction === instruction ? [step.rest] : []));
}

/** What the stage copies: `from` is a stage, or undefined for the build context. */
export function copiesOf({ steps }: Stage): { from: string | undefined; sources: string[] }[] {
  return steps
    .filter(({ instruction }) => instruction === 'COPY')
    .map(({ rest }) => {
      const words = rest.split(/\s+/);
      const from = /^--from=(.+)$/.exec(words[0] ?? '')?.[1];
      return { from, sources: words.slice(from === undefined ? 0 : 1, -1) };
    });
}

/** The variables an image sets. */
export function variablesOf(name: string): Record<string, string> {
  const pairs = stepsOf(name, 'ENV').flatMap((rest) => rest.split(/\s+/).map((pair) => pair.split('=', 2)));
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** Whether .dockerignore keeps a path out of the build context: the last line that matches decides. */
export function isHidden(path: string): boolean {
  const lines = textOf('.dockerignore').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .reduce((hidden, line) => (ignores(line.replace(/^!/, ''), path) ? !line.startsWith('!') : hidden), false);
}

/** A pattern matches a path, or any folder the path is in. */
function ignores(pattern: string, path: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'));
  return new RegExp(`^${source}(?:/|$)`).test(path);
}

/** Where `nest build` puts an app's entry file, and the folder it empties and fills. */
export function builtEntry(app: string): { folder: string; file: string } {
  const { projects } = JSON.parse(textOf('nest-cli.json')) as { projects: Record<string, NestProject> };
  const project = projects[app];
  if (project === undefined) throw new Error(`nest-cli.json has no project ${app}`);
  const { compilerOptions } = JSON.parse(textOf(project.compilerOptions.tsConfigPath)) as {
    compilerOptions: { outDir: string; rootDir: string };
  };
  const inRepository = (path: string): string => posix.join(project.root, path);
  const fromRootDir = posix.relative(inRepository(compilerOptions.rootDir), project.sourceRoot);
  const folder = inRepository(compilerOptions.outDir);
  return { folder, file: posix.join(folder, fromRootDir, `${project.entryFile}.js`) };
}
