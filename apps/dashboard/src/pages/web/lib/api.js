/** What the API said instead of doing it. */
export class ApiProblem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Called when a request finds that nobody is logged in any more. */
let onLoggedOut = () => undefined;

/** Sets who is told. */
export function whenLoggedOut(listener) {
  onLoggedOut = listener;
}

/** Reads from the API. */
export function get(path, signal) {
  return ask(path, { signal });
}

/** Has the API do something. The header is one that no page of another origin can send. */
export function post(path, body = {}) {
  const headers = { 'content-type': 'application/json', 'x-warren-dashboard': '1' };
  return ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(`/api/${path}`, { ...options, credentials: 'same-origin' });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiProblem(0, 'The dashboard does not answer. It is asked again as soon as it does.');
  }
  const text = await response.text();
  const answer = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined;
  if (response.ok) return answer;
  if (response.status === 401 && path !== 'login') onLoggedOut();
  throw new ApiProblem(response.status, answer?.detail ?? `The dashboard answered ${response.status}.`);
}
