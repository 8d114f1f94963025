import { html } from './vendor/preact.js';
import { age, count, rate } from './lib/format.js';
import { inert, inertLine } from './lib/inert.js';
import { useLive } from './lib/live.js';

/** Whether what the page shows is live. */
export function LiveMark() {
  const { isLive } = useLive();
  return html`<p class=${`live ${isLive ? 'is-live' : ''}`} role="status" data-testid="live">
    ${isLive ? '● live' : '○ reconnecting'}
  </p>`;
}

/** The counters of every page: is anything piling up, how old is the oldest, what failed, are the workers alive. */
export function Counters() {
  const { overview } = useLive();
  const totals = overview?.totals ?? {};
  const counters = [
    ['Ready', count(totals.ready), '/'],
    ['Running', count(totals.running), '/tasks?search=state:running'],
    ['Oldest', age(totals.oldest, overview?.isOldestAtLeast), '/'],
    ['Done/s', rate(totals.donePerSecond), '/charts'],
    ['Delayed', count(totals.delayed), '/delayed'],
    ['Dead', count(totals.dead), '/failures', totals.dead > 0],
    ['Workers', workersText(totals), '/workers', totals.workers === 0 || totals.lost > 0],
  ];
  return html`<ul class="counters" aria-label="Counters">
    ${counters.map(
      ([name, value, path, isBad]) =>
        html`<li key=${name}>
          <a href=${path} class=${isBad ? 'bad' : ''}
            ><span>${name}</span> <strong data-testid=${`total-${name}`}>${value}</strong></a
          >
        </li>`,
    )}
  </ul>`;
}

function workersText({ workers, lost }) {
  return lost > 0 ? `${count(workers)}, ${count(lost)} lost` : count(workers);
}

/** What is missing now, in sentences. */
export function Banner() {
  const { overview } = useLive();
  if (overview === undefined) return null;
  const { broker, problems } = overview;
  const isAway = broker.state !== 'open';
  return html`<div role="alert" data-testid="banner">
    ${
      isAway &&
      html`<p class="banner bad">
        The broker does not answer (${inertLine(broker.problem ?? 'no answer yet')}). What is shown is the last that was
        known; it is asked again until it does.
      </p>`
    }
    ${
      !isAway &&
      broker.problem !== undefined &&
      html`<p class="banner bad">The broker answers, but ${inertLine(broker.problem)}.</p>`
    }
    ${problems.map((problem) => html`<p class="banner" key=${problem}>${inert(problem)}</p>`)}
  </div>`;
}
