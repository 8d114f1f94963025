import { defineTask } from '@app/queue';
import { contractsOf, readSnapshot } from '@app/queue/contracts';
import { allTasks } from '@app/tasks';
import * as ts from 'typescript';
import { z } from 'zod';
import { folderOfGenerator, plansOf, repository } from '../support/handler-plans';
import type { Options, Otherwise } from '../support/handler-plans';
import { textOf } from '../support/project-files';
import { runModule } from '../support/run-module';

const WISH = '../../tools/schematics/handler/wish.mjs';
const NEXT = '../../tools/schematics/handler/next-steps.mjs';

/** For each list of options what is asked for, or the refusal's sentence. */
const wishesOf = (all: readonly Options[]) =>
  runModule(
    WISH,
    `({ readWish }, all) => all.map((options) => {
      try { return readWish(options); } catch (error) { return error.name + ': ' + error.message; }
    })`,
    all,
  );

/** The words of each name of several words that a source means something by; not of what is reached by way of another (`a.b`, `{ b: 1 }`). */
function namesMeantBy(path: string, text: string): string[] {
  const names: string[] = [];
  const look = (node: ts.Node): void => {
    const isReached =
      (ts.isPropertyAccessExpression(node.parent) || ts.isPropertyAssignment(node.parent)) && node.parent.name === node;
    if (ts.isIdentifier(node) && !isReached) names.push(node.text);
    ts.forEachChild(node, look);
  };
  ts.forEachChild(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true), look);
  const words = names.map((name) => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase());
  return words.filter((name) => name.includes('-'));
}

/** What is left of a handler whose own files were removed. */
const leftovers = {
  'libs/tasks/src/index.ts':
    "import { invoiceExport } from './invoice-export';\n\nexport { invoiceExport };\n\nexport const allTasks = [invoiceExport];\n",
  'apps/worker/src/worker.module.ts':
    "import { InvoiceExportModule } from './invoice-export/invoice-export.module';\n\n@Module({ imports: [InvoiceExportModule] })\nclass WorkerModule {}\n",
};

/** A manifest that a team has made its own: another object behind the workers', written otherwise. */
const scaledOtherwise = `
kind: ScaledObject
metadata: { name: warren-worker }
spec:
    triggers:
    -   type: rabbitmq
        metadata: { queueName: "images",   value: '3' }
    -   type: cron
    # behind the triggers
    pollingInterval:   10
---
kind: ScaledObject
metadata: { name: another-worker }
spec:
  triggers:
    - type: rabbitmq
      metadata:
        queueName: theirs`;

