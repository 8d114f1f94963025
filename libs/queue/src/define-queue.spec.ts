import { defineQueue } from './define-queue';
import { DefinitionError } from './errors';
import { nestFormat, plainText } from './message/formats';

describe('a queue definition', () => {
  it('leaves open what the settings say, and speaks as Nest does', () => {
    expect(defineQueue({ name: 'images' })).toMatchObject({ name: 'images', format: nestFormat, attempts: 1 });
  });

  it('keeps what it was given, and cannot be changed', () => {
    const format = plainText('print');
    const queue = defineQueue({ name: 'lines', type: 'classic', concurrency: 4, format });
    expect(queue).toMatchObject({ name: 'lines', type: 'classic', concurrency: 4, format });
    expect(() => Object.assign(queue, { concurrency: 5 })).toThrow(TypeError);
  });

  it.each([0, -1, 1.5, NaN, Infinity, 10_001])('may not handle %d tasks at once', (concurrency) => {
    expect(() => defineQueue({ name: 'images', concurrency })).toThrow(DefinitionError);
    expect(() => defineQueue({ name: 'images', concurrency })).toThrow(`not ${concurrency}`);
  });

  it.each(['', 'amq.images', 'images.dlq'])('may not be named "%s"', (name) => {
    expect(() => defineQueue({ name })).toThrow(DefinitionError);
  });
});
