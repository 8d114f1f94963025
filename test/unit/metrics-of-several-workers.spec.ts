import { readPrometheusText } from '../support/prometheus';
import { prometheusText } from '../../libs/queue/src/metrics/prometheus-text';
import type { Metric } from '../../libs/queue/src/metrics/prometheus-text';
import { mergedMetrics } from '../../libs/queue/src/supervising/merged-metrics';

const counter = (value: number): Metric => {
  return { name: 'a_total', help: 'A.', type: 'counter', samples: [{ labels: { task: 'x' }, value }] };
};

it('shows metrics of several workers as one page: each metric once, each sample with its worker', () => {
  const histogram: Metric = {
    name: 'b_seconds',
    help: 'B.',
    type: 'histogram',
    samples: [
      { name: 'b_seconds_bucket', labels: { le: '+Inf' }, value: 2 },
      { name: 'b_seconds_count', value: 2 },
    ],
  };
  const own: Metric = { name: 'own', help: 'Own.', type: 'gauge', samples: [{ value: 3 }] };
  const merged = mergedMetrics(
    [own],
    [
      [1, [counter(5), histogram]],
      [2, []],
      [3, [counter(7)]],
    ],
  );
  const read = readPrometheusText(prometheusText(merged));
  expect(Object.fromEntries(Object.entries(read).map(([name, { values }]) => [name, values]))).toEqual({
    own: { '': 3 },
    a_total: { 'worker="1",task="x"': 5, 'worker="3",task="x"': 7 },
    b_seconds: { 'bucket worker="1",le="+Inf"': 2, 'count worker="1"': 2 },
  });
});
