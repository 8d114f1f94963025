import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineTask, QueueEvents, TaskRegistry } from '@app/queue';
import type { Metric } from '@app/queue/metrics';
import { parse } from 'yaml';
import { z } from 'zod';
import { oldestWaitingMetric } from '../../apps/dashboard/src/live/waiting-metrics';
import { supervisorMetrics } from '../../libs/queue/src/supervising/supervisor-metrics';
import { AppMetrics } from '../../libs/queue/src/telemetry/app-metrics';
import { projectFiles, projectRoot, textOf } from '../support/project-files';

/** A metric as it is documented: `counter queue,task`. */
type Described = Readonly<Record<string, string>>;

/** Metrics with a sample each. */
const describedBy = (metrics: readonly Metric[]): [name: string, described: string][] =>
  metrics.map(({ name, type, samples }) => [name, `${type} ${Object.keys(samples[0]?.labels ?? {}).join(',')}`]);

/** What an app, the dashboard and a supervisor tell Prometheus. */
function described(): Described {
  const metrics = new AppMetrics({
    registry: new TaskRegistry([defineTask({ name: 'a', queue: 'b', payload: z.string() })]),
    events: new QueueEvents(),
    server: { state: 'listening', consumed: [], handoversWaiting: 0 },
    health: { readiness: () => ({ isReady: true, problems: [] }) },
    steering: { paused: new Map() },
    publisher: { pending: 0, pendingBytes: 0, watch: () => undefined },
  });
  const ofApp = metrics['register'].getMetricsAsArray().map((metric) => {
    const { name, type, labelNames } = metric as unknown as { name: string; type: string; labelNames: string[] };
    return [name, `${type} ${labelNames.join(',')}`];
  });
  const tasks = { completed: 0, retrying: 0, 'dead-lettered': 0 };
  const worker = { worker: 1, isRunning: true, isReady: true, restarts: 0, running: 0, tasks };
  const ofSupervisor = describedBy(supervisorMetrics({ workers: [worker], deaths: new Map() }));
  const row = { name: 'b', state: 'there', ready: 0, consumers: 0, dead: 0, quarantined: 0, problems: [] } as const;
  const seen = { broker: { state: 'open' }, history: { state: 'live' }, queues: [row] } as const;
  return Object.fromEntries([...ofApp, ...ofSupervisor, ...describedBy([oldestWaitingMetric(seen)])]) as Described;
}

/** What the tables of docs/metrics.md say. */
function documented(): Described {
  const rows = [...textOf('docs/metrics.md').matchAll(/^\| `(\w+)` +\| (\w+) +\| ([^|]*?) +\|/gm)];
  return Object.fromEntries(
    rows.map(([, name, type, labels = '']) => [name, `${type} ${labels.replaceAll(/[` ]/g, '')}`]),
  ) as Described;
}

/** What is read of the broker's plugin; each was seen on RabbitMQ 3.10. */
const OF_THE_BROKER: Described = {
  rabbitmq_detailed_queue_messages: 'gauge vhost,queue',
  rabbitmq_detailed_queue_messages_ready: 'gauge vhost,queue',
  rabbitmq_detailed_queue_consumers: 'gauge vhost,queue',
  rabbitmq_alarms_memory_used_watermark: 'gauge ',
  rabbitmq_alarms_free_disk_space_watermark: 'gauge ',
};

/** What Prometheus itself makes. */
const OF_PROMETHEUS: Described = { up: 'gauge ', ALERTS: 'gauge alertname,alertstate' };

const known: Described = { ...described(), ...OF_THE_BROKER, ...OF_PROMETHEUS };
const WORDS = new Set(
  'sum max min count rate increase delta changes absent time by on unless and or offset without le humanize max_over_time histogram_quantile queue task error role job instance outcome reason worker'.split(
    ' ',
  ),
);

const RANGED = 'rate|increase|delta|changes|max_over_time';

/** What is wrong with an expression whatever its metrics are. promtool knows more of it, and is not there where these tests run. */
function slips(expression: string): string[] {
  const bare = expression.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const open: string[] = [];
  const unmatched = bare.split('').filter((sign) => {
    if ('([{'.includes(sign)) open.push(sign);
    return ')]}'.includes(sign) && '([{'.indexOf(open.pop() ?? ' ') !== ')]}'.indexOf(sign);
  });
  const asked = bare.match(new RegExp(`\\b(?:${RANGED})\\(`, 'g')) ?? [];
  const ranged =
    bare.match(new RegExp(`\\b(?:${RANGED})\\(\\w+(?:\\{[^}]*\\})?\\[[\\w$]+\\](?: offset \\d+[smhd])?\\)`, 'g')) ?? [];
  return [...open, ...unmatched, ...(asked.length === ranged.length ? [] : ['a range'])];
}

/** Values of `outcome`, `state` and `error` that a metric is not documented to have: an alarm that asks for them is silent for ever. */
function strangeValues(expression: string): string[] {
  return [...expression.matchAll(/([a-zA-Z_]\w*)\{([^}]*)\}/g)].flatMap(([, name = '', labels = '']) => {
    const [row = ''] = new RegExp(`^\\| \`${name}\` .*$`, 'm').exec(textOf('docs/metrics.md')) ?? [];
    const values = [...labels.matchAll(/\b(?:outcome|state|error)=~?"([^"]*)"/g)].flatMap(([, some = '']) =>
      some.split('|'),
    );
    return values.filter((value) => !row.includes(`\`${value}\``)).map((value) => `${name} ${value}`);
  });
}

