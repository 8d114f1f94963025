import Table from 'cli-table3';
import type { Paint } from './screen';

/** One column: its head, and to which side its cells are moved. */
export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
}

/** No lines: a table is for reading, and for `grep`, `sort` and `awk`. */
const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** Rows under a line of heads, columns as wide as their widest cell. Cells are inert and one line each by the time they come here. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[], paint: Paint): string {
  const table = new Table({
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map(({ align }) => align ?? 'left'),
  });
  table.push(
    columns.map(({ head }) => paint('dim', head.toUpperCase())),
    ...rows.map((row) => [...row]),
  );
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A number for people: `1,204`; `-` where nobody knows it. */
export function numberText(value: number | undefined): string {
  return value === undefined ? '-' : value.toLocaleString('en-GB');
}

/** A duration for people, in its two largest units: `0.2s`, `42s`, `3m 20s`, `2h 5m`, `3d 4h`; `-` where nobody knows it. */
export function durationText(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) return '-';
  if (milliseconds < 1_000) return `${Math.max(0, Math.round(milliseconds))}ms`;
  if (milliseconds < 10_000) return `${(milliseconds / 1_000).toFixed(1)}s`;
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 60) return `${seconds}s`;
  const [days, hours, minutes] = [seconds / 86_400, (seconds / 3_600) % 24, (seconds / 60) % 60].map(Math.floor) as [
    number,
    number,
    number,
  ];
  if (days > 0) return joined(`${days}d`, hours, 'h');
  if (hours > 0) return joined(`${hours}h`, minutes, 'm');
  return joined(`${minutes}m`, seconds % 60, 's');
}

function joined(whole: string, rest: number, unit: string): string {
  return rest === 0 ? whole : `${whole} ${rest}${unit}`;
}

/** A time in UTC, to the second; `-` where there is none, and where a stranger wrote one that is none. */
export function timeText(time: number | undefined): string {
  const date = new Date(time ?? NaN);
  return Number.isNaN(date.valueOf())
    ? '-'
    : date
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, 'Z');
}
