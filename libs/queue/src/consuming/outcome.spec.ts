import { RpcException } from '@nestjs/microservices';
import * as fc from 'fast-check';
import { putAside, recordError } from './outcome';

class QuotaError extends Error {}

class OddlyNamedError extends Error {
  static override readonly name = 7;
}

const withName = (name: unknown) => Object.assign(new Error('m'), { name });

function frozenStack(): Error {
  const error = new Error('m');
  delete error.stack;
  return error;
}

describe('an error as it is written down', () => {
  it.each<[string, unknown, { name: string; message: string }]>([
    ['an error', new TypeError('no such file'), { name: 'TypeError', message: 'no such file' }],
    ['a subclass that forgot its name', new QuotaError('full'), { name: 'QuotaError', message: 'full' }],
    ['a subclass whose name is no text', new OddlyNamedError('m'), { name: 'Error', message: 'm' }],
    ['an error with a name of its own', withName('AbortError'), { name: 'AbortError', message: 'm' }],
    [
      'an exception of Nest',
      new RpcException('the business says no'),
      { name: 'RpcException', message: 'the business says no' },
    ],
    ['an error of another realm', { name: 'RangeError', message: 'far' }, { name: 'RangeError', message: 'far' }],
    ['what Nest’s filters make of an error', { status: 'error', message: 'no' }, { name: 'Error', message: 'no' }],
    ['a text', 'no file', { name: 'Error', message: 'no file' }],
    ['nothing', undefined, { name: 'Error', message: 'undefined' }],
    ['null', null, { name: 'Error', message: 'null' }],
    ['a number', 7, { name: 'Error', message: '7' }],
    ['an object', { code: 7 }, { name: 'Error', message: '{"code":7}' }],
    ['a BigInt', 7n, { name: 'Error', message: 'a value that cannot be shown was thrown' }],
    ['an error whose name is no text', withName(7), { name: 'Error', message: 'm' }],
    [
      'an error whose message is no text',
      Object.assign(new Error('m'), { message: { a: 1 } }),
      { name: 'Error', message: '{"a":1}' },
    ],
  ])('%s', (_what, thrown, expected) => {
    expect(recordError(thrown)).toMatchObject(expected);
  });

  it('has the stack of an error, and none where there is none', () => {
    const error = new Error('m');
    expect(recordError(error).stack).toBe(error.stack);
    expect(recordError(frozenStack()).stack).toBeUndefined();
    expect(recordError('m').stack).toBeUndefined();
  });

  it('is made of texts, whatever was thrown', () => {
    const odd = fc.anything({
      withBigInt: true,
      withNullPrototype: true,
      withDate: true,
      withMap: true,
      withSparseArray: true,
    });
    const thrown = fc.oneof(
      odd,
      fc.record({ name: odd, message: odd, stack: odd }),
      fc.record({ name: odd, message: odd, stack: odd }).map((fields) => Object.assign(new Error('m'), fields)),
    );
    fc.assert(
      fc.property(thrown, (value) => {
        const { name, message, stack } = recordError(value);
        expect([typeof name, typeof message]).toEqual(['string', 'string']);
        expect(['string', 'undefined']).toContain(typeof stack);
      }),
    );
  });

  it.each<[string, unknown]>([
    ['a getter that throws', Object.defineProperty(new Error('m'), 'message', { get: () => fail() })],
    ['a proxy that refuses everything', new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail })],
    [
      'an error without a constructor',
      Object.setPrototypeOf(new Error('m'), Object.create(Error.prototype, { constructor: { value: undefined } })),
    ],
    ['a toJSON that throws', { toJSON: fail }],
  ])('is made even of %s', (_what, thrown) => {
    expect(typeof recordError(thrown).message).toBe('string');
  });
});

describe('a task that cannot be run', () => {
  it('is put aside with its reason', () => {
    expect(putAside('undecodable', 'UndecodableMessageError', 'no packet')).toEqual({
      kind: 'dead-lettered',
      reason: 'undecodable',
      error: { name: 'UndecodableMessageError', message: 'no packet' },
    });
  });
});

function fail(): never {
  throw new Error('the value does not want to be read');
}
