import { html, useState } from '../vendor/preact.js';
import { post } from '../lib/api.js';
import { deadLettersCommand } from '../lib/commands.js';
import { confirmAction, tell } from '../lib/dialog.js';
import { count } from '../lib/format.js';
import { inertLine } from '../lib/inert.js';
import { useLive } from '../lib/live.js';
import { may, Problem, Text, Time } from '../lib/parts.js';
import { taskPath } from '../lib/router.js';
import { useAnswer } from '../lib/use-answer.js';

/** What lies in the dead-letter queues, grouped by task and error: the page to live in while something breaks. */
export function Failures({ session, query }) {
  const { overview } = useLive();
  const [turn, setTurn] = useState(0);
  const queue = query.get('queue') ?? '';
  const path = `failures${queue === '' ? '' : `?queue=${encodeURIComponent(queue)}`}`;
  // Also now and then without a sign of change: the server tells what it knows unless there may be something new.
  const often = Math.floor((overview?.at ?? 0) / 10_000);
  const { answer, problem } = useAnswer(path, `${turn}/${overview?.totals.dead}/${overview?.broker.state}/${often}`);
  const now = overview?.at ?? Date.now();

  return html`
    ${queue !== '' && html`<p>Only of <${Text} text=${queue} />. <a href="/failures">All queues</a></p>`}
    <${Problem} problem=${problem} />
    ${
      answer === undefined
        ? problem === undefined && html`<p role="status">Looking into the dead-letter queues …</p>`
        : html`<${Groups} answer=${answer} session=${session} now=${now} again=${() => setTurn(turn + 1)} />`
    }
  `;
}

function Groups({ answer, session, now, again }) {
  const { groups, total, cutOff } = answer;
  if (groups.length === 0) return html`<p role="status">Nothing was put aside.</p>`;
  return html`
    <p role="status" data-testid="found">
      ${count(total)} put aside, ${count(groups.length)} ${groups.length === 1 ? 'kind' : 'kinds'} of failure
    </p>
    ${cutOff.map((name) => html`<p class="warn" key=${name}>Of ${name} only the first 10,000 were looked at.</p>`)}
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Task</th>
            <th scope="col">Error</th>
            <th scope="col">Reason</th>
            <th scope="col" class="number">Count</th>
            <th scope="col">First</th>
            <th scope="col">Last</th>
            <th scope="col">Actions</th>
          </tr>
        </thead>
        <tbody>
          ${groups.map((group) => html`<${Group} key=${group.key} group=${group} session=${session} now=${now} again=${again} />`)}
        </tbody>
      </table>
    </div>
  `;
}

function Group({ group, session, now, again }) {
  const { name, queue, error, reason, ids, key } = group;
  const act = async (action, { title, body, confirm, isDangerous, done }) => {
    let meant;
    try {
      meant = await post(`failures/${action}`, { key, queue, isDryRun: true });
    } catch (problem) {
      tell(problem.message);
      return;
    }
    await confirmAction({
      title: `${title} ${count(meant.matched)} ${meant.matched === 1 ? 'task' : 'tasks'}?`,
      body: html`<p>${body}</p>
        <p class="faint"><${Text} text=${error ?? reason} length=${300} /></p>
        ${
          meant.cutOff.length > 0 &&
          html`<p class="warn">
            Only the first 10,000 of ${inertLine(queue)} were looked at; there may be more of this kind behind.
          </p>`
        }`,
      confirm: `${confirm} ${count(meant.matched)}`,
      isDangerous,
      command: deadLettersCommand(action, queue, meant.ids),
      run: async () => {
        const result = await post(`failures/${action}`, { key, queue, isDryRun: false, limit: meant.matched });
        const rest = result.failed === 0 ? '' : ` ${count(result.failed)} stay, because they could not be.`;
        const more = result.cutOff.length === 0 ? '' : ' There may be more of this kind behind the first 10,000.';
        const stay = result.left === 1 ? 'stays' : 'stay';
        const since = result.left === 0 ? '' : ` ${count(result.left)} more of this kind ${stay}, not asked about.`;
        tell(`${count(result.done)} ${result.done === 1 ? 'task' : 'tasks'} ${done}.${rest}${since}${more}`);
      },
    });
    again();
  };
  const redrive = () =>
    act('redrive', {
      title: 'Redrive',
      body: `They go back to ${inertLine(queue)} and begin anew at attempt 1.`,
      confirm: 'Redrive',
      done: 'redriven',
    });
  const purge = () =>
    act('purge', {
      title: 'Purge',
      body: 'They are thrown away for good. Nothing brings them back.',
      confirm: 'Purge',
      isDangerous: true,
      done: 'purged',
    });
  return html`<tr data-row data-testid="failure">
    <th scope="row">
      <${Text} text=${name ?? 'no name'} length=${80} /><br /><span class="faint"
        ><${Text} text=${queue} length=${80}
      /></span>
    </th>
    <td class="wide"><${Text} text=${error} length=${160} /></td>
    <td data-label="Reason"><${Text} text=${reason} length=${60} /></td>
    <td class="number" data-label="Count" data-testid="count">${count(group.count)}</td>
    <td class="nowrap" data-label="First"><${Time} at=${group.first} now=${now} /></td>
    <td class="nowrap" data-label="Last"><${Time} at=${group.last} now=${now} /></td>
    <td class="wide">
      <div class="actions">
        ${may(session, 'operator') && html`<button class="primary" onClick=${redrive}>Redrive all</button>`}
        ${may(session, 'admin') && html`<button class="danger" onClick=${purge}>Purge all</button>`}
        ${ids.slice(0, 3).map((id, index) => html`<a key=${id} href=${taskPath(id, queue)}>task ${index + 1}</a>`)}
      </div>
    </td>
  </tr>`;
}
