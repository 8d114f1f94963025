import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { inert, inertLine } from './inert.js';

let show = () => undefined;

/**
 * Asks before something is done, and does it. `run` is what happens; its text, if it gives one, is told afterwards.
 * Resolves when the dialog has closed; focus goes back to where it was. The title may hold names that strangers have chosen.
 */
export function confirmAction(request) {
  const title = inertLine(request.title);
  return new Promise((resolve) => show({ ...request, title, opener: document.activeElement, resolve }));
}

/** The one dialog of the pages; stands in the frame. */
export function DialogHost() {
  const [request, setRequest] = useState();
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [reason, setReason] = useState('');
  const dialog = useRef();
  const asked = useRef();

  show = (wanted) => {
    asked.current = wanted;
    setProblem('');
    setReason('');
    setRequest(wanted);
  };

  useEffect(() => {
    if (request !== undefined) dialog.current?.showModal();
  }, [request]);

  if (request === undefined) return null;
  const { title, body, command, confirm, isDangerous, hasReason, run, opener, resolve } = request;

  const closed = () => {
    asked.current = undefined;
    setRequest(undefined);
    setBusy(false);
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    resolve();
  };
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    // Esc closes it meanwhile, and what is asked then is another question.
    const isAsked = () => asked.current === request;
    try {
      await run(reason.trim());
      if (isAsked()) dialog.current.close();
    } catch (error) {
      if (!isAsked()) return tell(error.message);
      setProblem(error.message);
      setBusy(false);
    }
  };

  return html`<dialog ref=${dialog} onClose=${closed} aria-labelledby="dialog-title">
    <form onSubmit=${submit}>
      <h2 id="dialog-title">${title}</h2>
      ${body}
      ${
        hasReason &&
        html`<label>
          Reason, for the others
          <input value=${reason} maxlength="200" onInput=${(event) => setReason(event.target.value)} />
        </label>`
      }
      <${CommandLine} text=${typeof command === 'function' ? command(reason.trim()) : command} />
      <p class="problem" role="alert">${inert(problem)}</p>
      <p class="buttons">
        <button type="button" onClick=${() => dialog.current.close()}>Close</button>
        <button class=${isDangerous ? 'danger' : 'primary'} aria-busy=${isBusy}>${confirm}</button>
      </p>
    </form>
  </dialog>`;
}

/** The command line that does the same. */
export function CommandLine({ text }) {
  if (!text) return null;
  return html`<p class="command"><span>The same on the command line</span> <code>${text}</code></p>`;
}

let announce = () => undefined;

/** Says what was done, for eyes and for screen readers, for some seconds. */
export function tell(text) {
  announce(inertLine(text, 500));
}

/** Where {@link tell} says it; stands in the frame. */
export function Announcer() {
  const [text, setText] = useState('');
  announce = setText;
  useEffect(() => {
    if (text === '') return undefined;
    const timer = setTimeout(() => setText(''), 8_000);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<p class="told" role="status" data-testid="told">${text}</p>`;
}
