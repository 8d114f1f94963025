/** What docs/getting-started.md generates: its folder, its definition, its e2e spec. */
const GENERATED = /\/invoice-export(?:\/|\.ts$|\.e2e-spec\.ts$)/;

const SOURCES = ['libs/tasks/src/index.ts', 'apps/worker/src/worker.module.ts'];

/**
 * A file of this repository as it was before a reader of docs/getting-started.md generated `invoice-export` into it, and filled it perhaps: the
 * generator's tests generate it anew. The text as it is where nobody has; `undefined`: the file was not there.
 */
export function beforeTheGuide(path: string, text: string): string | undefined {
  if (GENERATED.test(path)) return undefined;
  if (SOURCES.includes(path)) return withoutNames(text);
  if (path === 'docs/tasks.md') return text.replace(/^\| `invoice\.export` .*\n/m, '');
  if (path === 'contracts.json') return withoutContract(text);
  if (path === 'deploy/kubernetes/scaling.yaml')
    return text.replace(/^ {4}- type: rabbitmq\n(?: {6}.*\n)*? {8}queueName: invoices\n(?: {6}.*\n)*/m, '');
  return text;
}

const withoutNames = (text: string): string =>
  text
    .replaceAll(/^import \{ (?:invoiceExport|InvoiceExportModule) \} .*\n/gm, '')
    .replaceAll(/,\s*(?:invoiceExport|InvoiceExportModule)\b|\b(?:invoiceExport|InvoiceExportModule)\b,?\s*/g, '');

function withoutContract(text: string): string {
  const { contracts } = JSON.parse(text) as { contracts: { name: string }[] };
  const others = contracts.filter(({ name }) => name !== 'invoice.export');
  return `${JSON.stringify({ contracts: others }, undefined, 2)}\n`;
}
