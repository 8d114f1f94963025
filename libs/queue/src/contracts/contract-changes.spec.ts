import * as v from 'valibot';
import { z } from 'zod';
import { defineEvent } from '../define-event';
import type { EventDefinitionInput } from '../define-event';
import { defineQueue } from '../define-queue';
import { defineTask } from '../define-task';
import type { TaskDefinition } from '../define-task';
import { cloudEvents } from '../message/cloud-events';
import { contractsOf, readSnapshot, snapshotText } from './contract';
import { contractChanges } from './contract-changes';

const lift = (payload: unknown): unknown => payload;
const wide = z.strictObject({ width: z.int() });
const text = z.strictObject({ width: z.string() });

type Changes = Partial<Pick<TaskDefinition, 'name' | 'queue' | 'version' | 'upcasters' | 'payload'>>;

const task = (changes: Changes = {}): TaskDefinition =>
  defineTask({ name: 'image.resize', queue: 'images', payload: wide, ...changes });

/** What has become of the contracts, as people read it. */
function told(before: readonly TaskDefinition[], after: readonly TaskDefinition[]): string[] {
  const snapshot = readSnapshot(snapshotText(contractsOf(before)));
  return contractChanges(snapshot, contractsOf(after)).map(
    ({ name, kind, path, message }) => `${kind} ${name} ${path}: ${message}`,
  );
}

describe('a snapshot of contracts', () => {
  it('is the same for the same definitions, in whatever order, and without what is for people only', () => {
    const described = z.strictObject({
      width: z.int().meta({ description: 'In pixels.', examples: [320], secret: true }),
    });
    const others = [task({ name: 'a' }), task({ name: 'b', payload: described })];
    expect(snapshotText(contractsOf(others))).toBe(
      snapshotText(contractsOf([task({ name: 'b' }), task({ name: 'a', payload: described })])),
    );
    expect(readSnapshot(snapshotText(contractsOf(others)))).toEqual(contractsOf(others));
  });

  it.each(['', '{}', '[]', '{"contracts":[{}]}', '{"contracts":[{"name":"a","queue":"b","version":0}]}'])(
    'is none: %s',
    (said) => {
      expect(() => readSnapshot(said)).toThrow('It is no snapshot of contracts');
    },
  );
});

describe('contracts', () => {
  it.each<[string, Changes, Changes, string[]]>([
    ['nothing', {}, {}, []],
    [
      'a payload that takes more',
      {},
      { payload: z.strictObject({ width: z.number() }) },
      ['compatible image.resize payload: takes all that it took, and more or other defaults'],
    ],
    [
      'a payload that takes less',
      {},
      { payload: text },
      ['breaking image.resize payload.width: took whole numbers, and takes texts'],
    ],
    [
      'the same with a version and its upcaster',
      {},
      { payload: text, version: 2, upcasters: { 1: lift } },
      ['compatible image.resize version: was 1, and is 2: older payloads are lifted'],
    ],
    [
      'the same with a version and no upcaster',
      {},
      { payload: text, version: 2 },
      ['breaking image.resize upcasters: there is none any more from version 1 of the payload'],
    ],
    [
      'a version whose upcasters begin later',
      { version: 3, upcasters: { 1: lift, 2: lift } },
      { version: 4, upcasters: { 3: lift } },
      [
        'breaking image.resize upcasters: there is none any more from versions 1 to 2 of the payload',
        'compatible image.resize version: was 3, and is 4: older payloads are lifted',
      ],
    ],
    [
      'one upcaster fewer',
      { version: 2, upcasters: { 1: lift } },
      { version: 2 },
      ['breaking image.resize upcasters: there is none any more from version 1 of the payload'],
    ],
    [
      'one upcaster more',
      { version: 2 },
      { version: 2, upcasters: { 1: lift } },
      ['compatible image.resize upcasters: the payload is lifted from version 1 on'],
    ],
    [
      'a lower version',
      { version: 2 },
      {},
      ['breaking image.resize version: was 2, and is 1: what was added since is put aside'],
    ],
    [
      'another queue',
      {},
      { queue: defineQueue({ name: 'tasks' }) },
      ['breaking image.resize queue: was images, and is tasks: what waits in the old one is not handled'],
    ],
    [
      'a schema that does not tell',
      {},
      { payload: v.object({}) },
      ['breaking image.resize payload: cannot be compared: its schema does not tell any more what it takes'],
    ],
    [
      'a schema that tells',
      { payload: v.object({}) },
      {},
      ['compatible image.resize payload: can be compared from now on: its schema tells what it takes'],
    ],
    ['schemas that do not tell', { payload: v.object({}) }, { payload: v.string() }, []],
  ])('know %s', (_what, before, after, changes) => {
    expect(told([task(before)], [task(after)])).toEqual(changes);
  });

  it('know tasks that come and go', () => {
    const [a, b] = [task({ name: 'a' }), task({ name: 'b' })];
    expect(told([a], [b])).toEqual([
      'breaking a task: is gone: what waits for it, or is added, is put aside',
      'compatible b task: is new',
    ]);
  });
});

