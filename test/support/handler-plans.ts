import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeTheGuide } from './before-the-guide';
import { projectFiles, projectRoot, textOf } from './project-files';
import { runModule } from './run-module';

const PLAN = '../../tools/schematics/handler/plan.mjs';

/** Of `nest generate handler`, as a URL that ends with a slash. */
export const folderOfGenerator = pathToFileURL(join(projectRoot, 'tools/schematics/handler/')).href;

/** As a command line gives them. */
export type Options = Readonly<Record<string, unknown>>;

/** What the repository is besides what stands here: a text, or `null` for a file that is not there. */
export type Otherwise = Readonly<Record<string, string | null>>;

/** For each the files that a handler makes of the repository, formatted, or the refusal's sentence. */
export const plansOf = (cases: readonly (readonly [Options, Otherwise?])[]) =>
  runModule(
    PLAN,
    `async ({ planHandler }, { cases, repository }) => {
      const { readWish } = await import(${JSON.stringify(`${folderOfGenerator}wish.mjs`)});
      const { formatted } = await import(${JSON.stringify(`${folderOfGenerator}handler.mjs`)});
      const style = JSON.parse(${JSON.stringify(textOf('.prettierrc'))});
      return Promise.all(cases.map(async ([options, otherwise]) => {
        const files = { ...repository, ...otherwise };
        const definitions = Object.keys(files).filter((path) => path.startsWith('libs/tasks/src/'));
        try {
          const plan = planHandler(readWish(options), (path) => files[path] ?? undefined, definitions);
          return Object.fromEntries(await formatted([...plan], style));
        } catch (error) { return error.name + ': ' + error.message; }
      }));
    }`,
    { cases, repository },
  ) as Promise<(string | Record<string, string>)[]>;

const changed = [
  'apps/worker/src/worker.module.ts',
  'docs/tasks.md',
  'deploy/kubernetes/scaling.yaml',
  'contracts.json',
];
/** The files that matter, as they are here, without what a reader of docs/getting-started.md has generated. */
export const repository = Object.fromEntries(
  [...projectFiles('libs/tasks/src').filter((path) => !path.endsWith('.spec.ts')), ...changed].flatMap((path) => {
    const text = beforeTheGuide(path, textOf(path));
    return text === undefined ? [] : [[path, text] as const];
  }),
);
