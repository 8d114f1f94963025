import { html, useState } from '../vendor/preact.js';
import { post } from '../lib/api.js';

/** Asks for a name and a password. */
export function Login({ onLogin }) {
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);

  const submit = async (event) => {
    event.preventDefault();
    const fields = new FormData(event.target);
    setBusy(true);
    try {
      onLogin(await post('login', { name: fields.get('name'), password: fields.get('password') }));
    } catch (error) {
      setProblem(error.message);
    } finally {
      setBusy(false);
    }
  };

  return html`<main class="login">
    <form onSubmit=${submit} aria-labelledby="login-title">
      <h1 id="login-title">Warren</h1>
      <label>Name <input name="name" autocomplete="username" required maxlength="64" autofocus /></label>
      <label>
        Password <input name="password" type="password" autocomplete="current-password" required maxlength="1000" />
      </label>
      <p class="problem" role="alert">${problem}</p>
      <button class="primary" aria-busy=${isBusy}>Log in</button>
    </form>
  </main>`;
}
