import { z } from 'zod';
import { defineQueue } from '../define-queue';
import { defineTask } from '../define-task';
import type { TaskDefinition } from '../define-task';
import { celery } from '../message/celery';
import { cloudEvents } from '../message/cloud-events';
import { foreignJson, nestFormat, plainText } from '../message/formats';
import type { MessageFormat } from '../message/formats';
import { sealed } from '../message/sealed';
import { contractsOf, readSnapshot, snapshotText } from './contract';
import { contractChanges } from './contract-changes';

const sign = { keys: [{ id: 'a', key: Buffer.alloc(32).toString('base64') }] };
const json = foreignJson(() => undefined);
const binary = cloudEvents({ source: '/shop' });
const structured = cloudEvents({ source: '/shop', mode: 'structured' });
const nameless: MessageFormat = { contentType: 'text/plain', write: () => Buffer.alloc(0), read: () => undefined };

describe('the format of a queue', () => {
  const of = (format: MessageFormat): TaskDefinition =>
    defineTask({ name: 'image.resize', queue: defineQueue({ name: 'images', format }), payload: z.string() });
  /** What has become of the contract, as people read it. */
  const told = (before: TaskDefinition, after: TaskDefinition): string[] => {
    const snapshot = readSnapshot(snapshotText(contractsOf([before])));
    return contractChanges(snapshot, contractsOf([after])).map(
      ({ name, kind, path, message }) => `${kind} ${name} ${path}: ${message}`,
    );
  };
  const sealedFor = (format: MessageFormat, audience?: string, required = true): MessageFormat =>
    sealed(format, { sign, encrypt: sign, required, ...(audience !== undefined && { audience }) });

  it.each<[string, MessageFormat, MessageFormat, string]>([
    ['Celery’s, which reads Nest’s', nestFormat, celery(), 'was nest, and is celery, which reads what waits'],
    ['others’ JSON', nestFormat, json, 'was nest, and is json, which reads what waits'],
    ['CloudEvents', nestFormat, binary, 'was nest, and is cloudevents binary, which reads what waits'],
    [
      'its other mode',
      structured,
      binary,
      'was cloudevents structured, and is cloudevents binary, which reads what waits',
    ],
    [
      'one that takes time limits too',
      celery(),
      celery({ ignoreTimeLimits: true }),
      'was celery, and is celery, with time limits, which reads what waits',
    ],
    [
      'a seal that is not required',
      nestFormat,
      sealed(nestFormat, { sign, required: false }),
      'was nest, and is nest, or signed(nest), which reads what waits',
    ],
    ['one with a name', nameless, nestFormat, 'can be compared from now on: it is nest'],
  ])('may become %s', (_what, before, after, message) => {
    expect(told(of(before), of(after))).toEqual([`compatible image.resize format: ${message}`]);
  });

  it.each<[string, MessageFormat, MessageFormat, string]>([
    ['Nest’s again', celery(), nestFormat, 'was celery, and is nest'],
    ['text, which takes a packet for its text', nestFormat, plainText('a'), 'was nest, and is text of a'],
    ['another task’s text', plainText('a'), plainText('b'), 'was text of a, and is text of b'],
    ['sealed', nestFormat, sealedFor(nestFormat), 'was nest, and is signed+encrypted(nest)'],
    [
      'of another audience',
      sealedFor(celery(), 'a'),
      sealedFor(celery(), 'b'),
      'was signed+encrypted(celery) for a, and is signed+encrypted(celery) for b',
    ],
    [
      'sealed without exception',
      sealedFor(nestFormat, 'a', false),
      sealedFor(nestFormat, 'a'),
      'was nest, or signed+encrypted(nest) for a, and is signed+encrypted(nest) for a',
    ],
  ])('breaks when it becomes %s', (_what, before, after, message) => {
    const breaks = `${message}: what waits, or is sent as before, is put aside`;
    expect(told(of(before), of(after))).toEqual([`breaking image.resize format: ${breaks}`]);
  });

  it('is not compared where it has no name', () => {
    expect(contractsOf([of(nameless), of(sealed(nameless, { sign }))])).toMatchObject([
      { format: null },
      { format: null },
    ]);
    expect(told(of(nestFormat), of(nameless))).toEqual([
      'breaking image.resize format: was nest, and cannot be compared: it has no name any more',
    ]);
  });

  it('is not known of a snapshot that was written before it was told', () => {
    const [{ format: _format, ...rest } = {}] = contractsOf([of(nestFormat)]);
    const before = readSnapshot(JSON.stringify({ contracts: [rest] }));
    expect(contractChanges(before, contractsOf([of(nestFormat)]))).toEqual([
      { name: 'image.resize', kind: 'compatible', path: 'format', message: 'can be compared from now on: it is nest' },
    ]);
  });
});
