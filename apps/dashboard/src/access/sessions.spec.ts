import { Sessions } from './sessions';

const ada = { name: 'ada', role: 'operator', hash: 'h1' } as const;
const HOUR = 3_600_000;

const sessions = (users: ConstructorParameters<typeof Sessions>[0] = [ada], secret = 'x'.repeat(32)): Sessions =>
  new Sessions(users, 2, secret);

describe('a session', () => {
  it('is its user with the role of now, until its hours are over', () => {
    const text = sessions().begin(ada, 0);
    expect(sessions().read(text, HOUR)).toEqual({ viewer: { name: 'ada', role: 'operator' }, expiresAt: 2 * HOUR });
    expect(sessions().read(text, 2 * HOUR)).toBeUndefined();
  });

  it('of a name with a dot is read as well', () => {
    const dotted = { ...ada, name: 'ada.lovelace@example.com' };
    expect(sessions([dotted]).read(sessions([dotted]).begin(dotted, 0), 1)?.viewer.name).toBe(dotted.name);
  });

  it('is over when it was ended', () => {
    const own = sessions();
    const [one, other] = [own.begin(ada, 0), own.begin(ada, 0)];
    own.end(one, 1);
    expect(own.read(one, 2)).toBeUndefined();
    expect(own.read(other, 2)).toBeDefined();
  });

  it.each([
    ['another password', { ...ada, hash: 'h2' }],
    ['another role', { ...ada, role: 'read-only' as const }],
    ['another name', { ...ada, name: 'eve' }],
  ])('ends when its user has %s', (_what, user) => {
    expect(sessions([user]).read(sessions().begin(ada, 0), 1)).toBeUndefined();
  });

  it('of another secret is nobody’s', () => {
    expect(sessions([ada], 'y'.repeat(32)).read(sessions().begin(ada, 0), 1)).toBeUndefined();
  });

  it.each([
    ['a longer life', (parts: string[]) => [parts[0], '9999999999999', ...parts.slice(2)]],
    ['another user', (parts: string[]) => [Buffer.from('root').toString('base64url'), ...parts.slice(1)]],
    ['no signature', (parts: string[]) => [...parts.slice(0, 3), '']],
    ['one part more', (parts: string[]) => [...parts, 'x']],
  ])('that was given %s by somebody else is nobody’s', (_what, forge) => {
    const root = { ...ada, name: 'root', role: 'admin' as const };
    const own = sessions([ada, root]);
    expect(own.read(forge(own.begin(ada, 0).split('.')).join('.'), 1)).toBeUndefined();
  });

  it.each(['', '.', '...', 'a.b.c.d', '\u0000', 'ä'.repeat(100)])('is never made of %j', (text) => {
    expect(sessions().read(text, 0)).toBeUndefined();
    expect(() => sessions().end(text, 0)).not.toThrow();
  });
});
