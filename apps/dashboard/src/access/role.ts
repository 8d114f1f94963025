import { SetMetadata } from '@nestjs/common';

/** What somebody may do, from less to more: look; pause, cancel, give back and quieten; throw away and stop as well. */
export const roles = ['read-only', 'operator', 'admin'] as const;

/** One of {@link roles}. */
export type Role = (typeof roles)[number];

/** Whether a role may do what takes the other one. */
export function includesRole(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** Somebody who looks at the dashboard. */
export interface Viewer {
  /** As events and log lines name who did something. */
  readonly name: string;
  readonly role: Role;
}

/** The metadata's key of {@link Needs}. */
export const NEEDED_ROLE = 'dashboard:role';

/** What a route takes besides a login; `nobody`: not even that. Default: `read-only`. */
export const Needs = (role: Role | 'nobody'): ReturnType<typeof SetMetadata> => SetMetadata(NEEDED_ROLE, role);
