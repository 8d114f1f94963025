import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import uPlot from '../vendor/uplot.js';
import { absolute, clock, duration } from '../lib/format.js';
import { useLive } from '../lib/live.js';
import { Problem } from '../lib/parts.js';
import { navigate } from '../lib/router.js';
import { useAnswer } from '../lib/use-answer.js';

const RANGES = ['15m', '1h', '6h', '24h'];

const CHARTS = [
  { name: 'ready', title: 'Ready' },
  { name: 'running', title: 'Running' },
  { name: 'done', title: 'Done per second' },
  { name: 'dead', title: 'Dead' },
  { name: 'waitP95', title: 'Wait p95', isTime: true },
  { name: 'runP95', title: 'Run p95', isTime: true },
];

/** Colours that are told apart in both themes, also by who sees few. */
const STROKES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9', '#8b5cf6', '#7f7f7f'];

/** How it went: from when this dashboard started, a day back at most. */
export function Charts({ query }) {
  const { overview } = useLive();
  const range = RANGES.includes(query.get('range')) ? query.get('range') : '15m';
  const turn = Math.floor((overview?.at ?? 0) / (range === '15m' ? 2_000 : 15_000));
  const { answer, problem } = useAnswer(`charts?range=${range}`, turn);
  return html`
    <p class="actions" role="group" aria-label="Range">
      ${RANGES.map(
        (one) =>
          html`<button
            key=${one}
            aria-pressed=${one === range}
            class=${one === range ? 'primary' : ''}
            onClick=${() => navigate(`/charts?range=${one}`)}
          >
            ${one}
          </button>`,
      )}
    </p>
    <${Problem} problem=${problem} />
    ${
      answer !== undefined &&
      html`<div class="charts">
        ${CHARTS.map((chart) => html`<${Chart} key=${chart.name} chart=${chart} answer=${answer} />`)}
      </div>`
    }
    <p class="faint">Measured by this dashboard while it runs; Prometheus keeps longer.</p>
  `;
}

function Chart({ chart, answer }) {
  const place = useRef();
  const plot = useRef();
  const isDark = useDark();
  const { queues, times, series } = answer;
  const values = queues.map((queue) => series[chart.name][queue]);
  const shape = `${queues.join('\n')}/${isDark}`;

  useEffect(() => {
    const colour = getComputedStyle(document.documentElement).getPropertyValue('--faint').trim();
    const line = getComputedStyle(document.documentElement).getPropertyValue('--line').trim();
    const axis = { stroke: colour, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const say = (value) => (value === null ? '–' : chart.isTime ? duration(value) : value.toLocaleString('en'));
    const options = {
      ...sizeOf(place.current),
      scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] } },
      axes: [
        { ...axis, space: 75, values: (_plot, ticks, _axis, _space, step) => ticks.map((tick) => clock(tick, step)) },
        {
          ...axis,
          size: 64,
          values: (_plot, ticks) => ticks.map((tick) => (chart.isTime ? duration(tick) : tick.toLocaleString('en'))),
        },
      ],
      series: [
        { label: 'Time', value: (_plot, time) => (time === null ? '–' : absolute(time * 1_000)) },
        ...queues.map((label, index) => ({
          label,
          stroke: STROKES[index % STROKES.length],
          width: 1.5,
          value: (_plot, value) => (value === undefined ? '–' : say(value)),
        })),
      ],
    };
    plot.current = new uPlot(options, [times, ...values], place.current);
    const watch = new ResizeObserver(() => plot.current?.setSize(sizeOf(place.current)));
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      plot.current.destroy();
      plot.current = undefined;
    };
  }, [shape]);

  useEffect(() => plot.current?.setData([times, ...values]), [answer]);

  return html`<section class="chart" aria-label=${chart.title} data-testid=${`chart-${chart.name}`}>
    <h2>${chart.title}</h2>
    <div ref=${place}></div>
  </section>`;
}

function sizeOf(place) {
  return { width: Math.max(200, place.clientWidth), height: 180 };
}

function useDark() {
  const [media] = useState(() => matchMedia('(prefers-color-scheme: dark)'));
  const [isDark, setDark] = useState(media.matches);
  useEffect(() => {
    const listener = () => setDark(media.matches);
    media.addEventListener('change', listener);
    return () => media.removeEventListener('change', listener);
  }, []);
  return isDark;
}
