import { html } from '../vendor/preact.js';
import { command } from '../lib/commands.js';
import { CommandLine } from '../lib/dialog.js';
import { count } from '../lib/format.js';
import { useLive } from '../lib/live.js';
import { CancelAsked, Problem, State, Text, Time } from '../lib/parts.js';
import { taskPath } from '../lib/router.js';
import { useAnswer } from '../lib/use-answer.js';

/** What runs later: tasks that were added with a delay, and those that wait for their next attempt. */
export function Delayed() {
  const { overview, changes } = useLive();
  const { answer, problem } = useAnswer('delayed', `${changes}/${overview?.history.state}`);
  const now = overview?.at ?? Date.now();
  return html`
    <p role="status">
      <strong data-testid="delayed">${count(overview?.totals.delayed)}</strong>${' '}
      ${overview?.totals.delayed === 1 ? 'waits' : 'wait'} in the broker’s delay levels.
      ${
        overview?.totals.undelivered > 0 &&
        html` <span class="bad">${count(overview.totals.undelivered)} came due and found no queue.</span>`
      }
    </p>
    <${Problem} problem=${problem} />
    ${
      answer?.tasks.length > 0 &&
      html`<div class="scroll">
        <table class="stack">
          <thead>
            <tr>
              <th scope="col">Due</th>
              <th scope="col">Task</th>
              <th scope="col">Name</th>
              <th scope="col">Queue</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            ${answer.tasks.map(
              (task) =>
                html`<tr key=${task.id} data-row data-testid="task">
                  <td class="nowrap"><${Time} at=${task.dueAt} now=${now} /></td>
                  <td class="wide">
                    <a class="id" href=${taskPath(task.id)}><${Text} text=${task.id} length=${64} /></a>
                  </td>
                  <td data-label="Name"><${Text} text=${task.name} length=${80} /></td>
                  <td data-label="Queue"><${Text} text=${task.queue} length=${80} /></td>
                  <td class="wide">
                    <${CancelAsked} task=${task} />
                    <${State}
                      state=${task.state}
                    />${' '}${task.state === 'retrying' && html`<${Text} text=${task.error} length=${100} />`}
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`
    }
    ${answer !== undefined && answer.total > answer.tasks.length && html`<p class="faint">The next ${count(answer.tasks.length)} of ${count(answer.total)}.</p>`}
    <${CommandLine} text=${command('tasks', {}, 'state:delayed')} />
  `;
}
