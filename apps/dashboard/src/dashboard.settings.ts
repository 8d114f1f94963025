import { setting, wholeNumber } from '@app/queue';
import { z } from 'zod';
import { readUsers } from './access/users';

/** Every setting of the dashboard besides those of `@app/queue`: type, default, variable and consequence in one place. */
export const dashboardSettings = {
  host: setting({
    env: ['DASHBOARD_HOST'],
    schema: z.string().regex(/^\S+$/, 'must be a host name or an address').default('127.0.0.1'),
    doc: 'The address the dashboard listens on. On the default, and on any other loopback address, it asks nobody who they are unless `DASHBOARD_USERS` is set; on every other address it does not start without, nor with a `DASHBOARD_PUBLIC_URL` that is no loopback address.',
  }),
  port: setting({
    env: ['DASHBOARD_PORT'],
    schema: wholeNumber(0, 65_535).default(3_002),
    doc: 'The port the dashboard listens on. 0: any free port.',
  }),
  users: setting({
    env: ['DASHBOARD_USERS'],
    schema: z.string().default('').transform(readUsers),
    doc: 'Who may log in: `name:role:hash`, several separated by commas. `npm run dashboard:user -- NAME ROLE` makes an entry. The roles are `read-only`, `operator` (pauses, cancels, gives back) and `admin` (also throws away and stops workers).',
    secret: true,
  }),
  secret: setting({
    env: ['DASHBOARD_SECRET'],
    schema: z.string().min(32, 'must have 32 characters at least').optional(),
    doc: 'What sessions are signed with, 32 characters or more. Not set: a new one at each start, so that a restart logs everybody out. Several dashboards behind one address need the same.',
    secret: true,
  }),
  sessionHours: setting({
    env: ['DASHBOARD_SESSION_HOURS'],
    schema: wholeNumber(1, 720).default(12),
    doc: 'Hours until a login ends by itself.',
  }),
  publicUrl: setting({
    env: ['DASHBOARD_PUBLIC_URL'],
    schema: z
      .string()
      .refine((text) => isOrigin(text), 'must be an address such as https://queues.example.com, without a path')
      .optional(),
    doc: 'Where browsers reach the dashboard when something stands in front of it. Pages of its host are accepted as the dashboard’s own, and with `https://` the session’s cookie is sent over TLS only. The dashboard itself speaks plain HTTP.',
  }),
  metricsToken: setting({
    env: ['DASHBOARD_METRICS_TOKEN'],
    schema: z
      .string()
      .min(16, 'must have 16 characters at least')
      .regex(/^[\w.~+/=-]+$/, 'must be a bearer token: letters, digits and ._~+/=-')
      .optional(),
    doc: 'What Prometheus has to show for `/metrics`, as `Authorization: Bearer ...`, 16 characters or more. Not set: `/metrics` takes no login, except by the host of `DASHBOARD_PUBLIC_URL`; it tells names of queues and tasks, and nothing that they carry.',
    secret: true,
  }),
  trustedProxies: setting({
    env: ['DASHBOARD_TRUSTED_PROXIES'],
    schema: wholeNumber(0, 10).default(0),
    doc: 'Proxies in front of the dashboard that add to `X-Forwarded-For`: an ingress is 1. So many of its last addresses are believed, and logins are slowed by the address before them. 0 believes none, and takes all who come by a proxy for one. More than there are lets anybody choose an address.',
  }),
  logFormat: setting({
    env: ['LOG_FORMAT'],
    schema: z.enum(['pretty', 'json'], { error: 'must be pretty or json' }).default('pretty'),
    doc: 'How log lines are written: `pretty` for people, `json` (one object a line) for machines.',
  }),
};

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return ['http:', 'https:'].includes(url.protocol) && [url.origin, `${url.origin}/`].includes(text);
}
