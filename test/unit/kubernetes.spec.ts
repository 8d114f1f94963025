import { allTasks } from '@app/tasks';
import { parse } from 'yaml';
import { defaultOf, knownVariables, variablesOf } from '../support/containers';
import { projectFiles, textOf } from '../support/project-files';

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

interface Container {
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env?: readonly { readonly name: string }[];
  readonly envFrom: readonly { readonly secretRef?: { readonly name: string } }[];
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } };
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly resources: { readonly requests: object; readonly limits: Readonly<Record<string, string>> };
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly mountPath: string }[];
}

interface PodTemplate {
  readonly metadata: { readonly labels: Labels; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly automountServiceAccountToken: boolean;
    readonly terminationGracePeriodSeconds: number;
    readonly securityContext: object;
    readonly containers: readonly [Container];
  };
}

type Labels = Readonly<Record<string, string>>;

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels: Labels };
    readonly template: PodTemplate;
    readonly podSelector?: { readonly matchLabels?: Labels };
    readonly scaleTargetRef?: { readonly name: string };
    readonly triggers?: readonly {
      readonly type: string;
      readonly metadata: Labels;
      readonly authenticationRef: { readonly name: string };
    }[];
  };
}

/** The apps that have manifests. */
const deployed = ['producer', 'worker', 'dashboard'] as const;

const FOLDER = 'deploy/kubernetes';
const manifestsIn = (file: string): Manifest[] =>
  textOf(`${FOLDER}/${file}`)
    .split(/^---$/m)
    .map((document) => parse(document) as Manifest);
const { resources } = parse(textOf(`${FOLDER}/kustomization.yaml`)) as { resources: readonly string[] };
const manifests = resources.flatMap(manifestsIn);

function found(kind: string, name: string): Manifest {
  const manifest = manifests.find((one) => one.kind === kind && one.metadata.name === name);
  if (manifest === undefined) throw new Error(`${FOLDER} has no ${kind} ${name}`);
  return manifest;
}

const podOf = (app: string): PodTemplate => found('Deployment', `warren-${app}`).spec.template;
const containerOf = (app: string): Container => podOf(app).spec.containers[0];
const secondsUntilFailed = ({ periodSeconds, failureThreshold }: Probe): number => periodSeconds * failureThreshold;
const settings = found('ConfigMap', 'warren-settings').data ?? {};

