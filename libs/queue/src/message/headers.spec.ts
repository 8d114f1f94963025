import { fittingHeaders, headerBytes, isBrokerHeader, republishableHeaders } from './headers';

describe('the broker’s headers', () => {
  it.each([
    ['x-death', true],
    ['x-first-death-exchange', true],
    ['x-last-death-queue', true],
    ['x-delivery-count', true],
    ['x-acquired-count', true],
    ['CC', true],
    ['BCC', true],
    ['x-deaths', false],
    ['my-x-death', false],
    ['x-attempt', false],
    ['cc', false],
  ])('%s: %s', (name, expected) => {
    expect(isBrokerHeader(name)).toBe(expected);
  });

  it('are taken off a copy, and the message keeps its own', () => {
    const headers = Object.freeze({ 'x-death': [{ count: 1 }], tenant: 'a' });
    expect(republishableHeaders(headers)).toEqual({ tenant: 'a' });
    expect(headers).toHaveProperty('x-death');
  });

  it('are missing in a message without headers', () => {
    expect(republishableHeaders(undefined)).toEqual({});
  });
});

describe('headers that must fit', () => {
  it('count names, values and what AMQP writes around them', () => {
    // name: length and bytes; value: type, four bytes of length, bytes
    expect(headerBytes({ ab: 'cde' })).toBe(1 + 2 + 1 + 4 + 3);
    expect(headerBytes({ ä: '漢' })).toBe(1 + 2 + 1 + 4 + 3);
    expect(headerBytes({ list: [true, 'x'] })).toBe(1 + 4 + 1 + 4 + 2 + 6);
    expect(headerBytes({ none: null, absent: undefined })).toBe(6 + 7);
  });

  it('are kept in order; one that is too large does not keep a smaller one out', () => {
    const headers = { first: 'a'.repeat(10), large: 'b'.repeat(50), last: 'c' };
    expect(fittingHeaders(headers, 40)).toEqual({ kept: { first: 'a'.repeat(10), last: 'c' }, dropped: ['large'] });
  });

  it('may take the last byte', () => {
    const headers = { a: 'bc', d: 1 };
    expect(fittingHeaders(headers, headerBytes(headers)).dropped).toEqual([]);
    expect(fittingHeaders(headers, headerBytes(headers) - 1).dropped).toEqual(['d']);
  });
});
