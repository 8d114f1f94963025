import { InvalidRequestError } from '../problems/request-errors';
import { PlainJsonPipe } from './plain-json.pipe';

function problemOf(json: string): unknown {
  try {
    new PlainJsonPipe().transform(JSON.parse(json));
    return undefined;
  } catch (error) {
    return error instanceof InvalidRequestError ? error.problems : error;
  }
}

describe('a body', () => {
  it.each(['null', '1', '"__proto__"', '[]', '{"constructor":{"prototype":1}}', nested(99)])(
    '%#: passes when it is plain',
    (json) => {
      expect(problemOf(json)).toBeUndefined();
    },
  );

  it('is refused with __proto__ anywhere, whichever way it is written', () => {
    const message = 'is not allowed as the name of a field';
    expect(problemOf('{"tasks":[{"payload":{"__proto__":{"isAdmin":true}}}]}')).toEqual([
      { path: 'tasks.0.payload.__proto__', message },
    ]);
    expect(problemOf(String.raw`{"\u005f_proto__":1}`)).toEqual([{ path: '__proto__', message }]);
  });

  it('is refused when it nests without end', () => {
    expect(problemOf(nested(200_000))).toEqual([
      { path: expect.stringMatching(/^(0\.)+…?/), message: 'is nested more than 100 levels deep' },
    ]);
  });
});

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}
