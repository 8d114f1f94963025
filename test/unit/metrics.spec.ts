import { prometheusText } from '../../libs/queue/src/metrics/prometheus-text';
import { supervisorMetrics } from '../../libs/queue/src/supervising/supervisor-metrics';
import type { WorkerFigures } from '../../libs/queue/src/supervising/supervisor-metrics';
import { readPrometheusText } from '../support/prometheus';

const ready: WorkerFigures = {
  worker: 1,
  isRunning: true,
  isReady: true,
  restarts: 0,
  running: 3,
  tasks: { completed: 1_234_567, retrying: 5, 'dead-lettered': 1 },
};

const waiting: WorkerFigures = { ...ready, worker: 2, isRunning: false, isReady: false, restarts: 2, running: 0 };

describe('Prometheus’ text format', () => {
  it('has help, type and samples of each metric, and ends with a line feed', () => {
    const text = prometheusText([
      { name: 'a_total', help: 'What a is.', type: 'counter', samples: [{ value: 2 }] },
      {
        name: 'b',
        help: 'What b is.',
        type: 'gauge',
        samples: [
          { labels: { one: 1, other: 'x' }, value: 0.5 },
          { labels: {}, value: -1 },
        ],
      },
      { name: 'c', help: 'Nothing yet.', type: 'gauge', samples: [] },
    ]);
    expect(text).toBe(
      [
        '# HELP a_total What a is.',
        '# TYPE a_total counter',
        'a_total 2',
        '# HELP b What b is.',
        '# TYPE b gauge',
        'b{one="1",other="x"} 0.5',
        'b -1',
        '# HELP c Nothing yet.',
        '# TYPE c gauge',
        '',
      ].join('\n'),
    );
  });

  it('escapes backslashes and line feeds, and quotation marks in labels only', () => {
    const samples = [{ labels: { label: 'a\\n"b"\nc' }, value: 1 }];
    const text = prometheusText([{ name: 'a', help: 'a\\n"b"\nc', type: 'gauge', samples }]);
    expect(text).toBe(['# HELP a a\\\\n"b"\\nc', '# TYPE a gauge', 'a{label="a\\\\n\\"b\\"\\nc"} 1', ''].join('\n'));
    expect(Object.keys(readPrometheusText(text))).toEqual(['a']);
  });
});

describe('what a supervisor tells Prometheus', () => {
  const metrics = supervisorMetrics({ workers: [ready, waiting], deaths: new Map([['signal', 2]]) });
  const read = readPrometheusText(prometheusText(metrics));

  it('is what it knows of its workers', () => {
    expect(Object.fromEntries(Object.entries(read).map(([name, { values }]) => [name, values]))).toEqual({
      warren_workers_wanted: { '': 2 },
      warren_worker_running: { 'worker="1"': 1, 'worker="2"': 0 },
      warren_worker_ready: { 'worker="1"': 1, 'worker="2"': 0 },
      warren_worker_restarts_total: { 'worker="1"': 0, 'worker="2"': 2 },
      warren_worker_deaths_total: {
        'kind="signal"': 2,
        'kind="exit"': 0,
        'kind="start-failed"': 0,
        'kind="killed"': 0,
        'kind="not-started"': 0,
      },
      warren_worker_tasks_running: { 'worker="1"': 3, 'worker="2"': 0 },
      warren_worker_tasks_total: {
        'worker="1",outcome="completed"': 1_234_567,
        'worker="1",outcome="retrying"': 5,
        'worker="1",outcome="dead-lettered"': 1,
        'worker="2",outcome="completed"': 1_234_567,
        'worker="2",outcome="retrying"': 5,
        'worker="2",outcome="dead-lettered"': 1,
      },
    });
  });

  it('is named as Prometheus wants it: what ends with _total is a counter, and nothing else', () => {
    for (const [name, { type, help }] of Object.entries(read)) {
      expect([name, type]).toEqual([name, name.endsWith('_total') ? 'counter' : 'gauge']);
      expect(help).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('the tests’ reader of that format', () => {
  it.each([
    ['no end', '# HELP a A.\n# TYPE a gauge\na 1'],
    ['no help', '# TYPE a gauge\na 1\n'],
    ['no type', '# HELP a A.\na 1\n'],
    ['two types', '# HELP a A.\n# TYPE a gauge\n# TYPE a gauge\na 1\n'],
    ['a metric twice', '# HELP a A.\n# TYPE a gauge\na 1\n# HELP a A.\n# TYPE a gauge\n'],
    ['the same labels twice', '# HELP a A.\n# TYPE a gauge\na{b="1"} 1\na{b="1"} 2\n'],
    ['a sample of another metric', '# HELP a A.\n# TYPE a gauge\nb 1\n'],
    ['a quotation mark in a label', '# HELP a A.\n# TYPE a gauge\na{b="""} 1\n'],
    ['a single backslash', '# HELP a A\\.\n# TYPE a gauge\na 1\n'],
    ['no number', '# HELP a A.\n# TYPE a gauge\na undefined\n'],
    ['an empty line', '# HELP a A.\n# TYPE a gauge\n\na 1\n'],
  ])('takes no text with %s', (_what, text) => {
    expect(() => readPrometheusText(text)).toThrow(/line/);
  });
});
