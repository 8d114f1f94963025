import { concat, of, throwError } from 'rxjs';
import { lastValueOf } from './last-value';

describe('the result of a handler', () => {
  it.each([
    ['what it returned', 7, 7],
    ['the last value of its stream', of(1, 2, 3), 3],
    ['nothing, where its stream had no value', of(), undefined],
  ])('is %s', async (_what, returned, result) => {
    expect(await lastValueOf(returned)).toBe(result);
  });

  it('has told every value before it to whoever waits for them', async () => {
    const told: unknown[] = [];
    expect(await lastValueOf(of(1, undefined, 3), (value) => void told.push(value))).toBe(3);
    expect(told).toEqual([1, undefined]);
  });

  it('waits until each of them was told before it tells the next, and for the last one before it is there', async () => {
    const told: string[] = [];
    const tell = async (value: unknown): Promise<void> => {
      told.push(`${String(value)} begun`);
      await Promise.resolve();
      told.push(`${String(value)} told`);
    };
    expect(await lastValueOf(of(1, 2, 3), tell)).toBe(3);
    expect(told).toEqual(['1 begun', '1 told', '2 begun', '2 told']);
  });

  it('that fails has told every value', async () => {
    const told: unknown[] = [];
    const failing = concat(
      of(1, 2),
      throwError(() => new Error('no third')),
    );
    await expect(lastValueOf(failing, (value) => void told.push(value))).rejects.toThrow('no third');
    expect(told).toEqual([1, 2]);
  });
});
