import { html } from '../vendor/preact.js';
import { post } from '../lib/api.js';
import { command } from '../lib/commands.js';
import { confirmAction, tell } from '../lib/dialog.js';
import { age, count, duration, rate } from '../lib/format.js';
import { useLive } from '../lib/live.js';
import { may, Problem, Sparkline, Text, Time } from '../lib/parts.js';
import { searchPath } from '../lib/router.js';
import { FailedLast } from './failed-last.js';

/** Every queue: is anything piling up, how old is the oldest, how fast is it, what was put aside, and what failed last. */
export function Queues({ session }) {
  const { overview } = useLive();
  if (overview === undefined) return html`<p role="status">Waiting for the dashboard …</p>`;
  const { queues, at } = overview;
  return html`
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Queue</th>
            <th scope="col" class="number">Ready</th>
            <th scope="col" class="number">Running</th>
            <th scope="col" class="number">Oldest</th>
            <th scope="col" class="number">Workers</th>
            <th scope="col" class="number" title="Over the last minute">Done/s</th>
            <th scope="col" class="number" title="95 of 100 waited no longer, of the last five minutes">Wait p95</th>
            <th scope="col" class="number" title="95 of 100 ran no longer, of the last five minutes">Run p95</th>
            <th scope="col" class="number">Dead</th>
            <th scope="col">Done, 30 min</th>
            ${may(session, 'operator') && html`<th scope="col">Actions</th>`}
          </tr>
        </thead>
        <tbody>
          ${queues.map((queue) => html`<${Row} key=${queue.name} queue=${queue} session=${session} now=${at} />`)}
        </tbody>
      </table>
    </div>
    ${queues.length === 0 && html`<p>No queue is defined.</p>`}
    ${queues.flatMap(({ name, problems }) =>
      problems.map((problem) => html`<${Problem} key=${name + problem} problem=${{ message: problem }} />`),
    )}
    <${FailedLast} />
  `;
}

function Row({ queue, session, now }) {
  const { name, pause, dead } = queue;
  const isStarved = queue.consumers === 0 && queue.ready > 0 && pause === undefined;
  return html`<tr data-row data-testid=${`queue-${name}`}>
    <th scope="row" class="wide">
      <a href=${searchPath('queue:', name)}><${Text} text=${name} /></a>
      ${queue.state === 'missing' && html` <span class="faint">not declared yet</span>`}
      ${
        pause !== undefined &&
        html`<br /><span class="warn" data-testid="paused">
            paused <${Time} at=${pause.at} now=${now} /> by <${Text} text=${pause.by} />
            ${pause.reason && html` (<${Text} text=${pause.reason} />)`}
          </span>`
      }
      ${isStarved && html`<br /><span class="bad">nobody consumes it</span>`}
    </th>
    <td class="number" data-label="Ready" data-testid="ready">${count(queue.ready)}</td>
    <td class="number" data-label="Running" data-testid="running">${count(queue.running)}</td>
    <td class="number" data-label="Oldest" title=${queue.isAtLeast && 'More tasks wait than are remembered.'}>
      ${age(queue.oldest, queue.isAtLeast)}
    </td>
    <td class=${`number ${isStarved ? 'bad' : ''}`} data-label="Workers">${count(queue.consumers)}</td>
    <td class="number" data-label="Done/s">${rate(queue.donePerSecond)}</td>
    <td class="number" data-label="Wait p95">${duration(queue.waitP95)}</td>
    <td class="number" data-label="Run p95">${duration(queue.runP95)}</td>
    <td class="number" data-label="Dead" data-testid="dead">
      ${dead > 0 ? html`<a class="bad" href=${`/failures?queue=${encodeURIComponent(name)}`}>${count(dead)}</a>` : count(dead)}
    </td>
    <td class="wide"><${Sparkline} values=${queue.spark} label=${`Tasks done in ${name}`} /></td>
    ${may(session, 'operator') && html`<td class="wide"><${Steer} name=${name} isPaused=${pause !== undefined} /></td>`}
  </tr>`;
}

function Steer({ name, isPaused }) {
  const pause = () =>
    confirmAction({
      title: `Pause ${name}?`,
      body: html`<p>
        No worker takes a new task of it until somebody resumes it, restarts included. What runs goes on.
      </p>`,
      hasReason: true,
      confirm: 'Pause',
      command: (reason) => command('pause', { reason }, name),
      run: async (reason) => {
        await post(`queues/${encodeURIComponent(name)}/pause`, reason === '' ? {} : { reason });
        tell(`${name} is paused.`);
      },
    });
  const resume = () =>
    confirmAction({
      title: `Resume ${name}?`,
      body: html`<p>The workers take its tasks again.</p>`,
      confirm: 'Resume',
      command: command('resume', {}, name),
      run: async () => {
        await post(`queues/${encodeURIComponent(name)}/resume`);
        tell(`${name} is resumed.`);
      },
    });
  // One button in both states: the focus comes back to it after the dialog.
  return html`<button onClick=${isPaused ? resume : pause}>${isPaused ? 'Resume' : 'Pause'}</button>`;
}
