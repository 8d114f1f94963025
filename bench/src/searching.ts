import { parseTaskSearch, TaskView } from '@app/queue';

/** What is looked for; the first finds everything. */
const SEARCHES = [
  '',
  'state:dead-lettered',
  'name:image.* error:"no space"',
  'since:1m',
  '0198f3a5-00077',
  'nothing at all',
];

/** Each search is done so often; the first times compile it. */
const TIMES = 20;

/** One search: the tasks it found, and the milliseconds it took at the median and at worst. */
export interface SearchFigures {
  readonly search: string;
  readonly found: number;
  readonly median: number;
  readonly worst: number;
}

/** A view of so many tasks, searched: what it takes in memory, and how long searches and the other questions take. */
export function measureSearching(tasks: number): { mebibytes: number; searches: SearchFigures[] } {
  const now = Date.now();
  const before = memoryNow();
  const view = fill(tasks, now);
  const mebibytes = (memoryNow() - before) / 2 ** 20;
  const page = { limit: 50, offset: 0 };
  const searches = SEARCHES.map((text) => {
    const { search = {} } = parseTaskSearch(text, now);
    return figuresOf(text === '' ? '(everything)' : text, () => view.search(search, page).total);
  });
  const queues = figuresOf('(queues)', () => view.queues(now).length);
  return { mebibytes, searches: [...searches, queues] };
}

function fill(tasks: number, now: number): TaskView {
  const view = new TaskView(tasks);
  for (let index = 0; index < tasks; index += 1) {
    const id = `0198f3a5-${String(index).padStart(5, '0')}-7000-8000-000000000000`;
    const at = now - (tasks - index) * 10;
    const of = { id, name: `image.${index % 7}`, queue: `queue-${index % 5}`, worker: `host-${index % 20}-beef`, at };
    view.apply({ kind: 'added', ...of });
    if (index % 50 === 0) {
      const error = `Error: ENOSPC: no space left on device, write ${index}`;
      view.apply({ kind: 'dead-lettered', ...of, attempt: 1, reason: 'failed', error, stack: `at write (${index})` });
    } else view.apply({ kind: 'completed', ...of, at: at + 20, attempt: 1, milliseconds: 10 });
  }
  return view;
}

function figuresOf(search: string, ask: () => number): SearchFigures {
  let found = 0;
  const times = Array.from({ length: TIMES }, () => {
    const begun = performance.now();
    found = ask();
    return performance.now() - begun;
  }).toSorted((one, other) => one - other);
  return { search, found, median: times[TIMES / 2] ?? 0, worst: times.at(-1) ?? 0 };
}

function memoryNow(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
