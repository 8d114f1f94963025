import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parse } from 'yaml';
import { defaultOf, imagedApps, knownVariables, stage, stepsOf, variablesOf } from '../support/containers';
import { projectRoot, textOf } from '../support/project-files';

/** What this spec looks at in a service of docker-compose.yml. */
interface Service {
  readonly image?: string;
  readonly profiles?: readonly string[];
  readonly restart?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly hostname?: string;
  readonly container_name?: string;
  readonly environment: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly deploy?: { readonly replicas: number };
  readonly stop_grace_period: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
}

/** What this spec looks at in a job of Prometheus. */
interface Job {
  readonly job_name: string;
  readonly dns_sd_configs?: readonly {
    readonly names: readonly string[];
    readonly type: string;
    readonly port: number;
  }[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const compose = parse(textOf('docker-compose.yml'), { merge: true }) as Compose;

function service(name: string): Service {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

function milliseconds(duration: string): number {
  const [, amount, unit] = /^(\d+)(ms|s|m)$/.exec(duration) ?? [];
  return Number(amount) * { ms: 1, s: 1_000, m: 60_000 }[unit as 'ms' | 's' | 'm'];
}

describe('docker-compose.yml', () => {
  it('publishes every port on the loopback address only', () => {
    const ports = Object.values(compose.services).flatMap((one) => one.ports ?? []);
    expect(ports).not.toHaveLength(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('publishes the ports on which the producer and the dashboard listen', () => {
    for (const app of ['producer', 'dashboard'] as const) {
      const port = variablesOf(app)[`${app.toUpperCase()}_PORT`];
      expect(service(app).ports).toEqual([`127.0.0.1:${port}:${port}`]);
    }
    expect(service('worker').ports).toBeUndefined();
  });

  it('starts the dashboard only when it is asked for, with the users that were made for it', () => {
    const { profiles, environment, restart } = service('dashboard');
    expect({ profiles, restart, users: environment['DASHBOARD_USERS'] }).toEqual({
      profiles: ['dashboard'],
      restart: 'on-failure:3', // it ends with a sentence when it has none
      users: '${DASHBOARD_USERS:-}',
    });
  });

  it('keeps the queues in a volume that outlives the container, under a node name that stays', () => {
    const { volumes, hostname } = service('rabbitmq');
    expect(volumes).toContain('rabbitmq:/var/lib/rabbitmq');
    expect(Object.keys(compose.volumes)).toContain('rabbitmq');
    expect(hostname).toBe('rabbitmq');
  });

  it('runs RabbitMQ 4 with its management, and mounts a configuration that exists', () => {
    const { image, volumes = [] } = service('rabbitmq');
    expect(image).toMatch(/^rabbitmq:4(?:\.\d+)*-management$/);
    const mounted = volumes.filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':'));
    expect(mounted).toEqual([['./deploy/rabbitmq.conf', '/etc/rabbitmq/conf.d/20-warren.conf', 'ro']]);
    expect(existsSync(join(projectRoot, 'deploy/rabbitmq.conf'))).toBe(true);
  });

  it('tries again what a delay level could not hand on, as soon as a private node does', () => {
    const [, setting] = /TRY_AGAIN_AFTER_30_S = '(.+)'/.exec(textOf('scripts/lib/broker/node-files.mjs')) ?? [];
    expect(service('rabbitmq').environment['RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS']).toBe(setting);
    expect(setting).toBeDefined();
  });

  it('gives the apps the broker it makes, with the same user and password', () => {
    const { RABBITMQ_DEFAULT_USER: user, RABBITMQ_DEFAULT_PASS: password } = service('rabbitmq').environment;
    for (const app of imagedApps) {
      expect(service(app).environment['AMQP_URL']).toBe(`amqp://${user}:${password}@rabbitmq:5672`);
      expect(service(app).depends_on).toEqual({ rabbitmq: { condition: 'service_healthy' } });
    }
    expect(service('rabbitmq').healthcheck?.test).toContain('check_port_connectivity');
  });

  it('has at least two workers, and nothing that keeps it from having more', () => {
    const { deploy, ports, container_name: name, hostname } = service('worker');
    expect(deploy?.replicas).toBeGreaterThanOrEqual(2);
    expect({ ports, name, hostname }).toEqual({ ports: undefined, name: undefined, hostname: undefined });
  });

  it.each(imagedApps)('waits longer for the %s to stop than its tasks have to finish', (app) => {
    const { stop_grace_period: grace, environment } = service(app);
    const byDefault = Number(defaultOf('SHUTDOWN_TIMEOUT_MS'));
    const room = 5_000; // giving the rest back, the last confirms, closing
    expect(milliseconds(grace)).toBeGreaterThanOrEqual(byDefault + room);
    expect(milliseconds(grace)).toBeGreaterThanOrEqual(Number(environment['SHUTDOWN_TIMEOUT_MS']) + room);
  });

  it.each(imagedApps)('lets the %s write nowhere but where it is told to, and gain nothing', (app) => {
    const { read_only: isReadOnly, cap_drop: dropped, security_opt: options, volumes = [] } = service(app);
    expect({ isReadOnly, dropped, options }).toEqual({
      isReadOnly: true,
      dropped: ['ALL'],
      options: ['no-new-privileges:true'],
    });
    expect(volumes.filter((volume) => !Object.keys(compose.volumes).includes(volume.split(':')[0] ?? ''))).toEqual([]);
  });

  it('gives the workers a volume for all they write by default', () => {
    const [, folder = ''] = service('worker').volumes?.[0]?.split(':') ?? [];
    const written = ['IMAGE_OUTPUT_DIR', 'MAIL_DIR', 'SMS_DIR'].map((variable) => String(defaultOf(variable)));
    for (const path of written) expect(posix.join('/app', path)).toMatch(new RegExp(`^${folder}/`));
    expect(stepsOf('worker', 'RUN')).toEqual([`install -d -o 1000 -g 1000 ${posix.relative('/app', folder)}`]);
  });

  it.each(imagedApps)('builds the %s from a stage that exists, and sets only variables that are settings', (app) => {
    const { build, environment } = service(app);
    expect(build).toEqual({ context: '.', dockerfile: 'deploy/Dockerfile', target: app });
    expect(stage(app).name).toBe(app);
    expect(knownVariables).toEqual(expect.arrayContaining(Object.keys(environment)));
  });

  it('watches with the profile observability only, by versions that are named, and by files that are there', () => {
    const watching = Object.entries(compose.services).filter(([, { profiles }]) => profiles?.includes('observability'));
    expect(watching.map(([name, { profiles }]) => [name, profiles])).toEqual([
      ['prometheus', ['observability']],
      ['grafana', ['observability']],
    ]);
    for (const [name, { image, volumes = [] }] of watching) {
      expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+\.\d+\.\d+$/)]);
      const mounted = volumes.filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':'));
      expect(mounted.length).toBeGreaterThan(0);
      for (const [path = '', , mode] of mounted)
        expect([path, existsSync(join(projectRoot, path)), mode]).toEqual([path, true, 'ro']);
    }
  });

