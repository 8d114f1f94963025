import { html } from '../vendor/preact.js';
import { absolute, relative } from './format.js';
import { inert, inertLine } from './inert.js';

/** Whether a session may do what takes a role. */
export function may(session, role) {
  const order = ['read-only', 'operator', 'admin'];
  return order.indexOf(session.role) >= order.indexOf(role);
}

const LOOKS = { 'dead-lettered': 'bad', cancelled: 'warn', retrying: 'warn', completed: 'good', running: 'good' };

/** Whether a task of such a state has ended, unless it is redriven. */
export function isEnd(state) {
  return ['completed', 'dead-lettered', 'cancelled'].includes(state);
}

/** The state of a task, as a word with a frame. */
export function State({ state }) {
  return html`<span class=${`state ${LOOKS[state] ?? ''}`} data-testid="state">${state}</span>`;
}

/** That a task is to be cancelled, and who has asked for it: what waits will not run, what runs may still complete. */
export function CancelAsked({ task: { cancelRequestedBy: by } }) {
  if (by === undefined) return null;
  return html`<span class="warn" data-testid="cancel-asked"
    >cancel asked for by <${Text} text=${by} length=${80}
  /></span> `;
}

/** That it was running on a worker that says nothing any more: nobody knows what became of that run. */
export function WorkerLost({ task: { isWorkerLost } }) {
  if (isWorkerLost !== true) return null;
  return html`<span class="warn" data-testid="worker-lost"
    >its worker is lost: it is handed out again, or had ended untold</span
  > `;
}

/** A time as people say it, the whole of it on hover. */
export function Time({ at, now }) {
  if (at === undefined || at === null) return '–';
  return html`<time datetime=${new Date(at).toISOString()} title=${absolute(at)}>${relative(at, now)}</time>`;
}

/** A stranger's text, in one line and in its own direction. */
export function Text({ text, length }) {
  return html`<span class="text" dir="auto"
    >${text === undefined || text === null ? '–' : inertLine(text, length)}</span
  >`;
}

/** How far a run is. */
export function Progress({ progress }) {
  if (progress === undefined) return null;
  const percent = Math.round(progress.fraction * 100);
  return html`<span data-testid="progress">
    <span class="nowrap"
      ><progress value=${progress.fraction} max="1" aria-label="Progress"></progress> ${percent} %</span
    >${' '}${progress.note !== undefined && html`<${Text} text=${progress.note} length=${60} />`}
  </span>`;
}

/** A line of numbers, the newest on the right. */
export function Sparkline({ values, label }) {
  if (!Array.isArray(values) || values.length < 2) return null;
  const top = Math.max(1, ...values);
  const points = values.map((value, index) => `${(index / (values.length - 1)) * 100},${22 - (value / top) * 20}`);
  return html`<svg class="spark" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label=${label}>
    <polyline points=${points.join(' ')} />
  </svg>`;
}

/** A problem of the API, where what was asked for would stand. */
export function Problem({ problem }) {
  return problem === undefined ? null : html`<p class="problem" role="alert">${inert(problem.message)}</p>`;
}
