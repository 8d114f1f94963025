import type { TaskDefinition } from '@app/queue';

/** A row of docs/tasks.md for each definition, as `nest generate handler` writes them too. */
export function taskRows(tasks: readonly TaskDefinition[]): string[][] {
  return tasks.map(({ name, queue, attempts, timeout, description = '' }) => [
    `\`${name}\``,
    `\`${queue.name}\``,
    String(attempts),
    timeout === undefined ? '-' : timeout.toLocaleString('en'),
    description,
  ]);
}

/** The cells of the rows of a Markdown table, without its head. */
export function cellsOf(page: string): string[][] {
  const [, , ...rows] = page.split('\n').filter((line) => line.startsWith('|'));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The page with these rows in its table, not yet aligned. */
export function withRows(page: string, rows: readonly (readonly string[])[]): string {
  const lines = page.split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const last = lines.findLastIndex((line) => line.startsWith('|'));
  const table = [...lines.slice(first, first + 2), ...rows.map((cells) => `| ${cells.join(' | ')} |`)];
  return [...lines.slice(0, first), ...table, ...lines.slice(last + 1)].join('\n');
}