/** What in an expression is no metric we know, nor a label it has. Ranges and other values of labels are not looked at. */
function strangers(expression: string): string[] {
  const bare = expression
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(/\b\d+[smhd]\b/g, '');
  const problems: string[] = [];
  for (const [, name = '', labels = ''] of bare.matchAll(/([a-zA-Z_]\w*)\{([^}]*)\}/g)) {
    const base = name.replace(/_(?:bucket|sum|count)$/, '');
    const ofBucket = name.endsWith('_bucket') ? ',le' : '';
    const allowed = `${known[name] ?? known[base] ?? ''}${ofBucket},job,instance,worker,alertname`.split(/[ ,]/);
    for (const [, label = ''] of labels.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g))
      if (!allowed.includes(label)) problems.push(`${name}{${label}}`);
  }
  for (const [word] of bare.replaceAll(/\{[^}]*\}/g, '').matchAll(/[a-zA-Z_]\w*/g)) {
    const base = word.replace(/_(?:bucket|sum|count)$/, '');
    const isHistogram = word !== base && (known[base] ?? '').startsWith('histogram');
    if (!WORDS.has(word) && known[word] === undefined && !isHistogram) problems.push(word);
  }
  return [...problems, ...strangeValues(expression), ...slips(expression)];
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly section: string };
}

const rules = (parse(textOf('deploy/prometheus/rules.yml')) as Rules).groups.flatMap((group) => group.rules);

interface Board {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: { readonly query: string } }[] };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const board = JSON.parse(readFileSync(join(projectRoot, 'deploy/grafana/dashboards/warren.json'), 'utf8')) as Board;

describe('docs/metrics.md', () => {
  it('has a row for each metric with its type and labels, and no other', () => {
    expect(documented()).toEqual(described());
  });

  it('names no alarm that is not there', () => {
    const named = new Set([...textOf('docs/metrics.md').matchAll(/`(Warren[A-Z]\w+)`/g)].map(([, alarm]) => alarm));
    const alarms = rules.map(({ alert }) => alert);
    expect(named.size).toBeGreaterThan(10);
    expect([...named].filter((alarm) => !alarms.includes(alarm ?? ''))).toEqual([]);
  });
});

