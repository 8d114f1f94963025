import { html } from '../vendor/preact.js';
import { post } from '../lib/api.js';
import { command } from '../lib/commands.js';
import { confirmAction, tell } from '../lib/dialog.js';
import { bytes, count, duration } from '../lib/format.js';
import { useLive } from '../lib/live.js';
import { may, Problem, Text, Time } from '../lib/parts.js';
import { searchPath } from '../lib/router.js';
import { useAnswer } from '../lib/use-answer.js';

const LOOKS = { alive: 'good', quiet: 'warn', stopping: 'warn', lost: 'bad' };

/** Every worker process: whether it lives, what it runs, and how it is. */
export function Workers({ session }) {
  const { overview } = useLive();
  const { answer, problem } = useAnswer('workers', overview?.at);
  if (answer === undefined) {
    return problem === undefined ? html`<p role="status">Looking …</p>` : html`<${Problem} problem=${problem} />`;
  }
  return html`
    <${Problem} problem=${problem} />
    ${
      answer.workers.length === 0
        ? html`<p>No worker has said a word.</p>`
        : html`<div class="scroll">
            <table class="stack">
              <thead>
                <tr>
                  <th scope="col">Worker</th>
                  <th scope="col">State</th>
                  <th scope="col">Queues</th>
                  <th scope="col" class="number">Running</th>
                  <th scope="col">Version</th>
                  <th scope="col" class="number">Up</th>
                  <th scope="col" class="number">Lag</th>
                  <th scope="col" class="number">Memory</th>
                  <th scope="col">Heard</th>
                  ${may(session, 'operator') && html`<th scope="col">Actions</th>`}
                </tr>
              </thead>
              <tbody>
                ${answer.workers.map((worker) => html`<${Row} key=${worker.name} worker=${worker} session=${session} now=${answer.at} />`)}
              </tbody>
            </table>
          </div>`
    }
  `;
}

function Row({ worker, session, now }) {
  const { name, state, queues } = worker;
  return html`<tr data-row data-testid="worker">
    <th scope="row" class="wide">
      <a href=${searchPath('state:running ', name)}><${Text} text=${name} length=${100} /></a>
    </th>
    <td><span class=${`state ${LOOKS[state] ?? ''}`}>${state}</span></td>
    <td class="wide">
      ${queues.map(({ queue, running, concurrency }, index) => html`${index > 0 && ', '}<${Text} text=${queue} length=${60} /> ${running}/${concurrency}`)}
    </td>
    <td class="number" data-label="Running">${count(worker.running)}</td>
    <td data-label="Version"><${Text} text=${worker.version} length=${40} /></td>
    <td class="number" data-label="Up">${duration(worker.uptime)}</td>
    <td class=${`number ${worker.lag > 500 ? 'bad' : ''}`} data-label="Lag">${duration(worker.lag)}</td>
    <td class="number" data-label="Memory">${bytes(worker.rss)}</td>
    <td class="nowrap" data-label="Heard"><${Time} at=${worker.heardAt} now=${now} /></td>
    ${may(session, 'operator') && html`<td class="wide"><${Steer} worker=${worker} session=${session} /></td>`}
  </tr>`;
}

function Steer({ worker: { name, state }, session }) {
  const quiet = () =>
    confirmAction({
      title: `Quieten ${name}?`,
      body: html`<p>It takes no new task, finishes what runs, and stays.</p>`,
      confirm: 'Quieten',
      command: command('worker quiet', {}, name),
      run: async () => {
        await post(`workers/${encodeURIComponent(name)}/quiet`);
        tell(`${name} was asked to take no new task.`);
      },
    });
  const stop = () =>
    confirmAction({
      title: `Stop ${name}?`,
      body: html`<p>
        It finishes what runs, or gives it back, and ends, as SIGTERM would have it. A supervisor of several workers
        does not start it again; systemd or Kubernetes starts another.
      </p>`,
      confirm: 'Stop the worker',
      isDangerous: true,
      command: command('worker stop', {}, name),
      run: async () => {
        await post(`workers/${encodeURIComponent(name)}/stop`);
        tell(`${name} was asked to stop.`);
      },
    });
  if (state === 'stopped') return null;
  if (state === 'lost') return html`<span class="faint">gone; what it ran was handed out again</span>`;
  return html`<div class="actions">
    ${state === 'alive' && html`<button onClick=${quiet}>Quieten</button>`}
    ${may(session, 'admin') && state !== 'stopping' && html`<button class="danger" onClick=${stop}>Stop</button>`}
  </div>`;
}
