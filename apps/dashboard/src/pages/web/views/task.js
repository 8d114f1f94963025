import { html, useState } from '../vendor/preact.js';
import { post } from '../lib/api.js';
import { command, deadLettersCommand } from '../lib/commands.js';
import { CommandLine, confirmAction, tell } from '../lib/dialog.js';
import { absolute, attemptText, duration } from '../lib/format.js';
import { inert } from '../lib/inert.js';
import { useLive } from '../lib/live.js';
import { CancelAsked, isEnd, may, Problem, Progress, State, Text, Time, WorkerLost } from '../lib/parts.js';
import { useAnswer } from '../lib/use-answer.js';
import { Payload } from './payload.js';

/** Changes of very many tasks after which an unknown one is asked for again. */
const UNKNOWN_AGAIN = 10;

/** One task: where it stands, how it got there, what it carries, and what can be done about it. */
export function Task({ id, queue, session }) {
  const { changed, changes, isCut, overview } = useLive();
  const [trigger, setTrigger] = useState(0);
  const place = queue === null ? '' : `?queue=${encodeURIComponent(queue)}`;
  const path = `tasks/${encodeURIComponent(id)}${place}`;
  const { answer, problem } = useAnswer(path, `${trigger}/${overview?.history.state}`);
  // What nobody knows is looked for in every dead-letter queue: not with each change.
  const isMaybeNew = changed.has(id) || (isCut && (answer !== undefined || changes - trigger >= UNKNOWN_AGAIN));
  if (isMaybeNew && trigger !== changes) setTrigger(changes);
  const now = overview?.at ?? Date.now();
  if (answer === undefined) {
    return html`<p class="id"><${Text} text=${id} /></p>
      ${problem === undefined ? html`<p role="status">Looking …</p>` : html`<${Problem} problem=${problem} />`}`;
  }
  const { task, definition } = answer;
  return html`
    <p>
      <span class="id text" data-testid="task-id">${inert(task.id)}</span> <${State} state=${task.state} />${' '}
      <${CancelAsked} task=${task} />
      <${WorkerLost} task=${task} />
      ${task.state === 'running' && html` <${Progress} progress=${task.progress} />`}
    </p>
    <${Problem} problem=${problem} />
    <${Actions} task=${task} session=${session} />
    <h2>Facts</h2>
    <${Facts} task=${task} definition=${definition} now=${now} />
    <h2>Payload</h2>
    <${Payload} task=${task} />
    ${
      task.result !== undefined &&
      html`<h2>Result</h2>
        <pre data-testid="result" tabindex="0">${inert(JSON.stringify(task.result, undefined, 2))}</pre>`
    }
    <h2>Timeline</h2>
    <${Timeline} task=${task} now=${now} />
    <${CommandLine} text=${command('task', {}, task.id)} />
  `;
}

function Actions({ task, session }) {
  const cancel = () =>
    confirmAction({
      title: 'Cancel this task?',
      body: html`<p>
        It will not run; when it runs now, its signal fires. It ends as cancelled, also when no worker is up at the
        moment.
      </p>`,
      confirm: 'Cancel the task',
      isDangerous: true,
      command: command('cancel', {}, task.id),
      run: async () => {
        await post(`tasks/${encodeURIComponent(task.id)}/cancel`);
        tell('Asked to cancel it.');
      },
    });
  const redrive = () =>
    confirmAction({
      title: 'Redrive this task?',
      body: html`<p>
        It leaves the dead-letter queue, goes back to ${inert(task.queue)} and begins anew at attempt 1.
      </p>`,
      confirm: 'Redrive the task',
      command: deadLettersCommand('redrive', task.queue, [task.id]),
      run: async () => {
        const { done } = await post(`tasks/${encodeURIComponent(task.id)}/redrive`, { queue: task.queue });
        tell(done === 0 ? 'It is not in the dead-letter queue any more.' : 'It is in its queue again.');
      },
    });
  const isOver = isEnd(task.state);
  if (!may(session, 'operator') || (isOver && task.state !== 'dead-lettered')) return null;
  return html`<p class="actions">
    ${isOver ? html`<button class="primary" onClick=${redrive}>Redrive</button>` : html`<button class="danger" onClick=${cancel}>Cancel</button>`}
  </p>`;
}

