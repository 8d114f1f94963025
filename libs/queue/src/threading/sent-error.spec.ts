import * as fc from 'fast-check';
import { recordError } from '../consuming/outcome';
import { isOfClass } from '../error-classes';
import {
  DefinitionError,
  QueueError,
  RetryLater,
  TaskTimeoutError,
  TopologyError,
  UnrecoverableError,
} from '../errors';
import { exceptOn, onlyOn } from '../run-policy';
import { receivedError, sendError } from './sent-error';

class PictureError extends Error {}
class NoSuchPictureError extends PictureError {
  readonly code = 'ENOENT';
}
class BrokenPictureError extends UnrecoverableError {}

/** As it comes out of the other thread. */
const across = (thrown: unknown): unknown => receivedError(structuredClone(sendError(thrown)));

describe('an error that crosses from a thread', () => {
  it.each([
    new Error('plain'),
    new RangeError('out of range'),
    new UnrecoverableError('never'),
    new BrokenPictureError('broken'),
    new RetryLater(300, { counted: false }),
    new TaskTimeoutError(5),
    new TopologyError('images', 404, 'Not found.'),
    new PictureError('of a team'),
    Object.assign(new Error('with fields'), { code: 'E', details: { at: [1, 2] } }),
  ])('is written down as it would be there: %p', (error) => {
    expect(recordError(across(error))).toEqual(recordError(error));
    expect(across(error)).toBeInstanceOf(Error);
  });

  it('is an instance of Warren’s own classes and JavaScript’s, the nearest that is shared', () => {
    expect(across(new BrokenPictureError('broken'))).toBeInstanceOf(UnrecoverableError);
    expect(across(new DefinitionError('two'))).toBeInstanceOf(QueueError);
    expect(across(new TypeError('no function'))).toBeInstanceOf(TypeError);
    expect(across(new NoSuchPictureError('none'))).not.toBeInstanceOf(PictureError);
  });

  it('keeps its fields and its causes', () => {
    const error = across(new RetryLater(300, { counted: false, cause: new TypeError('why') }));
    expect(error).toMatchObject({ delay: 300, counted: false, cause: expect.any(TypeError) });
    expect(across(new NoSuchPictureError('none'))).toMatchObject({ code: 'ENOENT' });
  });

  it('leaves behind what cannot cross', () => {
    const error = Object.assign(new Error('no'), { retry: () => undefined, code: 7 });
    expect(across(error)).toMatchObject({ message: 'no', code: 7 });
    expect(across(error)).not.toHaveProperty('retry');
    expect(across(() => undefined)).toMatch(/^\(\) ?=> ?undefined$/);
  });

  it('may be its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(across(error)).toMatchObject({ message: 'round', cause: { message: 'round' } });
  });

  it('may be no error: any value crosses as it is', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(across(value)).toEqual(value)));
  });
});

describe('the class of an error that crossed', () => {
  it.each([
    [new NoSuchPictureError('none'), [NoSuchPictureError, PictureError, Error], [RangeError, UnrecoverableError]],
    [new BrokenPictureError('broken'), [BrokenPictureError, UnrecoverableError, QueueError], [PictureError]],
  ])('is known by its name: %p', (error, classes, others) => {
    for (const thrown of [error, across(error)]) {
      expect(classes.filter((known) => !isOfClass(thrown, known))).toEqual([]);
      expect(others.filter((known) => isOfClass(thrown, known))).toEqual([]);
    }
  });

  it('decides whether to try again', () => {
    const error = across(new NoSuchPictureError('none'));
    expect([exceptOn(PictureError)(error), onlyOn(PictureError)(error)]).toEqual([false, true]);
    expect([exceptOn(RangeError)(error), onlyOn(RangeError)(error)]).toEqual([true, false]);
  });

  it.each(['NoSuchPictureError', null, undefined, 7, {}])('is not that of %p', (value) => {
    expect(isOfClass(value, PictureError)).toBe(false);
  });
});