describe('deploy/prometheus/rules.yml', () => {
  it('asks only for metrics and labels that there are', () => {
    expect(rules.length).toBeGreaterThan(20);
    expect(rules.flatMap(({ alert, expr }) => strangers(expr).map((stranger) => `${alert}: ${stranger}`))).toEqual([]);
  });

  it('has for each alarm a case of promtool in which it fires', () => {
    const fired = [...textOf('deploy/prometheus/rules.test.yml').matchAll(/alertname="(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect([...new Set(fired)].toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
  });

  it('is tried with series that there are', () => {
    const { tests } = parse(textOf('deploy/prometheus/rules.test.yml')) as {
      tests: readonly { input_series: readonly { series: string }[] }[];
    };
    const series = tests.flatMap(({ input_series: given }) => given.map(({ series: one }) => one));
    expect(series.length).toBeGreaterThan(50);
    expect(series.flatMap((one) => strangers(one).map((stranger) => `${one}: ${stranger}`))).toEqual([]);
  });

  it('leads each alarm to a section of docs/operations.md that is there', () => {
    const manual = textOf('docs/operations.md');
    const sections = new Set([
      ...[...manual.matchAll(/<a id="([\w-]+)">/g)].map(([, id]) => id),
      ...[...manual.matchAll(/^#+ ([^`\n]+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(' ', '-')),
    ]);
    const lost = rules.filter(({ annotations }) => {
      const [page, section] = annotations.section.split('#');
      return page !== 'docs/operations.md' || !sections.has(section ?? '');
    });
    expect(lost.map(({ alert }) => alert)).toEqual([]);
  });

  it('says of each alarm what it is about, and who has to see it', () => {
    for (const { alert, labels, annotations } of rules) {
      expect([alert, labels.severity]).toEqual([alert, expect.stringMatching(/^(?:page|ticket)$/)]);
      expect([alert, annotations.summary]).toEqual([alert, expect.stringMatching(/\.$/)]);
      expect(alert).toMatch(/^Warren[A-Z]/);
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it.each([
    ['a metric that nobody has', 'sum(warren_jobs_total)', ['warren_jobs_total']],
    ['a label that it has not', 'warren_slots{task="a"} > 0', ['warren_slots{task}']],
    ['a histogram’s part of what is none', 'rate(warren_slots_bucket[5m])', ['warren_slots_bucket']],
    ['an outcome that no run has', 'warren_tasks_total{outcome=~"completed|failed"}', ['warren_tasks_total failed']],
    ['what is never closed, or never opened', 'sum(warren_slots > 0)) or (warren_ready', ['(', ')']],
    ['a rate over no time', 'rate(warren_tasks_total{queue="a"}) > 0', ['a range']],
  ])('would not ask for %s', (_what, expression, problems) => {
    expect(strangers(expression)).toEqual(problems);
  });
});

describe('deploy/grafana', () => {
  it('asks only for metrics and labels that there are', () => {
    const expressions = board.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const variables = board.templating.list.map(({ query }) => /label_values\((\w+),/.exec(query.query)?.[1] ?? '');
    expect(expressions.length).toBeGreaterThan(20);
    expect([...expressions, ...variables].flatMap(strangers)).toEqual([]);
  });

  it('reads from the source that it provides, and each panel stands in a place of its own', () => {
    const sources = parse(textOf('deploy/grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { uid: string }[];
    };
    const [source] = sources.datasources;
    const asking = board.panels.filter(({ type }) => type !== 'row');
    expect(new Set(asking.map(({ datasource }) => datasource?.uid))).toEqual(new Set([source?.uid]));
    const places = board.panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
    expect(new Set(places).size).toBe(board.panels.length);
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
    for (const { gridPos } of board.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});

describe('the files of deploy/', () => {
  it('are YAML and JSON that can be read', () => {
    const files = projectFiles('deploy');
    for (const file of files.filter((path) => /\.ya?ml$/.test(path)))
      for (const document of textOf(file).split(/^---$/m)) expect([file, parse(document)]).toBeDefined();
    for (const file of files.filter((path) => path.endsWith('.json'))) JSON.parse(textOf(file));
    expect(files).toContain('deploy/prometheus/rules.yml');
  });
});
