/** The AMQP client's types, for the rooms that hold a channel or a message of it without calling the client. */
export type { Channel, ChannelModel, ConsumeMessage, GetMessage } from 'amqplib';
