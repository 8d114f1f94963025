import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Work of one check: 2^15 blocks of 1 KiB are 32 MiB and about a tenth of a second. */
const COST = 32_768;
const BLOCK = 8;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** `scrypt.<cost>.<block>.<salt>.<key>`: no character that a shell, a `.env` file or a compose file reads as its own. */
const FORMAT = /^scrypt\.(\d{4,7})\.(\d{1,2})\.([\w-]{22})\.([\w-]{43})$/;

/** Costs from 2^14 to 2^17: less protects nothing, and more would let a login take the memory of the process. */
const COSTS = [16_384, 32_768, 65_536, 131_072];

/** Whether a text is a hash that {@link matchesHash} understands. */
export function isPasswordHash(text: string): boolean {
  const [, cost, block] = FORMAT.exec(text) ?? [];
  return COSTS.includes(Number(cost)) && Number(block) === BLOCK;
}

/** The hash of a password, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, COST);
  return `scrypt.${COST}.${BLOCK}.${salt.toString('base64url')}.${key.toString('base64url')}`;
}

/** Whether a password is the one that was hashed. Takes as long either way. */
export async function matchesHash(password: string, hash: string): Promise<boolean> {
  const [, cost, , salt = '', key = ''] = FORMAT.exec(hash) ?? [];
  const derived = await derive(password, Buffer.from(salt, 'base64url'), Number(cost ?? COST));
  const expected = Buffer.from(key, 'base64url');
  return derived.length === expected.length && timingSafeEqual(derived, expected);
}

function derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  const options = { cost, blockSize: BLOCK, maxmem: 256 * cost * BLOCK };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