describe('the contract of an event', () => {
  type Given = Partial<EventDefinitionInput<typeof wide>>;
  const event = (given: Given = {}) =>
    defineEvent({ name: 'order.placed', exchange: 'orders', payload: wide, ...given });
  const eventsTold = (before: Given[], after: Given[]): string[] => {
    const snapshot = readSnapshot(snapshotText(contractsOf([], before.map(event))));
    return contractChanges(snapshot, contractsOf([], after.map(event))).map(
      ({ kind, path, message }) => `${kind} ${path}: ${message}`,
    );
  };

  it('is its exchange and routing key, its payload and its versions, among those of tasks by its name', () => {
    expect(contractsOf([task({ name: 'z' }), task({ name: 'a' })], [event()])).toEqual([
      expect.objectContaining({ name: 'a', queue: 'images' }),
      {
        name: 'order.placed',
        exchange: 'orders',
        exchangeType: 'topic',
        routingKey: 'order.placed',
        format: 'nest',
        version: 1,
        oldestVersion: 1,
        payload: expect.objectContaining({ type: 'object' }),
      },
      expect.objectContaining({ name: 'z', queue: 'images' }),
    ]);
  });

  it.each<[string, Given[], Given[], string[]]>([
    ['is the same', [{}], [{}], []],
    ['is new', [], [{}], ['compatible event: is new']],
    ['is gone', [{}], [], ['breaking event: is gone: what waits for it, or is published, is put aside']],
    [
      'is of an earlier version again',
      [{ version: 2, upcasters: { 1: lift } }],
      [{}],
      ['breaking version: was 2, and is 1: what was published since is put aside'],
    ],
    [
      'goes elsewhere',
      [{}],
      [{ exchange: 'sales', type: 'direct', routingKey: 'placed' }],
      [
        'breaking exchange: was orders, and is sales: queues that are bound to the old one do not get it',
        'breaking exchangeType: was topic, and is direct: the broker does not declare an exchange anew',
        'breaking routingKey: was order.placed, and is placed: queues that are bound by the old one do not get it',
      ],
    ],
    [
      'is written otherwise',
      [{}],
      [{ format: cloudEvents({ source: '/shop' }) }],
      ['breaking format: was nest, and is cloudevents binary: queues and programs that are bound may not read it'],
    ],
    [
      'has a version with its upcaster',
      [{}],
      [{ version: 2, upcasters: { 1: lift } }],
      ['compatible version: was 1, and is 2: older payloads are lifted'],
    ],
  ])('that %s', (_what, before, after, changes) => {
    expect(eventsTold(before, after)).toEqual(changes);
  });

  it('and that of a task of its name are two things', () => {
    const [before, after] = [contractsOf([task()]), contractsOf([], [event({ name: 'image.resize' })])];
    expect(contractChanges(before, after)).toEqual([
      {
        name: 'image.resize',
        kind: 'breaking',
        path: 'task',
        message: 'was task, and is event: messages of it are looked for elsewhere',
      },
    ]);
  });
});
