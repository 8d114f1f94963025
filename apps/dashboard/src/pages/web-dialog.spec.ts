import { join } from 'node:path';

/** The pages' modules are plain JavaScript, without declared types. */
const web = (file: string): string => join(__dirname, 'web', file);

type Node = { readonly type: string; readonly props: Readonly<Record<string, unknown>>; readonly children: unknown[] };
type Question = { title: string; run: () => Promise<void> };

const htm = jest.requireActual<{ bind: (make: unknown) => (...parts: unknown[]) => unknown }>('htm');
const globals = globalThis as { document?: unknown; HTMLElement?: unknown };

/** What holds an action until its test lets it go. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
}

/** What a browser says of an element that it has closed. */
const closed = (drawn: Node | null): void => (drawn?.props['onClose'] as (() => void) | undefined)?.();

/** The dialog of the pages as a browser would have it: drawn again when something is set, an element while something is asked. */
function pages() {
  const kept = new Map<string, unknown[]>();
  let hooks: unknown[] = [];
  let next = 0;
  const slot = <T>(first: T): [T, number] => {
    const index = next++;
    if (hooks.length <= index) hooks.push(first);
    return [hooks[index] as T, index];
  };
  const preact = {
    html: htm.bind((type: unknown, props: object | null, ...children: unknown[]) => ({ type, props, children })),
    useEffect: () => undefined,
    useRef: () => slot({ current: undefined })[0],
    useState: (first: unknown) => {
      const own = hooks;
      const [value, index] = slot(first);
      return [value, (set: unknown) => void (own[index] = set)];
    },
  };
  jest.resetModules();
  jest.doMock(web('vendor/preact.js'), () => preact, { virtual: true });
  const { DialogHost, Announcer, confirmAction } = jest.requireActual<{
    DialogHost: () => Node | null;
    Announcer: () => Node;
    confirmAction: (question: Question) => Promise<void>;
  }>(web('lib/dialog.js'));
  const draw = <T>(component: () => T): T => {
    const name = component.name;
    hooks = kept.get(name) ?? [];
    kept.set(name, hooks);
    next = 0;
    return component();
  };
  const dialog = (): Node | null => {
    const drawn = draw(DialogHost);
    const ref = drawn?.props['ref'] as { current: unknown } | undefined;
    if (ref !== undefined) ref.current = { close: () => closed(drawn) };
    return drawn;
  };
  dialog();
  const told = (): unknown => draw(Announcer).children[0];
  told();
  return {
    ask: (question: Question) => void confirmAction(question),
    /** What is asked now. */
    asked: () => JSON.stringify(dialog())?.match(/(?:First|Second)\?/)?.[0],
    problem: () => JSON.stringify(dialog()).includes('gone'),
    told,
    leave: () => closed(dialog()),
    confirm: () => {
      const form = dialog()?.children.find((child) => (child as Node).type === 'form') as Node;
      return (form.props['onSubmit'] as (event: object) => Promise<void>)({ preventDefault: () => undefined });
    },
  };
}

describe('a dialog that is left while its action goes on', () => {
  beforeEach(() => Object.assign(globals, { document: { activeElement: null }, HTMLElement: Object }));

  afterEach(() => {
    delete globals.document;
    delete globals.HTMLElement;
  });

  it('does not close the next one when the action ends', async () => {
    const { ask, asked, confirm, leave } = pages();
    const { open, opened } = gate();
    ask({ title: 'First?', run: () => opened });
    const ending = confirm();
    leave();
    expect(asked()).toBeUndefined();
    ask({ title: 'Second?', run: () => Promise.resolve() });
    open();
    await ending;
    expect(asked()).toBe('Second?');
    await confirm();
    expect(asked()).toBeUndefined();
  });

  it('does not say in the next one what became of it', async () => {
    const { ask, asked, confirm, leave, problem, told } = pages();
    const { open, opened } = gate();
    ask({ title: 'First?', run: () => opened.then(() => Promise.reject(new Error('the broker is gone'))) });
    const ending = confirm();
    leave();
    ask({ title: 'Second?', run: () => Promise.resolve() });
    open();
    await ending;
    expect([asked(), problem()]).toEqual(['Second?', false]);
    expect(told()).toBe('the broker is gone');
  });
});
