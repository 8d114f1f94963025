import { html, render, useEffect, useState } from './vendor/preact.js';
import { get, whenLoggedOut } from './lib/api.js';
import { followLinks } from './lib/router.js';
import { Frame } from './frame.js';
import { Login } from './views/login.js';

/** Asks who is looking, and shows either the login or the pages. */
function App() {
  const [session, setSession] = useState();
  const [problem, setProblem] = useState('');

  useEffect(() => {
    const look = () =>
      get('session').then(setSession, (error) => {
        setProblem(error.message);
        setTimeout(() => void look(), 2_000);
      });
    whenLoggedOut(() => setSession({ isLoginRequired: true }));
    void look();
  }, []);

  if (session === undefined) return html`<p class="note" role="status">${problem === '' ? 'Loading …' : problem}</p>`;
  if (session.role === undefined) return html`<${Login} onLogin=${setSession} />`;
  return html`<${Frame} session=${session} />`;
}

document.addEventListener('click', followLinks);
render(html`<${App} />`, document.getElementById('app'));
