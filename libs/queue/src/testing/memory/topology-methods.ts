import { done } from './client-methods';
import type { Answer, ClientMethods } from './client-methods';
import type { Queues } from './queues';
import { refusal } from './refusal';

type Said = { readonly [Method in keyof ClientMethods]?: (fields: ClientMethods[Method]) => Answer };

/**
 * What declares, binds and deletes.
 * @param owner the connection that asks, to which exclusive queues belong
 */
export function topologyMethods(queues: Queues, owner: object): Said {
  const { exchanges } = queues;
  return {
    QueueDeclare: ({ queue: name, passive, ...declaration }) => {
      const queue = passive ? queues.get(name, owner) : queues.declare(name, declaration, owner);
      const { readyCount: messageCount, consumerCount } = queue;
      return done('QueueDeclare', { queue: queue.name, messageCount, consumerCount });
    },
    QueueDelete: ({ queue: name, ifUnused, ifEmpty }) => {
      if (queues.find(name) === undefined) return done('QueueDelete', { messageCount: 0 });
      const queue = queues.get(name, owner);
      if (ifUnused && queue.consumerCount > 0) throw refusal(406, `queue '${name}' in vhost '/' in use`);
      if (ifEmpty && queue.readyCount > 0) throw refusal(406, `queue '${name}' in vhost '/' not empty`);
      const { readyCount: messageCount } = queue;
      queues.delete(name);
      return done('QueueDelete', { messageCount });
    },
    QueuePurge: ({ queue }) => done('QueuePurge', { messageCount: queues.get(queue, owner).purge() }),
    QueueBind: ({ queue, exchange, routingKey: pattern, arguments: given = {} }) => {
      queues.get(queue, owner);
      exchanges.bind(exchange, { kind: 'queue', to: queue, pattern, arguments: given });
      return done('QueueBind');
    },
    QueueUnbind: ({ queue, exchange, routingKey: pattern, arguments: given = {} }) => {
      exchanges.unbind(exchange, { kind: 'queue', to: queue, pattern, arguments: given });
      return done('QueueUnbind');
    },
    ExchangeDeclare: ({ exchange, passive, ...declaration }) => {
      if (passive) exchanges.assertThere(exchange);
      else exchanges.declare(exchange, declaration);
      return done('ExchangeDeclare');
    },
    ExchangeDelete: ({ exchange }) => {
      exchanges.delete(exchange);
      return done('ExchangeDelete');
    },
    ExchangeBind: ({ destination, source, routingKey: pattern, arguments: given = {} }) => {
      exchanges.assertThere(destination);
      exchanges.bind(source, { kind: 'exchange', to: destination, pattern, arguments: given });
      return done('ExchangeBind');
    },
    ExchangeUnbind: ({ destination, source, routingKey: pattern, arguments: given = {} }) => {
      exchanges.unbind(source, { kind: 'exchange', to: destination, pattern, arguments: given });
      return done('ExchangeUnbind');
    },
  };
}
