import type { ConsumerDeserializer } from '@nestjs/microservices';
import { isPromise } from '../is-promise';
import { nestFormat, readNestPacket } from '../message/formats';
import type { MessageFormat } from '../message/formats';
import { parseJson, readText } from '../message/json-body';

/**
 * A format whose messages an application's own deserializer reads. It gets what Nest gives it: the JSON, or else the text, and the properties.
 * One that answers with a promise makes a message `undecodable`: what a message is has to be known when it has come.
 */
export function nestDeserialized(deserializer: ConsumerDeserializer): MessageFormat {
  return {
    ...nestFormat,
    read: ({ content, properties }) => {
      const text = readText(content);
      if (text === undefined) return undefined;
      const packet: unknown = deserializer.deserialize(parseJson(text) ?? text, properties);
      return isPromise(packet) ? undefined : readNestPacket(packet);
    },
  };
}
