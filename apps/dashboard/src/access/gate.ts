import type { Request } from 'express';
import type { DashboardConfiguration } from '../dashboard.configuration';
import { cookieOf } from './dashboard-request';
import { nameOf } from './same-origin';
import { isSame, Sessions } from './sessions';
import type { Session } from './sessions';

/** Who is let in. */
export class Gate {
  readonly sessions: Sessions;
  /** Whether nobody has to log in: only this machine reaches the dashboard, and no users are set. */
  readonly isOpen: boolean;

  constructor(private readonly configuration: DashboardConfiguration) {
    const { users, sessionHours, secret } = configuration;
    this.sessions = new Sessions(users, sessionHours, secret);
    this.isOpen = users.length === 0;
  }

  /** The session of a request; without users everybody has one that does all and never ends. */
  sessionOf(request: Request): Session | undefined {
    if (this.isOpen) return { viewer: { name: 'local', role: 'admin' }, expiresAt: Infinity };
    const cookie = cookieOf(request);
    return cookie === undefined ? undefined : this.sessions.read(cookie, Date.now());
  }

  get publicUrl(): string | undefined {
    return this.configuration.publicUrl;
  }

  /** Whether a request with this `Host` header may have come by {@link publicUrl}, and so from anywhere; also when it does not tell. */
  isPublic(host: string | undefined): boolean {
    if (this.publicUrl === undefined) return false;
    const name = nameOf(host ?? '');
    return name === '' || name === nameOf(new URL(this.publicUrl).host);
  }

  /**
   * Whether a request may read the metrics without a login, which Prometheus has none of: who shows the token for them or, where there is
   * none, who comes by another name than the public one, and so from inside.
   */
  mayScrape({
    authorization = '',
    host,
  }: {
    readonly authorization?: string | undefined;
    readonly host?: string | undefined;
  }): boolean {
    const { metricsToken } = this.configuration;
    return metricsToken === undefined ? !this.isPublic(host) : isSame(authorization, `Bearer ${metricsToken}`);
  }

  /** Whether browsers reach the dashboard over TLS, so that the cookie never has to leave it. */
  get isSecure(): boolean {
    return this.publicUrl?.startsWith('https://') === true;
  }
}