  it('has every app scraped where it listens, every replica of them, and the broker’s queues one by one', () => {
    const { scrape_configs: jobs } = parse(textOf('deploy/prometheus/prometheus.yml')) as { scrape_configs: Job[] };
    for (const app of imagedApps) {
      const job = jobs.find(({ job_name: name }) => name === `warren-${app}`);
      const [found] = job?.dns_sd_configs ?? [];
      expect(found).toMatchObject({
        names: [app],
        type: 'A',
        port: Number(variablesOf(app)[`${app.toUpperCase()}_PORT`]),
      });
    }
    const queues = jobs.find(({ job_name: name }) => name === 'rabbitmq-queues');
    expect(queues).toMatchObject({
      metrics_path: '/metrics/detailed',
      params: { family: ['queue_coarse_metrics', 'queue_consumer_count'] },
      static_configs: [{ targets: ['rabbitmq:15692'] }],
    });
  });

  it('mounts rules and board where Prometheus and Grafana look for them', () => {
    const { rule_files: rules } = parse(textOf('deploy/prometheus/prometheus.yml')) as { rule_files: string[] };
    const targets = (service('prometheus').volumes ?? []).map((volume) => volume.split(':')[1]);
    expect(targets).toEqual(expect.arrayContaining(rules));
    const { providers } = parse(textOf('deploy/grafana/provisioning/dashboards/warren.yml')) as {
      providers: { options: { path: string } }[];
    };
    const [provider] = providers;
    expect(service('grafana').volumes).toContain(`./deploy/grafana/dashboards:${provider?.options.path}:ro`);
    const { datasources } = parse(textOf('deploy/grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { url: string }[];
    };
    expect(datasources.map(({ url }) => url)).toEqual(['http://prometheus:9090']);
  });
});
