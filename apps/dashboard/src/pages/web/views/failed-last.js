import { html } from '../vendor/preact.js';
import { count } from '../lib/format.js';
import { useLive } from '../lib/live.js';
import { State, Text, Time } from '../lib/parts.js';
import { taskPath } from '../lib/router.js';
import { useAnswer } from '../lib/use-answer.js';

const SEARCH = encodeURIComponent('state:dead-lettered,retrying');
const SHOWN = 5;

/** What failed last and why, as far as it has not been put right since. Nothing where nothing failed, and where no history is kept. */
export function FailedLast() {
  const { changes, overview } = useLive();
  const { answer } = useAnswer(`tasks?search=${SEARCH}&limit=${SHOWN}`, `${changes}/${overview.history.state}`);
  if (answer === undefined || answer.total === 0) return null;
  return html`
    <h2>Failed last</h2>
    <div class="scroll">
      <table class="stack" data-testid="failed-last">
        <thead>
          <tr>
            <th scope="col">Task</th>
            <th scope="col">State</th>
            <th scope="col">Error</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          ${answer.tasks.map(
            (task) =>
              html`<tr key=${task.id}>
                <th scope="row" class="wide">
                  <a href=${taskPath(task.id)}><${Text} text=${task.name ?? task.id} length=${80} /></a>
                </th>
                <td><${State} state=${task.state} /></td>
                <td class="wide"><${Text} text=${task.error} length=${160} /></td>
                <td class="nowrap" data-label="When"><${Time} at=${task.updatedAt} now=${overview.at} /></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      answer.total > SHOWN &&
      html`<p class="faint">
        <a href=${`/tasks?search=${SEARCH}`}>All ${count(answer.total)}</a>, and${' '}
        <a href="/failures">what was put aside, by kind</a>.
      </p>`
    }
  `;
}
