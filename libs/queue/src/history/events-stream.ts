import { BrokerConnection } from '../connection/broker-connection';
import type { Connector } from '../connection/connector';
import type { StreamOffset } from '../connection/stream-position';
import { StreamReader } from '../connection/stream-reader';
import { StreamWriter } from '../connection/stream-writer';
import type { QueueEvents } from '../events';
import type { QueueSettings } from '../queue.options';
import { EVENTS_STREAM, streamPlan } from '../topology/streams';
import type { OpenReader } from './task-history';

/** Batches that may wait for the broker or its confirm: at a minute's outage of a busy worker the oldest of them still waits. */
const MAX_WAITING = { maxMessages: 2_000, maxBytes: 8_388_608 };

/** The writer of the events stream, on a connection that publishes. It declares the stream with the first record. */
export function eventsWriter(connection: BrokerConnection, settings: QueueSettings, events: QueueEvents): StreamWriter {
  return new StreamWriter(connection, planOf(settings), events, MAX_WAITING);
}

/**
 * Opens readers of the events stream, each with a connection of its own; `writer` marks how far they have to read.
 * @param from where they begin; unless given at the oldest record
 */
export function eventsReader(
  writer: StreamWriter,
  settings: QueueSettings,
  events: QueueEvents,
  from: StreamOffset = 'first',
  connector?: Connector,
): OpenReader {
  return (onMessage) => {
    const connection = new BrokerConnection('browsing', settings, events, connector);
    const reader = new StreamReader(
      connection,
      {
        stream: planOf(settings),
        from,
        retryDelay: settings.reconnectDelay,
        onMessage,
        mark: (id) => writer.mark(id),
      },
      events,
    );
    return {
      reader,
      close: async () => {
        await reader.close();
        await connection.close();
      },
    };
  };
}

function planOf({ eventsMaxAge, eventsMaxBytes }: QueueSettings) {
  return streamPlan(EVENTS_STREAM, { maxAge: eventsMaxAge, maxBytes: eventsMaxBytes });
}
