import { z } from 'zod';
import { defineTask } from './define-task';
import { DefinitionError } from './errors';
import type { TaskVersionsInput } from './task-versions';

const lift = (payload: unknown): unknown => payload;
const define = (versions: TaskVersionsInput) => defineTask({ name: 'a', payload: z.unknown(), ...versions });

describe('the versions of a definition', () => {
  it('begin with 1', () => {
    expect(define({})).toMatchObject({ version: 1, upcasters: {} });
  });

  it.each<TaskVersionsInput>([
    { version: 7 },
    { version: 2, upcasters: { 1: lift } },
    { version: 4, upcasters: { 2: lift, 3: lift } },
    { version: 4, upcasters: { 3: lift, 1: lift, 2: lift } },
  ])('may be lifted from an older one on, or from none: %j', (versions) => {
    expect(define(versions)).toMatchObject(versions);
  });

  it('stay as they were defined', () => {
    const upcasters: Record<number, (payload: unknown) => unknown> = { 1: lift };
    const task = define({ version: 2, upcasters });
    delete upcasters[1];
    expect(task.upcasters[1]).toBe(lift);
    expect(Object.isFrozen(task.upcasters)).toBe(true);
  });

  it.each<[TaskVersionsInput, string]>([
    [{ version: 0 }, 'version must be a whole number from 1 to 1000000, not 0'],
    [{ version: 1.5 }, 'version must be a whole number'],
    [{ version: '2' as never }, 'version must be a whole number'],
    [{ upcasters: { 1: lift } }, 'an upcaster takes an older version than 1, from 1 on; not 1'],
    [{ version: 2, upcasters: { 0: lift, 1: lift } }, 'not 0'],
    [{ version: 3, upcasters: { 2: lift, 3: lift } }, 'an upcaster takes an older version than 3, from 1 on; not 3'],
    [{ version: 3, upcasters: { '1.5': lift } }, 'not 1.5'],
    [{ version: 3, upcasters: { first: lift } as never }, 'not NaN'],
    [{ version: 3, upcasters: { 2: 'lift' as never } }, 'the upcaster from version 2 must be a function'],
    [{ version: 4, upcasters: { 1: lift, 3: lift } }, 'version 1 is lifted to 2, and nothing lifts that to 4'],
    [{ version: 3, upcasters: { 1: lift } }, 'an upcaster from 2 is missing'],
  ])('cannot be %j', (versions, why) => {
    expect(() => define(versions)).toThrow(DefinitionError);
    expect(() => define(versions)).toThrow(why);
  });
});
