import * as fc from 'fast-check';
import { header } from '../message/headers';
import type { IncomingMessage } from '../message/message';
import { redriveTimeOf, redrivenMessage, wasRedrivenBy } from './redriven-message';

function messageWith(properties: IncomingMessage['properties'], content = 'body'): IncomingMessage {
  const fields = { deliveryTag: 1, redelivered: true, exchange: '', routingKey: 'work.dlq' };
  return { content: Buffer.from(content), fields, properties };
}

const NOW = 1_790_000_000_345;
const BROKERS = ['x-death', 'x-first-death-reason', 'x-last-death-queue', 'x-delivery-count', 'x-acquired-count', 'CC'];
const ofFailures = Object.values(header).filter((name) => name !== 'x-task-version');
const failureHeader = fc.constantFrom(...ofFailures, ...BROKERS);
const ownName = fc.string({ minLength: 1, maxLength: 20 }).map((name) => `mine-${name}`);
const value = fc.oneof(fc.string(), fc.integer(), fc.boolean());

describe('a redriven message', () => {
  it('has no trace of its failure but how often it was redriven, and keeps every header that is not about it', () => {
    fc.assert(
      fc.property(fc.dictionary(failureHeader, value), fc.dictionary(ownName, value), (failure, own) => {
        const { headers } = redrivenMessage(messageWith({ headers: { ...failure, ...own } }), 'run', NOW).properties;
        const { [header.timesRedriven]: times, [header.redriveRun]: run, [header.addedAt]: at, ...rest } = headers;
        expect(rest).toEqual({ ...own });
        expect([typeof times, run, at]).toEqual(['number', 'run', NOW]);
      }),
    );
  });

  it('has the bytes and properties of the dead letter, and no expiration that would end it at once', () => {
    const properties = { messageId: 'a', type: 't', priority: 3, timestamp: 5, replyTo: 'r', correlationId: 'c' };
    const message = messageWith({ ...properties, expiration: '1', userId: 'guest' });
    expect(redrivenMessage(message, 'run', NOW)).toEqual({
      content: message.content,
      properties: { ...properties, headers: { 'x-redriven': 1, 'x-redrive-run': 'run', 'x-added-at': NOW } },
    });
  });

  it('is of the version that it was', () => {
    const message = messageWith({ headers: { 'x-task-version': 3, 'x-dead-letter-reason': 'newer-version' } });
    expect(redrivenMessage(message, 'run', NOW).properties.headers).toMatchObject({ 'x-task-version': 3 });
  });

  it('begins a trace of its own, and names the run that failed', () => {
    const run = '00-4bf92f3577b34da6a3ce929d0e0e4736-aaaaaaaaaaaaaaaa-01';
    const adding = '00-4bf92f3577b34da6a3ce929d0e0e4736-bbbbbbbbbbbbbbbb-01';
    const before = { 'x-redriven': 1, 'x-redriven-traceparent': adding };
    const traced = { traceparent: adding, tracestate: 'a=1', baggage: 'tenant=blue', 'x-dead-letter-traceparent': run };
    const message = messageWith({ headers: { ...before, ...traced } });
    const own = { 'x-redriven': 2, 'x-redrive-run': 'run', 'x-added-at': NOW };
    const expected = { baggage: 'tenant=blue', ...own, 'x-redriven-traceparent': run };
    expect(redrivenMessage(message, 'run', NOW).properties.headers).toEqual(expected);
    const trace = { traceparent: '00-11111111111111111111111111111111-cccccccccccccccc-01' };
    expect(redrivenMessage(message, 'run', NOW, trace).properties.headers).toEqual({ ...expected, ...trace });
  });

  it.each([
    [undefined, 1],
    [1, 2],
    [41, 42],
    ['many', 1],
    [-3, 1],
  ])('counts: %s before is %s now', (before, now) => {
    const message = messageWith({ headers: { 'x-redriven': before } });
    expect(redrivenMessage(message, 'run', NOW).properties.headers['x-redriven']).toBe(now);
  });

  it.each([
    ['now', undefined, NOW],
    ['now, where it was given back before', NOW - 1, NOW],
    ['after the last time, where a clock was ahead', NOW + 5_000, NOW + 5_001],
  ])('is given back %s', (_when, before, time) => {
    expect(redriveTimeOf(messageWith({ headers: { 'x-added-at': before } }), NOW)).toBe(time);
  });

  it('is known to its redrive when it comes back, and to no other', () => {
    const { properties } = redrivenMessage(messageWith({}), 'run-1', NOW);
    const failedAgain = messageWith({ ...properties, headers: { ...properties.headers, 'x-dead-letter-id': 'new' } });
    expect(wasRedrivenBy('run-1', failedAgain)).toBe(true);
    expect(wasRedrivenBy('run-2', failedAgain)).toBe(false);
    expect(wasRedrivenBy('run-1', messageWith({}))).toBe(false);
  });
});
