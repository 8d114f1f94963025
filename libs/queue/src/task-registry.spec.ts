import { z } from 'zod';
import { defineEvent } from './define-event';
import { defineQueue } from './define-queue';
import type { QueueDefinitionInput } from './define-queue';
import { defineTask } from './define-task';
import { ConfigurationError, DefinitionError } from './errors';
import { plainText } from './message/formats';
import { TaskRegistry } from './task-registry';

const task = (name: string, queue?: string | QueueDefinitionInput) =>
  defineTask({
    name,
    payload: z.unknown(),
    ...(queue === undefined ? {} : { queue: typeof queue === 'string' ? queue : defineQueue(queue) }),
  });

const namesOf = (queues: readonly { readonly name: string }[]) => queues.map(({ name }) => name);

describe('the registry of tasks', () => {
  const registry = new TaskRegistry(
    [task('resize', 'images'), task('crop', 'images'), task('mail')],
    [defineQueue({ name: 'plain' })],
  );

  it('knows tasks by name, and nothing that is no task', () => {
    expect(registry.get('crop')?.queue.name).toBe('images');
    for (const name of ['Crop', '', '__proto__', 'constructor', 'images']) expect(registry.get(name)).toBeUndefined();
  });

  it('knows each queue once, in the order of definition, those without a task as well', () => {
    expect(namesOf(registry.tasks)).toEqual(['resize', 'crop', 'mail']);
    expect(namesOf(registry.queues)).toEqual(['images', 'tasks', 'plain']);
  });

  it('may be empty', () => {
    expect(new TaskRegistry([])).toMatchObject({ tasks: [], queues: [] });
  });

  it('refuses two tasks of one name, which could not both have its handler', () => {
    expect(() => new TaskRegistry([task('resize', 'a'), task('resize', 'b')])).toThrow(DefinitionError);
  });

  it('takes one queue defined twice alike', () => {
    const tasks = [task('a', { name: 'q', type: 'classic' }), task('b', { name: 'q', type: 'classic' })];
    expect(new TaskRegistry(tasks).queues).toHaveLength(1);
  });

  it.each<[string, Partial<QueueDefinitionInput>]>([
    ['type', { type: 'classic' }],
    ['concurrency', { concurrency: 2 }],
    ['format', { format: plainText('a') }],
  ])('refuses one queue defined twice with another %s', (_what, difference) => {
    const build = () => new TaskRegistry([task('a', 'q'), task('b', { name: 'q', ...difference })]);
    expect(build).toThrow(DefinitionError);
    expect(build).toThrow('"q" is defined twice');
    expect(() => new TaskRegistry([task('a', 'q')], [defineQueue({ name: 'q', ...difference })])).toThrow(
      DefinitionError,
    );
  });

  describe('gives a worker', () => {
    it.each<[string, string[] | undefined, string[]]>([
      ['every queue when none is named', undefined, ['images', 'tasks', 'plain']],
      ['the queues it is told to consume, once each', ['plain', 'images', 'plain'], ['images', 'plain']],
    ])('%s', (_what, names, expected) => {
      expect(namesOf(registry.queuesNamed(names))).toEqual(expected);
    });

    it('no queue that nobody defined, and says which were', () => {
      expect(() => registry.queuesNamed(['images', 'imags', 'x'])).toThrow(ConfigurationError);
      expect(() => registry.queuesNamed(['images', 'imags', 'x'])).toThrow(
        'WORKER_QUEUES: no queue is defined with the name "imags", "x" (defined: images, tasks, plain)',
      );
    });
  });

  describe('knows events', () => {
    const payload = z.unknown();
    const event = defineEvent({ name: 'order.placed', exchange: 'orders', payload });
    const bound = (type: 'topic' | 'direct') =>
      defineQueue({ name: `mails-${type}`, bindings: [{ exchange: 'orders', type, pattern: 'a' }] });

    it('by their names, and the exchanges of all that is defined', () => {
      const known = new TaskRegistry([], [bound('topic')], [event]);
      expect([known.event('order.placed'), known.event('other')]).toEqual([event, undefined]);
      expect(known.exchanges.map(({ name, type }) => `${name} ${type}`)).toEqual(['orders topic']);
    });

    it('and refuses one that has the name of a task or of another', () => {
      expect(() => new TaskRegistry([task('order.placed', 'q')], [], [event])).toThrow('Two tasks or events');
      expect(() => new TaskRegistry([], [], [event, event])).toThrow(DefinitionError);
    });

    describe('and what their exchanges are declared with,', () => {
      const rest = { 'alternate-exchange': 'rest' };
      const queue = (name: string, more: object) =>
        defineQueue({ name, bindings: [{ exchange: 'orders', pattern: 'a', ...more }] });
      const said = (more: object) => defineEvent({ name: 'order.placed', exchange: 'orders', payload, ...more });

      it.each<[string, object[], object, object]>([
        [
          'as the queues say, where the event does not',
          [{ arguments: rest }],
          {},
          { arguments: rest, isForeign: false },
        ],
        ['as the event says, where no queue is known', [], { arguments: rest }, { arguments: rest }],
        ['not at all, where all leave it to somebody else', [{ declare: false }], {}, { isForeign: true }],
        ['not by a publisher that leaves it', [], { declare: false }, { isForeign: true }],
        [
          'where one of them does it',
          [{ declare: false }, { arguments: rest }],
          {},
          { arguments: rest, isForeign: false },
        ],
      ])('%s', (_what, bindings, published, plan) => {
        const queues = bindings.map((more, index) => queue(`q${index}`, more));
        expect(new TaskRegistry([], queues, [said(published)]).exchanges).toEqual([
          { name: 'orders', type: 'topic', ...plan },
        ]);
      });

      it.each<[string, object[], object]>([
        ['an event and a queue', [{ arguments: rest }], { arguments: {} }],
        ['two queues', [{ arguments: rest }, {}], {}],
      ])('and refuses what differs between %s', (_what, bindings, published) => {
        const queues = bindings.map((more, index) => queue(`q${index}`, more));
        const build = () => new TaskRegistry([], queues, [said(published)]);
        expect(build).toThrow(DefinitionError);
        expect(build).toThrow(/Exchange "orders" is declared with .* elsewhere, and declared with .* to queue "q/);
      });
    });

    it('and refuses an exchange that is of two types', () => {
      const build = () => new TaskRegistry([], [bound('direct')], [event]);
      expect(build).toThrow(DefinitionError);
      expect(build).toThrow('Exchange "orders" is topic elsewhere, and direct to queue "mails-direct".');
    });
  });
});
