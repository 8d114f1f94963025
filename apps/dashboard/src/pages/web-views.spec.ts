import { join } from 'node:path';

/** The pages' modules are plain JavaScript, without declared types. */
const web = (file: string): string => join(__dirname, 'web', file);

type Props = Readonly<Record<string, unknown>>;

const htm = jest.requireActual<{ bind: (make: unknown) => unknown }>('htm');

/** Elements that stand in a line with what is around them: no space is seen there that is not written. */
const INLINE = ['a', 'code', 'span', 'strong', 'time'];

/** What a browser would show: the texts of the elements, and where its links lead. */
function drawn(type: string | ((props: Props) => unknown), props: Props | null, ...children: unknown[]): unknown {
  if (typeof type === 'function') return type({ ...props, children });
  const link = typeof props?.['href'] === 'string' ? ` [${decodeURIComponent(props['href'])}]` : '';
  return INLINE.includes(type) ? [children, link] : [' ', children, ' '];
}

function textOf(node: unknown): string {
  if (Array.isArray(node)) return node.map(textOf).join('');
  return typeof node === 'string' || typeof node === 'number' ? String(node) : '';
}

const NOW = Date.UTC(2026, 10, 22, 12);

/** One component of a module, drawn once: `answer` is what the API tells, `totals` what stands in the overview. */
function shown(file: string, component: string, props: Props, answer: unknown, totals: Props = {}): string {
  jest.resetModules();
  const hooks = {
    useEffect: () => undefined,
    useRef: () => ({}),
    useState: (value: unknown) => [value, () => undefined],
  };
  jest.doMock(web('vendor/preact.js'), () => ({ html: htm.bind(drawn), ...hooks }), { virtual: true });
  const overview = { at: NOW, totals, history: { state: 'live' }, broker: { state: 'open' }, problems: [] };
  jest.doMock(web('lib/live.js'), () => ({ useLive: () => ({ overview, changes: 1, changed: new Set() }) }));
  jest.doMock(web('lib/use-answer.js'), () => ({ useAnswer: () => ({ answer }) }));
  jest.doMock(web('lib/router.js'), () => ({ ...router() }));
  const views = jest.requireActual<Record<string, (props: Props) => unknown>>(web(file));
  return textOf(views[component]?.(props)).replaceAll(/\s+/g, ' ').trim();
}

function router(): object {
  const globals = globalThis as { addEventListener?: unknown };
  globals.addEventListener = () => undefined;
  const real = jest.requireActual<object>(web('lib/router.js'));
  delete globals.addEventListener;
  return real;
}

const admin = { role: 'admin', name: 'ada' };

const dead = {
  id: 'a1',
  name: 'image.resize',
  queue: 'images',
  state: 'dead-lettered',
  reason: 'timed-out',
  attempt: 1,
  addedAt: NOW - 120_000,
  updatedAt: NOW - 60_000,
  attempts: [],
};

const task = (facts: Props): string =>
  shown('views/task.js', 'Task', { id: 'a1', queue: null, session: admin }, { task: { ...dead, ...facts } });

