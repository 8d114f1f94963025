import { html } from '../vendor/preact.js';
import { command } from '../lib/commands.js';
import { CommandLine } from '../lib/dialog.js';
import { count } from '../lib/format.js';
import { useLive } from '../lib/live.js';
import { CancelAsked, Problem, Progress, State, Text, Time, WorkerLost } from '../lib/parts.js';
import { taskPath } from '../lib/router.js';
import { useAnswer } from '../lib/use-answer.js';

const PAGE = 50;

const EXAMPLES = [
  'state:running',
  'state:retrying',
  'state:dead-lettered since:1h',
  'error:timeout',
  'state:completed since:5m',
];

/** Tasks that a search means, the newest first. The search and the page stand in the address. */
export function Tasks({ query }) {
  const { changes, overview } = useLive();
  const search = query.get('search') ?? '';
  const page = Math.max(1, Number(query.get('page')) || 1);
  const path = `tasks?search=${encodeURIComponent(search)}&limit=${PAGE}&offset=${(page - 1) * PAGE}`;
  const { answer, problem } = useAnswer(path, `${changes}/${overview?.history.state}`);
  const now = overview?.at ?? Date.now();

  return html`
    <p class="faint">
      ${EXAMPLES.map((example) => html`<a key=${example} href=${`/tasks?search=${encodeURIComponent(example)}`}>${example}</a> `)}
    </p>
    <${Problem} problem=${problem} />
    ${
      answer === undefined
        ? problem === undefined && html`<p role="status">Searching …</p>`
        : html`<${Found} answer=${answer} search=${search} page=${page} now=${now} />`
    }
  `;
}

function Found({ answer, search, page, now }) {
  const { tasks, total } = answer;
  return html`
    <p role="status" data-testid="found">${count(total)} found</p>
    ${
      total > 0 &&
      html`<div class="scroll">
        <table class="stack">
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col">Name</th>
              <th scope="col">Queue</th>
              <th scope="col">State</th>
              <th scope="col" class="number">Attempt</th>
              <th scope="col">Error or progress</th>
              <th scope="col">Changed</th>
            </tr>
          </thead>
          <tbody>
            ${tasks.map((task) => html`<${Row} key=${task.id} task=${task} now=${now} />`)}
          </tbody>
        </table>
      </div>`
    }
    <${Pages} search=${search} page=${page} total=${total} />
    <${CommandLine} text=${command('tasks', {}, ...(search === '' ? [] : [search]))} />
  `;
}

function Row({ task, now }) {
  return html`<tr data-row data-testid="task">
    <td class="wide">
      <a class="id" href=${taskPath(task.id)}><${Text} text=${task.id} length=${64} /></a>
    </td>
    <td data-label="Name"><${Text} text=${task.name} length=${80} /></td>
    <td data-label="Queue"><${Text} text=${task.queue} length=${80} /></td>
    <td><${State} state=${task.state} /></td>
    <td class="number" data-label="Attempt">${task.attempt === 0 ? '–' : count(task.attempt)}</td>
    <td class="wide">
      <${CancelAsked} task=${task} />
      <${WorkerLost} task=${task} />
      ${task.state === 'running' ? html`<${Progress} progress=${task.progress} />` : task.error && html`<${Text} text=${task.error} length=${120} />`}
    </td>
    <td class="nowrap" data-label="Changed"><${Time} at=${task.updatedAt} now=${now} /></td>
  </tr>`;
}

function Pages({ search, page, total }) {
  const pages = Math.ceil(total / PAGE);
  if (pages < 2) return null;
  const link = (number) =>
    `/tasks?${new URLSearchParams({ ...(search === '' ? {} : { search }), page: String(number) })}`;
  return html`<p class="actions">
    ${page > 1 && html`<a href=${link(page - 1)} rel="prev">← Newer</a>`}
    <span>page ${count(page)} of ${count(pages)}</span>
    ${page < pages && html`<a href=${link(page + 1)} rel="next">Older →</a>`}
  </p>`;
}