describe('deploy/kubernetes', () => {
  it('applies every manifest there is but the examples', () => {
    const files = projectFiles(FOLDER).map((path) => path.slice(FOLDER.length + 1));
    expect(files.toSorted()).toEqual(['kustomization.yaml', 'secrets.example.yaml', ...resources].toSorted());
  });

  it('sets only variables that are settings', () => {
    const set = [
      ...Object.keys(settings),
      ...deployed.flatMap((app) => containerOf(app).env ?? []).map(({ name }) => name),
    ];
    const secret = manifestsIn('secrets.example.yaml') as unknown as { stringData: Labels }[];
    const secrets = secret.flatMap(({ stringData }) => Object.keys(stringData)).filter((name) => name !== 'host');
    expect(knownVariables).toEqual(expect.arrayContaining([...set, ...secrets]));
  });

  it.each(deployed)('takes the secrets of the %s from one that the example shows', (app) => {
    const names = manifestsIn('secrets.example.yaml').map(({ metadata }) => metadata.name);
    const [, { secretRef } = {}] = containerOf(app).envFrom;
    expect(names).toContain(secretRef?.name);
  });

  it.each(deployed)('lets the %s become nothing, write nowhere else and take no more memory', (app) => {
    const pod = podOf(app).spec;
    const { securityContext, resources: limits, volumeMounts } = containerOf(app);
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(Object.keys(limits.limits)).toEqual(['memory']); // a limit on the processor throttles heartbeats
    expect(Object.keys(limits.requests)).toEqual(['cpu', 'memory']);
    expect(volumeMounts.map(({ mountPath }) => mountPath)).toEqual(app === 'worker' ? ['/tmp', '/app/var'] : ['/tmp']);
  });

  it.each(deployed)('asks the %s where it listens, and gives it time to start', (app) => {
    const { ports, startupProbe, readinessProbe, livenessProbe } = containerOf(app);
    const port = Number(variablesOf(app)[`${app.toUpperCase()}_PORT`]);
    expect(ports).toEqual([{ name: 'http', containerPort: port }]);
    expect(podOf(app).metadata.annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(port),
      'prometheus.io/path': '/metrics',
    });
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)).toEqual([
      { path: '/health/live', port: 'http' },
      { path: '/health/live', port: 'http' },
      { path: '/health/ready', port: 'http' },
    ]);
    expect(secondsUntilFailed(startupProbe)).toBeGreaterThanOrEqual(60);
  });

  it.each(deployed)(
    'takes the %s out of traffic long before it restarts it, and restarts it only when the broker has given it up',
    (app) => {
      const { readinessProbe, livenessProbe } = containerOf(app);
      expect(secondsUntilFailed(readinessProbe)).toBeLessThan(secondsUntilFailed(livenessProbe) / 3);
      expect(secondsUntilFailed(livenessProbe)).toBeGreaterThanOrEqual(2 * Number(defaultOf('HEARTBEAT_SECONDS')));
    },
  );

  it('waits longer for a worker to stop than its tasks have, a supervisor’s own end included', () => {
    const tasks = Number(settings['SHUTDOWN_TIMEOUT_MS']) / 1_000;
    const supervisor = 20; // STOP_MARGIN_MS of supervising/supervisor.ts
    const grace = podOf('worker').spec.terminationGracePeriodSeconds;
    expect(grace).toBeGreaterThan(tasks + supervisor);
    expect(grace).toBeGreaterThan(Number(defaultOf('SHUTDOWN_TIMEOUT_MS')) / 1_000 + supervisor);
  });

  it('lets the cluster’s proxies forget a producer before it stops, and a worker stop at once', () => {
    const { lifecycle } = containerOf('producer');
    const [, pause] = lifecycle?.preStop.exec.command ?? [];
    expect(lifecycle?.preStop.exec.command[0]).toBe('sleep');
    const closing = 15; // requests that run, confirms in flight, connections
    expect(podOf('producer').spec.terminationGracePeriodSeconds).toBeGreaterThan(Number(pause) + closing);
    expect(containerOf('worker').lifecycle).toBeUndefined();
  });

  it('selects with every selector pods that there are', () => {
    const labels = deployed.map((app) => podOf(app).metadata.labels);
    const selectors = manifests.flatMap(({ kind, spec }) => {
      if (kind === 'Service') return [spec.selector as unknown as Labels];
      return [spec?.selector?.matchLabels, spec?.podSelector?.matchLabels].filter((one) => one !== undefined);
    });
    expect(selectors.length).toBeGreaterThan(6);
    for (const selector of selectors)
      expect(labels.some((one) => Object.entries(selector).every(([name, value]) => one[name] === value))).toBe(true);
    for (const app of deployed) found('PodDisruptionBudget', `warren-${app}`);
  });

  it('scales the worker by each queue that is defined, tasks that run included', () => {
    const { scaleTargetRef, triggers = [] } = found('ScaledObject', 'warren-worker').spec;
    expect(scaleTargetRef).toEqual({ name: 'warren-worker' });
    expect(found('Deployment', 'warren-worker').spec.replicas).toBeUndefined();
    const queues = new Set(allTasks.map(({ queue }) => queue.name));
    expect(triggers.map(({ metadata }) => metadata['queueName']).toSorted()).toEqual([...queues].toSorted());
    for (const { type, metadata, authenticationRef } of triggers) {
      expect(type).toBe('rabbitmq');
      expect(metadata).toMatchObject({ protocol: 'http', mode: 'QueueLength', excludeUnacknowledged: 'false' });
      found('TriggerAuthentication', authenticationRef.name);
    }
  });
});