describe('the pages say', () => {
  it('words apart from what stands behind them', () => {
    expect(shown('views/failed-last.js', 'FailedLast', {}, { total: 8, tasks: [dead] })).toMatch(
      /All 8 \[\/tasks\?search=state:dead-lettered,retrying\], and what was put aside, by kind/,
    );
    expect(task({})).toContain('dead-lettered 1 min ago (timed-out)');
  });

  it('redrive, as everything else does, for what gives a dead letter back', () => {
    const group = { key: 'k', queue: 'images', name: 'image.resize', reason: 'timed-out', count: 2, ids: [] };
    const answer = { groups: [group], total: 2, cutOff: [] };
    const failures = shown('views/failures.js', 'Failures', { session: admin, query: new URLSearchParams() }, answer);
    expect(failures).toContain('Redrive all Purge all');
    expect(task({})).toContain('Redrive Facts');
  });

  it('who did what with a task, and nothing of it where nobody did', () => {
    expect(task({ by: 'ada' })).toContain('Redriven by ada');
    expect(task({ by: 'ada', state: 'cancelled', reason: undefined })).toContain('Cancelled by ada');
    expect(task({ by: 'ada', state: 'cancelled', reason: 'purged: timed-out' })).toContain('Purged by ada');
    expect(task({})).not.toContain(' by ');
  });

  it('when a task was redriven, between the runs of before and after', () => {
    const attempts = [
      { attempt: 1, endedAt: NOW - 110_000, worker: 'w1' },
      { attempt: 1, endedAt: NOW - 60_000, worker: 'w2' },
    ];
    expect(task({ by: 'ada', redrivenAt: NOW - 90_000, attempts })).toMatch(
      /added 2 min ago .*attempt 1.* on w1 .*redriven 1\.5 min ago by ada .*attempt 1.* on w2 .*dead-lettered 1 min ago/,
    );
    expect(task({ attempts })).not.toContain('redriven');
  });

  it('that no attempt has been made yet, rather than a number', () => {
    expect(task({ state: 'delayed', attempt: 0 })).toContain('Attempt none yet');
    const query = new URLSearchParams();
    const row = { ...dead, state: 'delayed', attempt: 0 };
    expect(shown('views/tasks.js', 'Tasks', { query }, { tasks: [row], total: 1 })).toContain('delayed –');
  });

  it('which workers are lost beside those that live, not by a colour alone', () => {
    expect(shown('chrome.js', 'Counters', {}, undefined, { workers: 2, lost: 1 })).toContain('Workers 2, 1 lost');
    expect(shown('chrome.js', 'Counters', {}, undefined, { workers: 2, lost: 0 })).toContain('Workers 2 [/workers]');
  });

  it('that a task ran on a worker that is lost', () => {
    expect(task({ state: 'running', isWorkerLost: true })).toContain('running its worker is lost');
    expect(task({ state: 'running' })).not.toContain('lost');
  });

  it('one waits, and two wait', () => {
    const waiting = (delayed: number): string =>
      shown('views/delayed.js', 'Delayed', {}, { tasks: [], total: 0 }, { delayed });
    expect(waiting(1)).toContain('1 waits in the broker');
    expect(waiting(2)).toContain('2 wait in the broker');
  });
});

describe('a task’s id leads to it', () => {
  const broken = { ...dead, id: 'a/\ud800' };
  const query = new URLSearchParams();

  it.each([
    ['among what failed last', 'views/failed-last.js', 'FailedLast', { total: 1, tasks: [broken] }],
    ['among those found', 'views/tasks.js', 'Tasks', { total: 1, tasks: [broken] }],
    ['among those that wait', 'views/delayed.js', 'Delayed', { total: 1, tasks: [broken] }],
    [
      'among failures',
      'views/failures.js',
      'Failures',
      { groups: [{ ...dead, count: 1, ids: [broken.id] }], total: 1, cutOff: [] },
    ],
  ])('also where no address can carry it, %s', (_where, file, component, answer) => {
    expect(shown(file, component, { session: admin, query }, answer)).toContain('[/tasks/a/\ufffd');
  });

  it('and back; an address that somebody broke is none', () => {
    const { taskPath, taskIdIn } = router() as {
      taskPath: (id: string, queue?: string) => string;
      taskIdIn: (path: string) => string | undefined;
    };
    expect(taskPath('a/b ü', 'x&y')).toBe('/tasks/a%2Fb%20%C3%BC?queue=x%26y');
    expect(taskIdIn(taskPath('a/b ü'))).toBe('a/b ü');
    for (const path of ['/tasks/%', '/tasks/%ff', '/tasks', '/']) expect(taskIdIn(path)).toBeUndefined();
  });
});

describe('a worker’s name leads', () => {
  it.each([
    ['web-1-4711-a3f0', 'state:running web-1-4711-a3f0'],
    ['fe80::1-4711', 'state:running "fe80::1-4711"'],
  ])('to the tasks that it runs: %s', (name, search) => {
    const worker = { name, state: 'alive', queues: [], running: 1 };
    const text = shown('views/workers.js', 'Workers', { session: admin }, { workers: [worker], at: NOW });
    expect(text).toContain(`${name} [/tasks?search=${search}]`);
  });
});
