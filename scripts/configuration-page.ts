import { describeSettings, queueSettings } from '@app/queue';
import type { Settings } from '@app/queue';
import { cliSettings } from '../apps/cli/src/cli.settings';
import { dashboardSettings } from '../apps/dashboard/src/dashboard.settings';
import { producerSettings } from '../apps/producer/src/producer.settings';
import { workerSettings } from '../apps/worker/src/worker.settings';

const chapters: readonly { readonly title: string; readonly text: string; readonly settings: Settings }[] = [
  {
    title: 'The broker and the queues',
    text: 'All apps read these. In code they are the options of `QueueModule.forRoot`, by the names in `queueSettings`.',
    settings: queueSettings,
  },
  { title: 'The producer', text: 'Read by the producer.', settings: producerSettings },
  { title: 'The worker', text: 'Read by the worker.', settings: workerSettings },
  {
    title: 'The command line',
    text: 'Read by `warren` ([command-line.md](command-line.md)), besides those of the broker and the queues.',
    settings: cliSettings,
  },
  { title: 'The dashboard', text: 'Read by the dashboard.', settings: dashboardSettings },
];

/** `docs/configuration.md`, made from the schemas that read the settings. */
export function configurationPage(): string {
  return `${[INTRODUCTION, ...chapters.map(chapter), LOGS].join('\n\n')}\n`;
}

const INTRODUCTION = `# Configuration

<!-- Printed by scripts/print-configuration.mjs from the settings' schemas. Change those, not this page. -->

An app is configured by variables of its environment, or of a file \`.env\` in the folder where it is started; a variable of
the environment counts before the file. A variable that is empty counts as not set. Each is checked before anything is
connected: a wrong value stops the start with exit code 1 and one message that lists every wrong variable. Passwords and
tokens are never repeated in a message or a log line.

Times are in milliseconds where the name ends with \`_MS\`, in seconds where it ends with \`_SECONDS\`; sizes are in bytes.`;

const LOGS = `## Logs

\`NEST_LOG_LEVEL\` chooses what is logged, as anywhere in Nest (\`NEST_LOG_LEVEL='>=debug'\`); not set: from \`log\` on, and with
\`LOG_FORMAT=json\` from \`debug\` on, which is an event for the start and the end of each task. Lines are coloured on a
terminal unless \`NO_COLOR\` is set. In JSON a line about a task, or written by its handler, says which task and trace: [Traces and log lines](tracing.md).

## Traces

No setting of Warren's: an OpenTelemetry SDK that is loaded before the app (\`--require\`) is found, and reads its own variables, \`OTEL_...\`.
[Traces and log lines](tracing.md) says how, and what it tells.`;

function chapter({ title, text, settings }: (typeof chapters)[number]): string {
  return `## ${title}\n\n${text}\n\n${alignTable(describeSettings(settings))}`;
}

/** A Markdown table with columns as wide as their widest cell, as the formatter of this repository writes it. */
function alignTable(table: string): string {
  const [head = [], , ...rows] = table.split('\n').map(cellsOf);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => (cells[column] ?? '').length)));
  const line = (cells: readonly string[], fill: string): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  return [line(head, ' '), line([], '-'), ...rows.map((cells) => line(cells, ' '))].join('\n');
}

function cellsOf(line: string): string[] {
  return line.slice(2, -2).split(' | ');
}
