import type { DeadLetter, DeadLetterDetails } from '@app/queue/operating';
import type { Paint } from '../terminal/screen';
import { bodyText, detailJson, detailLines, listJson, listLine } from './rendering';

const plain: Paint = (_style, text) => text;

const deadLetter: DeadLetter = {
  id: 'task-1',
  deadLetterId: 'dead-1',
  queue: 'images',
  originalQueue: 'images',
  reason: 'attempts-exhausted',
  name: 'image.resize',
  attempt: 5,
  error: { name: 'TypeError', message: 'no such\u001b[2J file' },
  time: Date.parse('2026-11-21T08:30:00Z'),
  firstFailureTime: Date.parse('2026-11-21T08:00:00Z'),
  lastFailureTime: undefined,
  worker: 'host:1',
  timesRedriven: 2,
  bytes: 3_000,
};

const details: DeadLetterDetails = {
  ...deadLetter,
  version: 2,
  stack: 'TypeError: no such file\n    at \u001b[31mresize',
  properties: { messageId: 'task-1', priority: 3 },
  headers: { 'x-error-stack': 'long', 'x-attempt': 5, tenant: { name: '\u001b]0;title\u0007' }, 'a\u009bb': 1 },
  content: Buffer.from(`\u001b[2J${'é'.repeat(1_500)}`),
};

const unknown: DeadLetter = { ...deadLetter, name: undefined, error: undefined, time: Infinity, reason: 'foreign\n' };

describe('the list', () => {
  it('has one line for each, without the payload', () => {
    expect(listLine(deadLetter, plain).split(/ {2,}/)).toEqual([
      '2026-11-21 08:30:00Z',
      'images.dlq',
      'attempts-exhausted',
      'image.resize',
      'task-1',
      'attempt 5',
      'TypeError: no such\\u001b[2J file',
    ]);
    expect(listLine(unknown, plain).split(/ {2,}/)).toEqual([
      '-',
      'images.dlq',
      'foreign\\n',
      '-',
      'task-1',
      'attempt 5',
    ]);
  });

  it('says of a task whose time was over that its attempt was not begun', () => {
    const over: DeadLetter = { ...deadLetter, reason: 'expired', error: { name: 'ExpiredError', message: 'over' } };
    expect(listLine(over, plain).split(/ {2,}/)[5]).toBe('before attempt 5');
    expect(detailLines({ ...details, ...over }, plain, false)).toContain('\n  attempt       5, which was not begun\n');
    const tooLateToRetry: DeadLetter = { ...deadLetter, reason: 'expired' };
    expect(listLine(tooLateToRetry, plain).split(/ {2,}/)[5]).toBe('attempt 5');
  });

  it('cuts an error that goes on and on', () => {
    const long = listLine({ ...deadLetter, error: { name: 'E', message: 'x'.repeat(2_000) } }, plain);
    expect(long.length).toBeLessThan(350);
    expect(long.endsWith('x…')).toBe(true);
  });

  it('is the library’s own fields as JSON', () => {
    expect(JSON.parse(listJson(deadLetter))).toEqual(deadLetter);
  });
});

describe('one dead letter', () => {
  it('is shown with all but its body, each line inert', () => {
    expect(detailLines(details, plain, false)).toBe(
      [
        'task-1',
        '  queue         images.dlq',
        '  came from     images',
        '  reason        attempts-exhausted',
        '  name          image.resize',
        '  version       2',
        '  dead letter   dead-1',
        '  put aside     2026-11-21 08:30:00Z by host:1',
        '  attempt       5',
        '  failed first  2026-11-21 08:00:00Z',
        '  redriven      2 times',
        '  body          3000 bytes',
        '  error         TypeError: no such\\u001b[2J file',
        '  stack',
        '    │ TypeError: no such file',
        '    │     at \\u001b[31mresize',
        '  properties',
        "    messageId: 'task-1'",
        '    priority: 3',
        '  headers',
        '    x-attempt: 5',
        "    tenant: { name: '\\x1B]0;title\\x07' }",
        '    a\\u009bb: 1',
      ].join('\n'),
    );
  });

  it('is shown with the first 2 KB of its body when that is asked for', () => {
    const [head = '', body = ''] = detailLines(details, plain, true).split('\n').slice(-2);
    expect(head).toBe('  the body, its first 2048 bytes');
    expect(body.startsWith('    │ \\u001b[2Jéé')).toBe(true);
    expect(Buffer.byteLength(bodyText(details))).toBeLessThanOrEqual(2_048 + 2);
  });

  it('has no body as JSON either, unless it is asked for', () => {
    expect(detailJson(details, undefined)).not.toMatch(/é|content|"body"/);
    expect(JSON.parse(detailJson(details, 'text'))).toMatchObject({
      id: 'task-1',
      body: 'text',
      headers: { 'x-attempt': 5 },
    });
  });
});
