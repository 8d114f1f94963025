import { useEffect, useState } from '../vendor/preact.js';

const listeners = new Set();

/** What the address of a task begins with. */
const TASKS = '/tasks/';

/** Tells all who show something of the address. */
function tell() {
  for (const listener of listeners) listener();
}

addEventListener('popstate', tell);

/** Goes to a page of ours: one more step of the browser's history, or in place of the last one. */
export function navigate(path, { replace = false } = {}) {
  if (path === location.pathname + location.search) return;
  history[replace ? 'replaceState' : 'pushState'](undefined, '', path);
  tell();
  if (!replace) scrollTo(0, 0);
}

/** The address of the tasks that a search finds: `what` as it stands, and before `name`, which stands for itself whatever is in it. */
export function searchPath(what, name) {
  const word = /[\s":]/.test(name) ? `"${name.replaceAll('"', '')}"` : name;
  return `/tasks?search=${encodeURIComponent(`${what}${word}`)}`;
}

/** The address of a task, whatever its id: half of a surrogate pair, which no address can carry, becomes a replacement character. */
export function taskPath(id, queue) {
  const place = queue === undefined ? '' : `?queue=${encodeURIComponent(queue)}`;
  return `${TASKS}${encodeURIComponent(id.replace(/\p{Cs}/gu, '\ufffd'))}${place}`;
}

/** The id in the address of a task; `undefined` where somebody wrote an address that cannot be read. */
export function taskIdIn(path) {
  try {
    return path.startsWith(TASKS) ? decodeURIComponent(path.slice(TASKS.length)) : undefined;
  } catch {
    return undefined;
  }
}

/** The address as the page reads it; changes when it does. */
export function useAddress() {
  const read = () => location.pathname + location.search;
  const [, setAddress] = useState(read);
  useEffect(() => {
    const listener = () => setAddress(read());
    listeners.add(listener);
    listener();
    return () => listeners.delete(listener);
  }, []);
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

/** Links to our own pages are followed without loading the document again. */
export function followLinks(event) {
  const link = event.target instanceof Element ? event.target.closest('a[href^="/"]') : null;
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (link === null || !isPlain || link.target !== '' || event.defaultPrevented) return;
  event.preventDefault();
  navigate(link.getAttribute('href'));
}
