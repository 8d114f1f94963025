import { html, useEffect, useRef, useState } from './vendor/preact.js';
import { Banner, Counters, LiveMark } from './chrome.js';
import { Announcer, DialogHost } from './lib/dialog.js';
import { KEYS, PAGES, listenForKeys } from './lib/keys.js';
import { post } from './lib/api.js';
import { startLive } from './lib/live.js';
import { navigate, taskIdIn, useAddress } from './lib/router.js';
import { Charts } from './views/charts.js';
import { Delayed } from './views/delayed.js';
import { Failures } from './views/failures.js';
import { Queues } from './views/queues.js';
import { Task } from './views/task.js';
import { Tasks } from './views/tasks.js';
import { Workers } from './views/workers.js';

const VIEWS = {
  '/': Queues,
  '/tasks': Tasks,
  '/failures': Failures,
  '/workers': Workers,
  '/delayed': Delayed,
  '/charts': Charts,
};

/** What surrounds every page: navigation, counters, the search, the state of the connection; and the page itself. */
export function Frame({ session }) {
  const { path, query } = useAddress();
  const search = useRef();
  const help = useRef();
  const main = useRef();
  const isFirst = useRef(true);

  useEffect(startLive, []);
  useEffect(
    () =>
      listenForKeys({
        goTo: navigate,
        search: () => search.current.select(),
        help: () => help.current.showModal(),
      }),
    [],
  );

  const taskId = taskIdIn(path);
  const title = taskId !== undefined ? 'Task' : (PAGES.find((page) => page.path === path)?.title ?? 'Not found');
  useEffect(() => {
    document.title = `${title} · Warren`;
    if (!isFirst.current) main.current.focus({ preventScroll: true });
    isFirst.current = false;
  }, [path]);

  const View = VIEWS[path];
  return html`
    <a class="skip" href="#main">To the content</a>
    <header>
      <nav aria-label="Pages">
        <a class="name" href="/">Warren</a>
        ${PAGES.map(
          (page) =>
            html`<a href=${page.path} key=${page.path} aria-current=${page.path === path ? 'page' : undefined}
              >${page.title}</a
            >`,
        )}
      </nav>
      <${SearchField} input=${search} text=${path === '/tasks' ? (query.get('search') ?? '') : ''} />
      <${LiveMark} />
      <${Who} session=${session} />
    </header>
    <${Counters} />
    <${Banner} />
    <main id="main" ref=${main} tabindex="-1">
      <h1>${title}</h1>
      ${
        taskId !== undefined
          ? html`<${Task} key=${path} id=${taskId} queue=${query.get('queue')} session=${session} />`
          : View === undefined
            ? html`<p>There is no such page.</p>`
            : html`<${View} session=${session} query=${query} />`
      }
    </main>
    <${Announcer} />
    <${DialogHost} />
    <${Help} dialog=${help} />
  `;
}

function SearchField({ input, text }) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  const submit = (event) => {
    event.preventDefault();
    const search = typed.trim();
    navigate(search === '' ? '/tasks' : `/tasks?search=${encodeURIComponent(search)}`);
  };
  const leave = (event) => {
    if (event.key === 'Escape') event.target.blur();
  };
  return html`<form class="search" role="search" onSubmit=${submit}>
    <input
      ref=${input}
      type="search"
      aria-label="Search tasks"
      placeholder="/ name: state: queue: error: since: id:"
      value=${typed}
      maxlength="500"
      spellcheck="false"
      autocapitalize="off"
      onInput=${(event) => setTyped(event.target.value)}
      onKeyDown=${leave}
    />
  </form>`;
}

function Who({ session }) {
  if (!session.isLoginRequired) return null;
  const leave = async () => {
    await post('logout');
    location.assign('/');
  };
  return html`<p class="who">
    <span>${session.name}</span> <span class="role">${session.role}</span>
    <button class="quiet" onClick=${leave}>Log out</button>
  </p>`;
}

function Help({ dialog }) {
  return html`<dialog ref=${dialog} aria-labelledby="help-title">
    <h2 id="help-title">Keys</h2>
    <dl class="keys">
      ${KEYS.map(
        ([keys, what]) =>
          html`<div key=${keys}>
            <dt><kbd>${keys}</kbd></dt>
            <dd>${what}</dd>
          </div>`,
      )}
    </dl>
    <p class="buttons"><button autofocus onClick=${() => dialog.current.close()}>Close</button></p>
  </dialog>`;
}
