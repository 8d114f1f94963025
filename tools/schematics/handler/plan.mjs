import { readFileSync } from 'node:fs';
import { contractOf, definitionOf, docsLineOf } from './definition.mjs';
import { queuesDefinedIn } from './queues-defined.mjs';
import { Refusal } from './refusal.mjs';
import { addExport, addImport, addToModule, addToVariable } from './source-edits.mjs';
import { addTrigger } from './trigger.mjs';

/** @typedef {import('./wish.mjs').Wish} Wish */
/** @typedef {import('./wish.mjs').Names} Names */
/** @typedef {(path: string) => string | undefined} Read the text of a file of the repository; undefined: there is none */

const DEFINITIONS = 'libs/tasks/src';
const INDEX = `${DEFINITIONS}/index.ts`;
const WORKER = 'apps/worker/src';
const WORKER_MODULE = `${WORKER}/worker.module.ts`;
const TASKS_PAGE = 'docs/tasks.md';
const SCALING = 'deploy/kubernetes/scaling.yaml';
const CONTRACTS = 'contracts.json';

/** What heads the table of `docs/tasks.md`. */
const COLUMNS = ['Task', 'Queue', 'Attempts', 'Timeout', 'What it does'];

/**
 * What a new handler makes of the repository: the files that are new or changed, by their paths, not yet formatted.
 * @param {Wish} wish @param {Read} read @param {readonly string[]} definitionFiles the sources of the definitions that are there
 * @returns {Map<string, string>}
 * @throws Refusal when it is there already, or has no place.
 */
export function planHandler(wish, read, definitionFiles) {
  const { names } = wish;
  const folder = `${WORKER}/${names.file}`;
  const made = new Map([
    [`${DEFINITIONS}/${names.file}.ts`, definitionOf(wish)],
    [`${folder}/${names.file}.ts`, render('work', names)],
    [`${folder}/${names.file}.controller.ts`, render('controller', names)],
    [`${folder}/${names.file}.module.ts`, render('module', names)],
    [`${folder}/${names.file}.spec.ts`, specOf(wish)],
    [`test/e2e/${names.file}.e2e-spec.ts`, render('e2e-spec', names)],
  ]);
  refuseWhatIsThere(names, [...made.keys()], read, definitionFiles);
  refuseForeignQueue(wish.queue, read, definitionFiles);
  const index = addImport(required(read, INDEX), names.constant, `./${names.file}`, INDEX);
  made.set(INDEX, addToVariable(addExport(index, names.constant, INDEX), 'allTasks', names.constant, INDEX));
  const module = `${names.type}Module`;
  const worker = addImport(
    required(read, WORKER_MODULE),
    module,
    `./${names.file}/${names.file}.module`,
    WORKER_MODULE,
  );
  made.set(WORKER_MODULE, addToModule(worker, module, WORKER_MODULE));
  const page = read(TASKS_PAGE);
  if (page !== undefined) made.set(TASKS_PAGE, addDocsLine(page, wish));
  const contracts = read(CONTRACTS);
  if (contracts !== undefined) made.set(CONTRACTS, addContract(contracts, wish));
  const scaling = read(SCALING);
  if (scaling !== undefined) made.set(SCALING, addTrigger(scaling, wish.queue, SCALING));
  return made;
}

/** @param {Names} names @param {readonly string[]} paths @param {Read} read @param {readonly string[]} definitionFiles */
function refuseWhatIsThere({ task, constant }, paths, read, definitionFiles) {
  const named = new RegExp(`\\bname: (['"\`])${escaped(task)}\\1|\\b${constant} = defineTask\\b`);
  const there = [
    ...definitionFiles.filter((path) => named.test(read(path) ?? '')),
    ...paths.filter((path) => read(path) !== undefined),
  ];
  if (there.length === 0) return;
  throw new Refusal(
    `The task ${task} is there already; nothing was changed. Take another name, or remove first:\n  ${[...new Set(there)].join('\n  ')}`,
  );
}

/** A queue with settings of its own is shared by its definition, which only a person can import. @param {string} queue @param {Read} read @param {readonly string[]} definitionFiles */
function refuseForeignQueue(queue, read, definitionFiles) {
  const file = definitionFiles.find((path) => queuesDefinedIn(read(path) ?? '').includes(queue));
  if (file === undefined) return;
  throw new Refusal(
    `The queue "${queue}" has settings of its own in ${file}; nothing was changed. Take another queue (--queue ...), or generate without ` +
      'one, export that `defineQueue` and name it in the new definition.',
  );
}

/** Behind the last row of the tasks' table, whatever other tables the page has; in place of a row that the task has already. @param {string} page @param {Wish} wish */
function addDocsLine(page, wish) {
  const line = docsLineOf(wish);
  const lines = page.split('\n');
  const head = lines.findIndex((other) => cellsOf(other).join('|') === COLUMNS.join('|'));
  if (head === -1)
    throw new Refusal(
      `${TASKS_PAGE} has no table \`| ${COLUMNS.join(' | ')} |\` to add the task to; nothing was changed. ` +
        '`npm run docs:configuration` prints it anew; where the page is not kept, remove it.',
    );
  const behind = lines.findIndex((other, at) => at > head && !other.startsWith('|'));
  const end = behind === -1 ? lines.length : behind;
  const others = lines.slice(head, end).filter((other) => cellsOf(other)[0] !== cellsOf(line)[0]);
  return [...lines.slice(0, head), ...others, line, ...lines.slice(end)].join('\n');
}

/** @param {string} row of a table */
const cellsOf = (row) =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** Where its name belongs in the order, as `warren contracts write` does it. @param {string} text @param {Wish} wish */
function addContract(text, wish) {
  const added = contractOf(wish);
  /** @type {{ contracts: { name: string }[] }} */
  const { contracts: known } = JSON.parse(text);
  const others = known.filter(({ name }) => name !== added.name);
  const contracts = [...others, added].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return `${JSON.stringify({ contracts }, undefined, 2)}\n`;
}

/** @param {Read} read @param {string} path */
function required(read, path) {
  const text = read(path);
  if (text === undefined) throw new Refusal(`There is no ${path} here. Generate from a checkout of the repository.`);
  return text;
}

/** What has one attempt is not tried again, and has no test of it. @param {Wish} wish */
function specOf({ names, attempts }) {
  const part = attempts > 1 ? / *\/\/ <\/?tried again>\n/g : / *\/\/ <tried again>\n.*\/\/ <\/tried again>\n/gs;
  return render('spec', names).replaceAll(part, '');
}

/**
 * A template is the handler of `invoice.export`, under whose names it is read. All are replaced at once: a name may hold one of the template's.
 * @param {string} template @param {Names} names
 */
function render(template, { file, constant, type, task }) {
  const text = readFileSync(new URL(`./templates/${template}.ts.template`, import.meta.url), 'utf8');
  const written = new Map([
    ['invoice.export', task],
    ['invoice-export', file],
    ['invoiceExport', constant],
    ['InvoiceExport', type],
  ]);
  return text.replaceAll(/invoice[.-]export|[iI]nvoiceExport/g, (name) => written.get(name) ?? name);
}

/** A name of letters, digits, dots and hyphens, as a pattern that matches it alone. @param {string} name */
const escaped = (name) => name.replaceAll('.', '\\.');
