import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parse } from 'yaml';
import { defaultOf, imagedApps, knownVariables, stage, stepsOf, variablesOf } from '../support/containers';
import { projectRoot, textOf } from '../support/project-files';

/** What this spec looks at in a service of docker-compose.yml. */
interface Service {
  readonly image?: string;
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

  it('publishes the port on which the producer listens', () => {
    const port = variablesOf('producer')['PRODUCER_PORT'];
    expect(service('producer').ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(service('worker').ports).toBeUndefined();
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
});
