/** Pages by the second key after `g`, in the order of the navigation. */
export const PAGES = [
  { key: 'q', path: '/', title: 'Queues' },
  { key: 't', path: '/tasks', title: 'Tasks' },
  { key: 'f', path: '/failures', title: 'Failures' },
  { key: 'w', path: '/workers', title: 'Workers' },
  { key: 'd', path: '/delayed', title: 'Delayed' },
  { key: 'c', path: '/charts', title: 'Charts' },
];

/** What the help lists. */
export const KEYS = [
  ['/', 'search'],
  ...PAGES.map(({ key, title }) => [`g ${key}`, title.toLowerCase()]),
  ['j, k', 'next and previous row'],
  ['Enter', 'open the row'],
  ['Esc', 'leave a field or a dialog'],
  ['?', 'this list'],
];

/** Milliseconds in which the second key of two has to come. */
const PAIR = 1_500;

/** Turns keys into what they are for. Gives a function that ends it. */
export function listenForKeys({ goTo, search, help }) {
  let gAt = -Infinity;
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    const page = PAGES.find(({ key }) => key === event.key);
    const isSecond = event.timeStamp - gAt < PAIR;
    gAt = event.key === 'g' ? event.timeStamp : -Infinity;
    if (isSecond && page !== undefined) goTo(page.path);
    else if (event.key === '/') search();
    else if (event.key === '?') help();
    else if (event.key === 'j') step(1);
    else if (event.key === 'k') step(-1);
    else return;
    event.preventDefault();
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}

function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Moves the focus to another row's link. */
function step(by) {
  const links = [...document.querySelectorAll('[data-row] a')];
  const rows = [...new Map(links.map((link) => [link.closest('[data-row]'), link])).entries()];
  const at = rows.findIndex(([row]) => row.contains(document.activeElement));
  const next = at === -1 ? (by > 0 ? 0 : rows.length - 1) : at + by;
  rows[Math.max(0, Math.min(rows.length - 1, next))]?.[0].querySelector('a').focus();
}
