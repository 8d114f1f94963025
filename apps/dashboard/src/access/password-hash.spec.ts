import { hashPassword, isPasswordHash, matchesHash } from './password-hash';

describe('the hash of a password', () => {
  it('matches that password and no other, and differs each time', async () => {
    const [one, other] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).not.toBe(other);
    expect(await matchesHash('correct horse', one)).toBe(true);
    expect(await matchesHash('correct hors', one)).toBe(false);
    expect(await matchesHash('', one)).toBe(false);
  });

  it('is the same for one password however its accents are typed', async () => {
    expect(await matchesHash('cafe\u0301 au lait', await hashPassword('café au lait'))).toBe(true);
  });

  it('needs no quotes in a shell, in .env or in a compose file', async () => {
    const hash = await hashPassword('x');
    expect(hash).toMatch(/^[\w.-]+$/);
    expect(isPasswordHash(hash)).toBe(true);
  });

  it.each([
    '',
    'secret',
    `scrypt.1024.8.${'a'.repeat(22)}.${'b'.repeat(43)}`,
    `scrypt.9999999.8.${'a'.repeat(22)}.${'b'.repeat(43)}`,
    `scrypt.32768.99.${'a'.repeat(22)}.${'b'.repeat(43)}`,
  ])('is not taken when it protects nothing or costs too much: %s', (text) => {
    expect(isPasswordHash(text)).toBe(false);
  });
});
