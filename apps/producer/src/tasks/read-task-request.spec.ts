import { defineTask, TaskRegistry, UnknownTaskError } from '@app/queue';
import { z } from 'zod';
import { InvalidRequestError } from '../problems/request-errors';
import { readTaskRequest } from './read-task-request';

const resize = defineTask({ name: 'resize', payload: z.strictObject({ width: z.int('must be a number') }) });
const known = new TaskRegistry([resize]);

async function problemsOf(body: unknown) {
  const error: unknown = await readTaskRequest(body, known).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InvalidRequestError);
  return (error as InvalidRequestError).problems;
}

describe('a task of a request', () => {
  it('is read with its definition, payload and options', async () => {
    const body = { name: 'resize', payload: { width: 1 }, options: { id: 'order-1', timeout: 500 } };
    expect(await readTaskRequest(body, known)).toEqual({
      task: resize,
      payload: { width: 1 },
      options: { id: 'order-1', timeout: 500 },
    });
  });

  it('is read with its times and its priority', async () => {
    const times = { delay: 500, expiresIn: 5_000, priority: 3 };
    const { options } = await readTaskRequest({ name: 'resize', payload: { width: 1 }, options: times }, known);
    expect(options).toEqual({ id: expect.any(String) as string, ...times });
    const at = '2030-01-01T09:00:00+01:00';
    const timed = await readTaskRequest({ name: 'resize', payload: { width: 1 }, options: { at } }, known);
    expect(timed.options.at).toEqual(new Date('2030-01-01T08:00:00Z'));
  });

  it.each([
    ['delay', -1],
    ['delay', 2e11],
    ['delay', '5'],
    ['at', 'tomorrow'],
    ['at', '2030-01-01T08:00:00'],
    ['at', 1_900_000_000_000],
    ['expiresIn', 0],
    ['priority', 1.5],
    ['priority', -1],
  ])('is refused with %s %p', async (option, value) => {
    const body = { name: 'resize', payload: { width: 1 }, options: { [option]: value } };
    expect((await problemsOf(body)).map(({ path }) => path)).toEqual([`options.${option}`]);
  });

  it('gets a UUIDv7 when it has no id', async () => {
    const { options } = await readTaskRequest({ name: 'resize', payload: { width: 1 } }, known);
    expect(options).toEqual({
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
    });
  });

  it('leaves the payload of a right envelope to the queue', async () => {
    await expect(readTaskRequest({ name: 'resize', payload: 'wrong' }, known)).resolves.toMatchObject({
      payload: 'wrong',
    });
  });

  it.each([
    [undefined, [{ path: '', message: 'is missing' }]],
    [[], [{ path: '', message: 'must be an object with name and payload' }]],
    [
      {},
      [
        { path: 'name', message: 'is missing' },
        { path: 'payload', message: 'is missing' },
      ],
    ],
    [{ name: '', payload: 1 }, [{ path: 'name', message: 'must not be empty' }]],
    [{ name: 7, payload: 1 }, [{ path: 'name', message: 'must be a string' }]],
    [{ name: 'x'.repeat(129), payload: 1 }, [{ path: 'name', message: 'must have at most 128 characters' }]],
    [{ name: 'resize', payload: { width: 1 }, queue: 'x' }, [{ path: 'queue', message: 'is not a known field' }]],
    [{ name: 'resize', payload: { width: 1 }, options: 5 }, [{ path: 'options', message: 'must be an object' }]],
  ])('%#: is refused with every wrong field of its envelope', async (body, problems) => {
    expect(await problemsOf(body)).toEqual(problems);
  });

  it.each(['', 'x'.repeat(129), 'two words', 'tab\t', 'ümlaut', 7, null])('is refused with the id %p', async (id) => {
    const problems = await problemsOf({ name: 'resize', payload: { width: 1 }, options: { id } });
    expect(problems.map(({ path }) => path)).toEqual(['options.id']);
  });

  it.each([99, 60_001, 1.5, '1000', null])('is refused with the timeout %p', async (timeout) => {
    const problems = await problemsOf({ name: 'resize', payload: { width: 1 }, options: { timeout } });
    expect(problems.map(({ path }) => path)).toEqual(['options.timeout']);
  });

  it('is refused with the problems of envelope and payload in one answer', async () => {
    expect(await problemsOf({ name: 'resize', payload: { width: 'x', depth: 1 }, option: {} })).toEqual([
      { path: 'option', message: 'is not a known field' },
      { path: 'payload.width', message: 'must be a number' },
      { path: 'payload.depth', message: 'is not a known field' },
    ]);
  });

  it('of an unknown name is refused with the names there are', async () => {
    const unknown = readTaskRequest({ name: 'resise', payload: 1 }, known);
    await expect(unknown).rejects.toThrow(UnknownTaskError);
    await expect(unknown).rejects.toThrow('No task is defined with the name "resise" here; there are resize.');
  });
});
