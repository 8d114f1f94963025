import { useEffect, useState } from '../vendor/preact.js';
import { get } from './api.js';

/** Milliseconds without a word after which the connection counts as lost: the server says something every second. */
const SILENCE = 8_000;
const RECONNECT = 1_000;

/**
 * Everything that is pushed: the last overview, whether it is live, how often the tasks have changed, and which the last time;
 * `isCut`: others as well.
 */
const state = { overview: undefined, isLive: false, changes: 0, changed: new Set(), isCut: false };
const listeners = new Set();
let source;
let timer;
let heardAt = 0;

function tell() {
  for (const listener of listeners) listener();
}

function lost() {
  source?.close();
  source = undefined;
  clearTimeout(timer);
  timer = setTimeout(open, RECONNECT);
  if (state.isLive) {
    state.isLive = false;
    tell();
  }
  // Tells whether nobody is logged in any more, which the events do not.
  get('overview').catch(() => undefined);
}

function changed(ids, isCut) {
  state.changed = new Set(ids);
  state.isCut = isCut;
  state.changes += 1;
}

function heard(event, read) {
  heardAt = Date.now();
  // What was pushed while the connection was lost is not pushed again.
  if (!state.isLive && state.overview !== undefined) changed([], true);
  read(JSON.parse(event.data));
  state.isLive = true;
  tell();
}

function open() {
  source = new EventSource('/api/events');
  heardAt = Date.now();
  source.addEventListener('overview', (event) => heard(event, (overview) => (state.overview = overview)));
  source.addEventListener('tasks', (event) => heard(event, ({ ids, isCut }) => changed(ids, isCut)));
  source.addEventListener('error', lost);
}

/** Begins to listen; comes back by itself whenever the server does. */
export function startLive() {
  if (source === undefined) open();
  const watch = setInterval(() => {
    if (source !== undefined && Date.now() - heardAt > SILENCE) lost();
  }, 1_000);
  return () => {
    clearInterval(watch);
    clearTimeout(timer);
    source?.close();
    source = undefined;
    state.isLive = false;
  };
}

/** What is pushed, and a new drawing whenever something is. */
export function useLive() {
  const [, draw] = useState(0);
  useEffect(() => {
    const listener = () => draw((times) => times + 1);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  return state;
}
