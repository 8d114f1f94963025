import { isIP } from 'node:net';
import type { Problem } from '@app/queue';
import type { User } from './users';

/** What is wrong with an address that others than this machine reach while nobody has to log in; `undefined` when nothing is. */
export function unguardedProblem(settings: {
  host: string;
  publicUrl?: string | undefined;
  users: readonly User[];
}): Problem | undefined {
  const { host, publicUrl, users } = settings;
  if (users.length > 0) return undefined;
  const open = [
    ...(isLoopback(host) ? [] : [`DASHBOARD_HOST is ${host}`]),
    ...(publicUrl === undefined || isLoopback(new URL(publicUrl).hostname)
      ? []
      : [`DASHBOARD_PUBLIC_URL is ${publicUrl}`]),
  ];
  if (open.length === 0) return undefined;
  return {
    path: 'DASHBOARD_USERS',
    message:
      `must name a user, because ${open.join(' and ')} and others reach it there; make one with ` +
      '`npm run dashboard:user -- NAME ROLE`, or stay on 127.0.0.1',
  };
}

/** Whether only this machine reaches an address. A name counts when it is `localhost`, whatever others resolve to. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIP(bare) === 4) return bare.startsWith('127.');
  return bare === 'localhost' || bare === '::1';
}
