import type { RefinementCtx } from 'zod';
import { isPasswordHash } from './password-hash';
import { roles } from './role';
import type { Viewer } from './role';

/** Somebody who may log in. */
export interface User extends Viewer {
  /** As `hashPassword` writes it. */
  readonly hash: string;
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u;

/** Whether somebody may be called so: letters, digits and `._@-`, 64 characters at most. */
export function isUserName(name: string): boolean {
  return NAME.test(name);
}

/** Reads `name:role:hash`, several separated by commas; empty is nobody. Never repeats an entry, which holds a hash. */
export function readUsers(text: string, context: RefinementCtx): User[] {
  const entries = text.split(',').map((entry) => entry.trim());
  const users = entries.filter((entry) => entry !== '').map(readUser);
  for (const [index, user] of users.entries()) {
    const isRepeated = users.findIndex((other) => other.name === user.name) < index;
    const problem = user.problem ?? (isRepeated ? `names ${user.name} twice` : undefined);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `entry ${index + 1} ${problem}` });
  }
  return users.map(({ name, role, hash }) => ({ name, role, hash }));
}

function readUser(entry: string): User & { problem?: string } {
  const [name = '', role = '', hash = '', ...rest] = entry.split(':');
  const known = roles.find((one) => one === role);
  const user = { name, role: known ?? 'read-only', hash };
  if (!isUserName(name)) return { ...user, problem: 'must begin with a name of letters, digits and ._@-' };
  if (known === undefined) return { ...user, problem: `must have a role, one of ${roles.join(', ')}` };
  if (rest.length > 0 || !isPasswordHash(hash)) {
    return { ...user, problem: 'must end with a hash that `npm run dashboard:user` has made' };
  }
  return user;
}