function Facts({ task, definition, now }) {
  const facts = [
    ['Name', task.name && html`<${Text} text=${task.name} />`],
    ['Queue', html`<${Text} text=${task.queue} />`],
    ['Attempt', attemptText(task.attempt, definition?.attempts)],
    ['Added', task.addedAt && html`<${Time} at=${task.addedAt} now=${now} />`],
    ['Due', task.dueAt && !isEnd(task.state) && html`<${Time} at=${task.dueAt} now=${now} />`],
    ['Changed', html`<${Time} at=${task.updatedAt} now=${now} />`],
    ['Worker', task.worker && html`<${Text} text=${task.worker} />`],
    ['Reason', task.reason && html`<${Text} text=${task.reason} />`],
    ['Error', task.error && html`<${Text} text=${task.error} length=${1000} />`],
    [didText(task), task.by && html`<${Text} text=${task.by} />`],
    ['Trace', task.traceId && html`<code>${inert(task.traceId)}</code>`],
    ['Result', task.isResultTooLarge && 'too large to be kept'],
  ];
  return html`<dl class="facts">
    ${facts
      .filter(([, value]) => value !== undefined && value !== false && value !== '')
      .map(
        ([name, value]) =>
          html`<dt key=${name}>${name}</dt>
            <dd>${value}</dd>`,
      )}
  </dl>`;
}

/** What somebody did with it: who is the fact. */
function didText({ state, reason }) {
  if (state !== 'cancelled') return 'Redriven by';
  return reason?.startsWith('purged:') ? 'Purged by' : 'Cancelled by';
}

function Timeline({ task, now }) {
  const { attempts, redrivenAt, by } = task;
  const isBefore = ({ startedAt, endedAt }) => redrivenAt === undefined || (endedAt ?? startedAt ?? 0) < redrivenAt;
  const before = attempts.filter(isBefore);
  const lines = (some) => some.map((attempt, index) => html`<${Attempt} key=${index} attempt=${attempt} now=${now} />`);
  return html`<ol class="timeline" data-testid="timeline">
    ${task.addedAt !== undefined && html`<li>added <${Time} at=${task.addedAt} now=${now} /></li>`} ${lines(before)}
    ${
      redrivenAt !== undefined &&
      html`<li>
        redriven <${Time} at=${redrivenAt} now=${now} />
        ${task.state !== 'cancelled' && by !== undefined && html` by <${Text} text=${by} />`}
      </li>`
    }
    ${lines(attempts.slice(before.length))}
    ${
      isEnd(task.state) &&
      html`<li class=${task.state === 'dead-lettered' ? 'bad' : ''}>
        ${task.state}${' '}<${Time}
          at=${task.updatedAt}
          now=${now}
        />${task.reason !== undefined && html` (<${Text} text=${task.reason} />)`}
      </li>`
    }
  </ol>`;
}

function Attempt({ attempt, now }) {
  const { error, stack, nextDelay, milliseconds, startedAt, endedAt, worker } = attempt;
  const at = startedAt ?? endedAt;
  return html`<li class=${error === undefined ? '' : 'bad'}>
    attempt ${attempt.attempt}
    ${at !== undefined && html`, <span title=${absolute(at)}><${Time} at=${at} now=${now} /></span>`}
    ${worker !== undefined && html` on <${Text} text=${worker} />`}
    ${milliseconds !== undefined && `, ran ${duration(milliseconds)}`}
    ${error !== undefined && html`<br /><${Text} text=${error} length=${500} />`}
    ${
      stack !== undefined &&
      html`<details>
        <summary>Stack</summary>
        <pre tabindex="0">${inert(stack)}</pre>
      </details>`
    }
    ${nextDelay !== undefined && html`<br /><span class="faint">waits ${duration(nextDelay)} for the next one</span>`}
  </li>`;
}
