import { bindings } from './bindings';
import type { Desk } from './desk';

/** A desk of a program, at a broker with these bindings that no definition asks for. */
function deskWith(stale: readonly object[]): { desk: Desk; removed: unknown[]; written: unknown[] } {
  const removed: unknown[] = [];
  const written: unknown[] = [];
  const operations = {
    staleBindings: () => Promise.resolve(stale),
    removeBindings: (some: readonly object[]) => Promise.resolve(removed.push(...some)),
  };
  const desk = {
    json: true,
    screen: { note: () => undefined, json: (value: unknown) => Promise.resolve(written.push(value)) },
    configuration: () => Promise.resolve({ managementUrl: 'http://there' }),
    reach: () => Promise.resolve({ operations }),
  };
  return { desk: desk as unknown as Desk, removed, written };
}

const binding = { queue: 'images', exchange: 'uploads', key: 'image.#' };

describe('warren bindings, for programs,', () => {
  it('is the list of them, and changes nothing', async () => {
    const { desk, removed, written } = deskWith([binding]);
    expect(await bindings(desk, {})).toBe(0);
    expect({ removed, written }).toEqual({ removed: [], written: [[binding]] });
  });

  it.each([[[binding]], [[]]])(
    'with --remove says which it has taken away, also when there were none: %j',
    async (stale) => {
      const { desk, removed, written } = deskWith(stale);
      expect(await bindings(desk, { remove: true, yes: true })).toBe(0);
      expect({ removed, written }).toEqual({ removed: stale, written: [{ removed: stale }] });
    },
  );
});
