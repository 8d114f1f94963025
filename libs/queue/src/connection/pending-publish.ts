import type { Options } from 'amqplib';
import {
  ConfirmTimeoutError,
  EventRefusedError,
  NotConnectedError,
  PublishRefusedError,
  UnconfirmedError,
} from '../errors';
import type { InLine, Line } from '../line';
import { headerBytes } from '../message/headers';
import { identityOf } from '../message/message';
import type { OutgoingMessage } from '../message/message';
import type { Route } from '../topology/routes';

/** What is asked of the publisher. */
export interface PublishRequest {
  readonly route: Route;
  readonly message: OutgoingMessage;
  /** Milliseconds until it is given up. */
  readonly timeout: number;
  /**
   * Whether a message that no queue takes is an error. Not for RabbitMQ's direct reply queues, which take a message and
   * return it as unroutable all the same.
   */
  readonly mandatory: boolean;
}

/** Who has a publish in hand. */
export interface PublishOwner {
  /** It has ended, with this error or none; `false` when it had before, and its sender knows. */
  ended(pending: PendingPublish, error: Error | undefined): boolean;
}

/** Told of each publish that has ended: how many milliseconds it took and, when it failed, why. */
export type PublishWatch = (milliseconds: number, error: Error | undefined) => void;

/** One message on its way, from the request to the confirm: how often it was sent, and what its sender may still believe. */
export class PendingPublish implements InLine<PendingPublish> {
  line: Line<PendingPublish> | undefined;
  before: PendingPublish | undefined;
  behind: PendingPublish | undefined;
  readonly route: Route;
  readonly message: OutgoingMessage;
  readonly mandatory: boolean;
  /** Memory it takes: its body and headers. */
  readonly bytes: number;
  /** Sent in vain: the channel closed for an error while it was in flight. */
  channelErrors = 0;
  isReturned = false;
  private wasSent = false;
  /** Sends whose confirm will never come, because the channel or the connection ended first. */
  private lostConfirms = 0;
  /** When it was asked for, on the process's clock. */
  readonly since = performance.now();
  private readonly deadline: number;

  constructor(
    { route, message, timeout, mandatory }: PublishRequest,
    private readonly owner: PublishOwner,
    private readonly resolve: () => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.route = route;
    this.message = message;
    this.mandatory = mandatory;
    this.bytes = message.content.length + headerBytes(message.properties.headers);
    this.deadline = this.since + timeout;
  }

  /** The work queue it is on its way to, for people. */
  get queue(): string {
    return this.route.queue;
  }

  /** Written out, because copying an object whose fields differ from message to message takes many times as long. */
  options(): Options.Publish {
    const { properties } = this.message;
    return {
      persistent: true,
      mandatory: this.mandatory,
      messageId: properties.messageId,
      type: properties.type,
      contentType: properties.contentType,
      contentEncoding: properties.contentEncoding,
      correlationId: properties.correlationId,
      replyTo: properties.replyTo,
      appId: properties.appId,
      priority: properties.priority,
      expiration: properties.expiration,
      timestamp: properties.timestamp,
      headers: properties.headers,
    };
  }

  isOverdue(now: number): boolean {
    return this.deadline <= now;
  }

  isReturnedAs(routingKey: string, identity: string): boolean {
    return this.route.routingKey === routingKey && identityOf(this.message.properties) === identity && !this.isReturned;
  }

  sent(): void {
    this.wasSent = true;
  }

  /** It goes back in front of what waits. */
  confirmLost(isChannelError: boolean): void {
    this.lostConfirms += 1;
    if (isChannelError) this.channelErrors += 1;
  }

  confirm(): void {
    if (this.owner.ended(this, undefined)) this.resolve();
  }

  /** The broker refused it; when an earlier send may have been stored, that is what the sender must know. */
  refuse(error: Error): void {
    this.fail(this.lostConfirms > 0 ? new UnconfirmedError(this.queue, error) : error);
  }

  /** The broker does not take it. Of an event there may be more than one queue, and one of them may have it. */
  nacked(): void {
    const { exchange, isDelayed } = this.route;
    const isEvent = exchange !== '' && !isDelayed;
    this.refuse(
      isEvent
        ? new EventRefusedError(exchange, this.message.properties.messageId ?? '')
        : new PublishRefusedError(this.queue, 'negative confirm: the queue is full or its node is down'),
    );
  }

  /** The broker closes the channel for it each time it is sent: it was never stored. */
  refuseAsCulprit(error: Error): void {
    if (this.lostConfirms > this.channelErrors) this.refuse(error);
    else this.fail(error);
  }

  /** Its deadline has passed, or nothing will ever be sent again. */
  giveUp(why: string | undefined): void {
    this.fail(
      this.wasSent
        ? new ConfirmTimeoutError(this.queue, Math.round(performance.now() - this.since), why)
        : new NotConnectedError(why ?? 'it takes no messages'),
    );
  }

  private fail(error: Error): void {
    if (this.owner.ended(this, error)) this.reject(error);
  }
}
