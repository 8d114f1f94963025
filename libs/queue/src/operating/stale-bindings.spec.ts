import { z } from 'zod';
import { defineQueue } from '../define-queue';
import { defineTask } from '../define-task';
import { TaskRegistry } from '../task-registry';
import { bindingText, staleBindings } from './stale-bindings';

const mails = defineQueue({
  name: 'mails',
  bindings: [
    { exchange: 'orders', pattern: 'order.*' },
    { exchange: 'papers', type: 'headers', headers: { format: 'pdf', pages: 2 } },
  ],
});
const registry = new TaskRegistry([defineTask({ name: 'mail', queue: mails, payload: z.unknown() })]);
const bound = (source: string, routing_key = '', matching: Record<string, unknown> = {}, destination = 'mails') => ({
  source,
  destination,
  destination_type: 'queue',
  routing_key,
  arguments: matching,
});

describe('the bindings that nobody defines', () => {
  it('are those of defined queues that no definition asks for', () => {
    const found = [
      bound('', 'mails'),
      bound('delay.delivery', '*.mails'),
      bound('orders', 'order.*'),
      bound('papers', '', { 'x-match': 'all', pages: 2, format: 'pdf' }),
      bound('orders', 'user.*'),
      bound('papers', '', { 'x-match': 'any', pages: 2, format: 'pdf' }),
      bound('orders', '#', {}, 'mails.dlq'),
      bound('orders', '#', {}, 'somebody-else'),
      { ...bound('orders', '#'), destination_type: 'exchange' },
    ];
    expect(staleBindings(found, registry).map(bindingText)).toEqual([
      'mails to orders by "user.*"',
      'mails to papers by "" {"x-match":"any","pages":2,"format":"pdf"}',
      'mails.dlq to orders by "#"',
    ]);
  });
});
