import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Viewer } from './role';
import type { User } from './users';

/** A login that is still good. */
export interface Session {
  readonly viewer: Viewer;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const HOUR_MS = 3_600_000;

/** Ids of ended sessions that are remembered; the oldest are forgotten first, and would have to be stolen to matter. */
const MAX_ENDED = 10_000;

/**
 * Sessions as signed text, so that nothing is kept for those that are open: `<user>.<expires>.<id>.<signature>`. The
 * user's role and hash are looked up anew each time: who is taken out of the settings, or has a new password or role, is
 * logged out by the restart that reads them.
 */
export class Sessions {
  private readonly ended = new Map<string, number>();
  private readonly users: ReadonlyMap<string, User>;

  constructor(
    users: readonly User[],
    private readonly hours: number,
    private readonly secret: string = randomBytes(32).toString('hex'),
  ) {
    this.users = new Map(users.map((user) => [user.name, user]));
  }

  /** Milliseconds a session lasts. */
  get lifetime(): number {
    return this.hours * HOUR_MS;
  }

  /** The text of a new session. */
  begin(user: User, now: number): string {
    const id = randomBytes(12).toString('base64url');
    const claims = [Buffer.from(user.name).toString('base64url'), String(now + this.lifetime), id].join('.');
    return `${claims}.${this.signature(claims, user)}`;
  }

  /** The session that a text stands for; `undefined` when it is forged, over or ended. */
  read(text: string, now: number): Session | undefined {
    const [name = '', expires = '', id = '', signature = '', ...rest] = text.split('.');
    const user = this.users.get(Buffer.from(name, 'base64url').toString());
    if (user === undefined || rest.length > 0) return undefined;
    if (!isSame(signature, this.signature([name, expires, id].join('.'), user))) return undefined;
    const expiresAt = Number(expires);
    if (!(expiresAt > now) || this.ended.has(id)) return undefined;
    return { viewer: { name: user.name, role: user.role }, expiresAt };
  }

  /** Ends a session before its time. What is no good session is left as it is. */
  end(text: string, now: number): void {
    const session = this.read(text, now);
    if (session === undefined) return;
    const [, , id = ''] = text.split('.');
    for (const [old, expiresAt] of this.ended) {
      if (expiresAt <= now || this.ended.size >= MAX_ENDED) this.ended.delete(old);
    }
    this.ended.set(id, session.expiresAt);
  }

  /** Over the password's hash and the role as well: a change of either is the end of the user's sessions. */
  private signature(claims: string, { role, hash }: User): string {
    return createHmac('sha256', this.secret).update(`${claims}\n${role}\n${hash}`).digest('base64url');
  }
}

/** Takes as long whatever is given, if it is as long as the other. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