describe('the generator of handlers', () => {
  it('makes all names of one', async () => {
    expect(await wishesOf([{ name: 'invoice-export' }, { name: 'monthly-v2-invoice-export', queue: 'b.c' }])).toEqual([
      {
        names: {
          file: 'invoice-export',
          constant: 'invoiceExport',
          type: 'InvoiceExport',
          task: 'invoice.export',
        },
        queue: 'tasks',
        attempts: 3,
        timeout: 60_000,
      },
      {
        names: {
          file: 'monthly-v2-invoice-export',
          constant: 'monthlyV2InvoiceExport',
          type: 'MonthlyV2InvoiceExport',
          task: 'monthly-v2-invoice.export',
        },
        queue: 'b.c',
        attempts: 3,
        timeout: 60_000,
      },
    ]);
  });

  it('refuses what cannot be, with the command that can', async () => {
    const a = { name: 'a-b' };
    const cases: (readonly [Options, RegExp])[] = [
      [{}, /needs a name.*nest generate handler invoice-export$/],
      [{ name: 'InvoiceExport' }, /"InvoiceExport" cannot .* handler invoice-export$/],
      [{ name: 'invoice_export' }, / handler invoice-export$/],
      [{ name: 'invoice.export' }, / handler invoice-export$/],
      [{ name: 'Invoice Export!' }, / handler invoice-export$/],
      [{ name: '../../etc-passwd' }, / handler etc-passwd$/],
      [{ name: 'cleanup' }, /one word.* handler cleanup-run$/],
      [{ name: 4711 }, / handler invoice-export$/],
      [{ name: 'wait-for' }, / handler wait-for-run$/],
      [{ name: 'run-task' }, / handler run-task-run$/],
      [{ name: `${'a-'.repeat(40)}b` }, /81 characters, and 60 is the most/],
      [{ ...a, queue: 'amq.a' }, /--queue invoices$/],
      [{ ...a, queue: 'delay.a' }, /--queue invoices$/],
      [{ ...a, queue: 'a.dlq' }, /--queue invoices$/],
      [{ ...a, queue: 'a.quarantine' }, /--queue invoices$/],
      [{ ...a, queue: `a'b` }, /--queue invoices$/],
      [{ ...a, queue: '' }, /--queue invoices$/],
      [{ ...a, attempts: 0 }, /--attempts 3$/],
      [{ ...a, attempts: 1.5 }, /--attempts 3$/],
      [{ ...a, timeout: 'soon' }, /milliseconds.*not "soon".*--timeout 60000$/],
      [{ ...a, timeout: 2_147_483_648 }, /--timeout 60000$/],
      [{ ...a, project: 'producer' }, /live in apps\/worker/],
    ];
    const answers = await wishesOf(cases.map(([options]) => options));
    expect(answers).toEqual(cases.map(([, sentence]) => expect.stringMatching(sentence)));
  });

  describe('for the repository as it is', () => {
    const guide = { name: 'invoice-export', queue: 'invoices', attempts: 5, timeout: 20_000 };
    const plain = { name: 'invoice-export' };
    const index = 'libs/tasks/src/index.ts';
    const worker = 'apps/worker/src/worker.module.ts';
    const work = 'apps/worker/src/invoice-export/invoice-export.ts';
    const scaling = 'deploy/kubernetes/scaling.yaml';
    const tasksTable = '| Task | Queue | Attempts | Timeout | What it does |\n|-|-|-|-|-|\n';
    const cases = {
      guide: [guide],
      listsName: [{ name: 'all-tasks' }],
      modulesName: [{ name: 'worker-a' }, { [worker]: "import { WorkerAModule } from './a';\nclass B {}" }],
      oneAttempt: [{ ...plain, attempts: 1, queue: 'images' }],
      task: [{ name: 'image-resize' }],
      file: [{ name: 'cpu-burn' }],
      queue: [{ ...plain, queue: 'cpu' }],
      folder: [plain, { [work]: '' }],
      filesRemoved: [
        plain,
        { ...leftovers, 'docs/tasks.md': `${tasksTable}| \`invoice.export\` | old | 1 | - | |\n\nBehind.\n` },
      ],
      noList: [plain, { [index]: 'export {};' }],
      noExports: [plain, { [index]: 'export const a = 1;' }],
      noModule: [plain, { [worker]: '@Module({}) class A {}' }],
      noWorker: [plain, { [worker]: null }],
      noPage: [plain, { 'docs/tasks.md': null }],
      twoTables: [
        plain,
        {
          'docs/tasks.md': `${tasksTable}\n| Other |\n|-|\n| a |\n`,
        },
      ],
      noTable: [plain, { 'docs/tasks.md': '| Task | Queue |\n|-|-|\n' }],
      settingsBehind: [
        plain,
        { 'libs/tasks/src/a.ts': `defineQueue({ type: 'classic', concurrency: 2, 'name': "tasks" });` },
      ],
      othersName: [plain, { 'libs/tasks/src/a.ts': `defineQueue({ name: 'a', bindings: [{ name: 'tasks' }] });` }],
      scaledOtherwise: [{ ...plain, queue: '4711' }, { [scaling]: scaledOtherwise }],
      notScaled: [plain, { [scaling]: scaledOtherwise.replace('warren-worker', 'a-worker') }],
      scaledInOneLine: [
        plain,
        {
          [scaling]:
            'kind: ScaledObject\nmetadata: { name: warren-worker }\nspec: { triggers: [{ type: rabbitmq, metadata: { queueName: a } }] }\n',
        },
      ],
      scaledByNothing: [plain, { [scaling]: 'kind: [' }],
    } satisfies Record<string, readonly [Options, Otherwise?]>;
    let plans: Record<keyof typeof cases, string | Record<string, string>>;

    // One Node for all: it loads the compiler and the formatter.
    beforeAll(async () => {
      const answers = await plansOf(Object.values(cases));
      plans = Object.fromEntries(Object.keys(cases).map((name, at) => [name, answers[at]])) as typeof plans;
    }, 60_000);

    it('writes what docs/getting-started.md shows', () => {
      const page = textOf('docs/getting-started.md');
      const blocks = [...page.matchAll(/^<!-- from the generator: (\S+) -->\n\n```ts\n(.*?)^```$/gms)];
      expect(blocks).toHaveLength(2);
      for (const [, path = '', code] of blocks) expect(plans.guide).toHaveProperty([path], code);
      const options = `--queue ${guide.queue} --attempts ${guide.attempts} --timeout ${guide.timeout}`;
      for (const manual of [page, textOf('README.md')])
        expect(manual).toContain(`npx nest generate handler ${guide.name} ${options}`);
    });

    it('tells what to do next: files that it wrote, and commands that the guide has as well', async () => {
      const [steps, once] = (await runModule(
        NEXT,
        `async ({ nextSteps }, wishes) => {
          const { readWish } = await import(${JSON.stringify(`${folderOfGenerator}wish.mjs`)});
          return wishes.map((wish) => nextSteps(readWish(wish)).join('\\n'));
        }`,
        [guide, { ...plain, attempts: 1 }],
      )) as [string, string];
      const files = [...steps.matchAll(/\b(?:libs|apps)\/\S+\.ts\b/g)].map(([path]) => path);
      expect(files).toHaveLength(2);
      for (const path of files) expect(plans.guide).toHaveProperty([path]);
      const page = textOf('docs/getting-started.md');
      expect(page).toContain(`\`\`\`text\n${steps}\n\`\`\``);
      const commands = [...steps.matchAll(/\b(?:npx|npm) .+?(?=, |\)|$)/gm)].map(([command]) => command);
      expect(commands).toHaveLength(7);
      for (const command of commands) expect(page.replace(steps, '')).toContain(command);
      expect(steps).toContain('tried again');
      expect(once).not.toContain('tried again');
    });

    it('refuses every name that the files mean something else by, and no other', async () => {
      const own = Object.entries(plans.guide).filter(
        ([path]) => path.endsWith('.ts') && path.includes('invoice-export'),
      );
      const meant = own.flatMap(([path, text]) => namesMeantBy(path, text));
      const taken = new Set(meant.filter((name) => !name.startsWith('invoice-export')));
      expect(await runModule(WISH, '({ TAKEN }) => [...TAKEN]')).toEqual([...taken].toSorted());
      expect(plans.listsName).toMatch(/libs\/tasks\/src\/index\.ts has another `allTasks`; nothing was changed/);
      expect(plans.modulesName).toMatch(/worker\.module\.ts has another `WorkerAModule`; nothing was changed/);
    });

    it('writes no backoff for what has one attempt, and no trigger for a queue that has one', () => {
      expect(plans.oneAttempt).toMatchObject({
        'libs/tasks/src/invoice-export.ts': expect.not.stringMatching(/backoff|exponential/),
        [scaling]: repository[scaling],
      });
    });

    it('adds the contract that is made of its definition', () => {
      const id = z.string().min(1).max(200);
      const made = defineTask({ name: 'invoice.export', queue: 'invoices', payload: z.strictObject({ id }) });
      const { 'contracts.json': written = '' } = plans.guide as Record<string, string>;
      const others = allTasks.filter(({ name }) => name !== made.name);
      expect(readSnapshot(written)).toEqual(contractsOf([...others, made]));
    });

    it('writes a row into the tasks’ own table, whatever tables follow', () => {
      const { 'docs/tasks.md': page = '' } = plans.twoTables as Record<string, string>;
      expect(page.indexOf('`invoice.export`')).toBeGreaterThan(0);
      expect(page.indexOf('`invoice.export`')).toBeLessThan(page.indexOf('Other'));
    });

    it('writes a trigger for the workers, and leaves every other byte of the manifest as it is', () => {
      const { [scaling]: before = '' } = repository;
      const { [scaling]: made = '' } = plans.guide as Record<string, string>;
      expect(made.slice(0, before.length)).toBe(before);
      expect(made.slice(before.length)).toMatch(/^    - type: rabbitmq\n.*\n {8}queueName: invoices\n/s);
      const last = `    -   type: rabbitmq\n        metadata: { queueName: "images",   value: '3' }\n`;
      const added = last.replace('images', '4711');
      expect(plans.scaledOtherwise).toMatchObject({ [scaling]: scaledOtherwise.replace(last, last + added) });
    });

    it('refuses a manifest in which it does not find where the workers’ triggers are', () => {
      const { notScaled, scaledInOneLine, scaledByNothing } = plans;
      for (const refused of [notScaled, scaledInOneLine, scaledByNothing])
        expect(refused).toMatch(/scaling\.yaml has no ScaledObject "warren-worker".*"tasks"; nothing was changed/);
    });

    it('refuses what is there: a task, a definition, a queue with settings of its own, a folder', () => {
      expect(plans.task).toMatch(/image\.resize is there already.*libs\/tasks\/src\/image-resize\.ts$/s);
      expect(plans.file).toMatch(/cpu\.burn is there already.*libs\/tasks\/src\/cpu-burn\.ts$/s);
      expect(plans.queue).toMatch(/"cpu" has settings .* libs\/tasks\/src\/cpu-burn\.ts/);
      expect(plans.settingsBehind).toMatch(/"tasks" has settings .* libs\/tasks\/src\/a\.ts/);
      expect(plans.othersName).toHaveProperty([work]);
      expect(plans.folder).toMatch(/nothing was changed.*apps\/worker\/src\/invoice-export\/invoice-export\.ts$/s);
    });

    it('adds nothing a second time where a handler’s files were removed and its lines were not', () => {
      expect(plans.filesRemoved).toMatchObject(leftovers);
      const { 'docs/tasks.md': page = '' } = plans.filesRemoved as Record<string, string>;
      expect(page.match(/^\| `.*/gm)).toEqual([expect.stringMatching(/^\| `invoice\.export` \| `tasks` /)]);
    });

    it('says what it misses where the repository has been changed', () => {
      expect(plans.noList).toMatch(/no list `allTasks = \[\.\.\.\]`/);
      expect(plans.noExports).toMatch(/no list `export \{ \.\.\. \};`/);
      expect(plans.noModule).toMatch(/no `@Module/);
      expect(plans.noTable).toMatch(/docs\/tasks\.md has no table `\| Task \| Queue \|/);
      expect(plans.noWorker).toMatch(/There is no apps\/worker/);
    });

    it('leaves out the row of a page that is not kept', () => {
      expect(Object.keys(plans.noPage)).not.toContain('docs/tasks.md');
    });
  });
});
