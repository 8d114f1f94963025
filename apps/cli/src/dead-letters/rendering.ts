import { inspect } from 'node:util';
import { deadLetterQueueName } from '@app/queue/operating';
import type { DeadLetter, DeadLetterDetails } from '@app/queue/operating';
import { inertJson, inertLine, inertLines } from '../terminal/inert-text';
import type { Paint } from '../terminal/screen';
import { timeText } from '../terminal/table';

/** Bytes of a body that are shown. */
const BODY_BYTES = 2_048;

const ERROR_CHARACTERS = 200;

/** One dead letter on one line: when, why, what, which, and its error. */
export function listLine(deadLetter: DeadLetter, paint: Paint): string {
  const { time, queue, reason, name, id, attempt } = deadLetter;
  const columns = [
    paint('dim', timeText(time).padEnd(20)),
    inertLine(deadLetterQueueName(queue)).padEnd(18),
    paint('yellow', inertLine(reason).padEnd(18)),
    inertLine(name ?? '-').padEnd(18),
    paint('bold', inertLine(id).padEnd(36)),
    `${wasBegun(deadLetter) ? '' : 'before '}attempt ${attempt}`,
    paint('red', errorOf(deadLetter)),
  ];
  return columns.join('  ').trimEnd();
}

/** All that is known of one dead letter. */
export function detailLines(details: DeadLetterDetails, paint: Paint, withBody: boolean): string {
  const facts: [string, string | undefined][] = [
    ['queue', deadLetterQueueName(details.queue)],
    ['came from', details.originalQueue],
    ['reason', details.reason],
    ['name', details.name],
    ['version', details.version === 1 ? undefined : String(details.version)],
    ['dead letter', details.deadLetterId],
    ['put aside', details.time === undefined ? undefined : `${timeText(details.time)} by ${details.worker ?? '?'}`],
    ['attempt', `${details.attempt}${wasBegun(details) ? '' : ', which was not begun'}`],
    ['failed first', optionalTime(details.firstFailureTime)],
    ['failed last', optionalTime(details.lastFailureTime)],
    ['redriven', details.timesRedriven === 0 ? undefined : `${details.timesRedriven} times`],
    ['body', `${details.bytes} bytes`],
    ['error', details.error === undefined ? undefined : `${details.error.name}: ${details.error.message}`],
  ];
  const tables = [
    ['properties', details.properties],
    ['headers', withoutStack(details)],
  ] as const;
  return [
    paint('bold', inertLine(details.id)),
    ...facts.flatMap(([label, value]) => (value === undefined ? [] : [`  ${label.padEnd(14)}${inertLine(value)}`])),
    ...(details.stack === undefined ? [] : ['  stack', inertLines(details.stack, '    │ ')]),
    ...tables.flatMap(([label, table]) => [
      `  ${label}`,
      ...Object.entries(table).map(([name, value]) => `    ${inertLine(name)}: ${valueText(value)}`),
    ]),
    ...(withBody ? [`  the body${cutOf(details)}`, inertLines(bodyText(details), '    │ ')] : []),
  ].join('\n');
}

/** A dead letter as a line of JSON, the same fields that the library gives. */
export function listJson(deadLetter: DeadLetter): string {
  return inertJson(deadLetter);
}

/** The same with the whole message; the body only when it is asked for, its first 2 KB as text. */
export function detailJson({ content: _content, ...details }: DeadLetterDetails, body: string | undefined): string {
  return inertJson({ ...details, ...(body === undefined ? {} : { body }) });
}

/** The beginning of a body as text; bytes that are none are shown as replacement characters. */
export function bodyText({ content }: DeadLetterDetails): string {
  return content.subarray(0, BODY_BYTES).toString('utf8');
}

function cutOf({ content }: DeadLetterDetails): string {
  return content.length > BODY_BYTES ? `, its first ${BODY_BYTES} bytes` : '';
}

function withoutStack({ headers }: DeadLetterDetails): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'x-error-stack'));
}

/** Whether its attempt was begun: a task whose time was over before it has a number of an attempt too. */
function wasBegun({ reason, error }: DeadLetter): boolean {
  return reason !== 'expired' || error?.name !== 'ExpiredError';
}

function errorOf({ error }: DeadLetter): string {
  if (error === undefined) return '';
  const text = inertLine(`${error.name}: ${error.message}`);
  return text.length > ERROR_CHARACTERS ? `${text.slice(0, ERROR_CHARACTERS - 1)}…` : text;
}

function valueText(value: unknown): string {
  return inertLine(inspect(value, { breakLength: Infinity, depth: 5, maxStringLength: 8_000 }));
}

function optionalTime(time: number | undefined): string | undefined {
  return time === undefined ? undefined : timeText(time);
}
