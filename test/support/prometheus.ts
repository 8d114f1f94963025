/**
 * A metric as a scraper understands it. Values by their labels, in the order in which they were written: `worker="1",outcome="completed"`;
 * of a histogram with what its sample's name has behind the metric's before them: `bucket worker="1",le="0.5"`.
 */
export interface ScrapedMetric {
  readonly help: string;
  readonly type: string;
  readonly values: Readonly<Record<string, number>>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HELP = new RegExp(String.raw`^# HELP (${NAME}) ((?:[^\\]|\\[\\n])+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`);
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*"`;
const SAMPLE = new RegExp(String.raw`^(${NAME})(?:\{(${LABEL}(?:,${LABEL})*)\})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$`);

/**
 * Reads Prometheus' text format 0.0.4 as strictly as it is written: each metric once, HELP, TYPE and its samples in this order; each set
 * of labels once; a line feed after each line, the last one included.
 * @throws Error that names the first line that is otherwise.
 */
export function readPrometheusText(text: string): Record<string, ScrapedMetric> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const metrics: Record<string, { help: string; type: string; values: Record<string, number> }> = {};
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const wrong = new Error(`this line is not as it should be: ${JSON.stringify(line)}`);
    const [, helped, help] = HELP.exec(line) ?? [];
    const [, typed, type] = TYPE.exec(line) ?? [];
    const [, sample, labelled = '', value] = SAMPLE.exec(line) ?? [];
    if (helped !== undefined && help !== undefined) {
      if (helped in metrics) throw wrong;
      current = helped;
      metrics[current] = { help, type: '', values: {} };
      continue;
    }
    const metric = metrics[current];
    const part = metric?.type === 'histogram' ? partOf(current, sample) : '';
    const sampled = part === '' ? sample : current;
    const labels = `${part} ${labelled}`.trim();
    if (metric === undefined || current !== (typed ?? sampled)) throw wrong;
    if (type === undefined) {
      if (metric.type === '' || labels in metric.values) throw wrong;
      metric.values[labels] = Number(value);
    } else {
      if (metric.type !== '') throw wrong;
      metric.type = type;
    }
  }
  return metrics;
}

/** `bucket`, `sum` or `count`: what of a histogram a sample is; empty when it is another metric's. */
function partOf(histogram: string, sample = ''): string {
  const [part] = ['bucket', 'sum', 'count'].filter((one) => sample === `${histogram}_${one}`);
  return part ?? '';
}
