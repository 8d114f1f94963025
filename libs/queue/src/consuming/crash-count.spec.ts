import { crashCountOf } from './crash-count';

const count = (isCounted: boolean, redelivered: boolean, headers?: Record<string, unknown>) =>
  crashCountOf(
    {
      content: Buffer.alloc(0),
      fields: { deliveryTag: 1, redelivered, exchange: '', routingKey: 'q' },
      properties: headers === undefined ? {} : { headers },
    },
    isCounted,
  );

describe('the runs that ended without an outcome, of a task in a quorum queue,', () => {
  it.each<[string, boolean, Record<string, unknown> | undefined, { count: number; isRecorded: boolean }]>([
    ['none, the first time', false, undefined, { count: 0, isRecorded: true }],
    ['none, whatever a stranger wrote', false, { 'x-delivery-count': 9 }, { count: 0, isRecorded: true }],
    ['what Warren has counted', false, { 'x-crashes': 2 }, { count: 2, isRecorded: true }],
    ['what a quorum queue counts', true, { 'x-delivery-count': 3 }, { count: 3, isRecorded: true }],
    ['both together', true, { 'x-delivery-count': 3, 'x-crashes': 2 }, { count: 5, isRecorded: true }],
    ['none that was given back by a nack (4.3)', true, { 'x-acquired-count': 4 }, { count: 0, isRecorded: true }],
    ['one more where the broker does not count after all', true, {}, { count: 1, isRecorded: false }],
    ['no number', true, { 'x-crashes': 'many', 'x-delivery-count': -1 }, { count: 1, isRecorded: false }],
  ])('are %s', (_what, redelivered, headers, expected) => {
    expect(count(true, redelivered, headers)).toEqual(expected);
  });
});

describe('the runs that ended without an outcome, of a task in a classic queue,', () => {
  it.each<[string, Record<string, unknown> | undefined, { count: number; isRecorded: boolean }]>([
    ['one more, which nobody knows yet', undefined, { count: 1, isRecorded: false }],
    ['one more than Warren has counted', { 'x-crashes': 2 }, { count: 3, isRecorded: false }],
    ['not what a stranger has counted', { 'x-delivery-count': 9 }, { count: 1, isRecorded: false }],
    [
      'nor what he says that he has not',
      { 'x-delivery-count': 0, 'x-acquired-count': 0 },
      { count: 1, isRecorded: false },
    ],
  ])('are %s', (_what, headers, expected) => {
    expect(count(false, true, headers)).toEqual(expected);
    expect(count(false, false, headers).count).toBe(expected.count - 1);
  });
});
