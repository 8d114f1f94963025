import { html, useState } from '../vendor/preact.js';
import { get } from '../lib/api.js';
import { tell } from '../lib/dialog.js';
import { bytes } from '../lib/format.js';
import { inert } from '../lib/inert.js';
import { isEnd, Problem } from '../lib/parts.js';

/** What a task carries: nobody but its dead-letter queue can be asked for it. */
export function Payload({ task }) {
  const [shown, setShown] = useState();
  const [problem, setProblem] = useState();
  if (task.state !== 'dead-lettered') {
    return html`<p class="faint">
      ${
        isEnd(task.state)
          ? 'Gone: the broker kept it until the task ended, and nothing else does.'
          : `In the broker, in ${inert(task.queue)} or on its way there; it can be read once it is put aside.`
      }
    </p>`;
  }
  const look = () =>
    get(`dead-letters/${encodeURIComponent(task.id)}?queue=${encodeURIComponent(task.queue)}`).then((answer) => {
      setShown(answer);
      setProblem(undefined);
    }, setProblem);
  if (shown === undefined) {
    return html`<p><button onClick=${look}>Look into the dead-letter queue</button></p>
      <${Problem} problem=${problem} />`;
  }
  return html`
    <p class="faint">
      ${bytes(shown.bytes)}${shown.isCut && `, the first ${bytes(shown.text.length)} shown`}
      ${shown.masked > 0 && `, ${shown.masked} secret ${shown.masked === 1 ? 'field' : 'fields'} masked`}
    </p>
    ${
      shown.problem === undefined
        ? html`<pre data-testid="payload" tabindex="0">${inert(shown.text)}</pre>`
        : html`<p class="warn">${shown.problem}</p>`
    }
    ${shown.text !== undefined && html`<p><${Copy} text=${shown.text} /></p>`}
  `;
}

function Copy({ text }) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => tell('Copied.'),
      () => tell('The browser does not let this page copy.'),
    );
  return html`<button onClick=${copy}>Copy</button>`;
}
