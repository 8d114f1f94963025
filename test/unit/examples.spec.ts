import { projectFiles, textOf } from '../support/project-files';

const sources = projectFiles('examples/src').filter((path) => /\/\d\d-[^/.]+\.ts$/.test(path));

describe('each example', () => {
  it('is in examples/README.md, with what it prints', () => {
    const shown = [...textOf('examples/README.md').matchAll(/^\[(\d\d-[\w-]+)\]\(src\/\1\.ts\): .+\n\n```text\n/gm)];
    expect(sources.length).toBeGreaterThan(10);
    expect(shown.map(([, name]) => `examples/src/${name}.ts`).toSorted()).toEqual(sources);
  });

  it.each(sources)('%s is short, says first what it shows, and has a queue of its own', (path) => {
    const lines = textOf(path).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(75);
    expect(lines[0]).toMatch(/^\/\/ .+\.$/);
    const queues = sources.flatMap((one) =>
      [...textOf(one).matchAll(/'(example-[\w-]+)'/g)].map(([, queue]) => [queue, one]),
    );
    const names = new Set(queues.filter(([, one]) => one === path).map(([queue]) => queue));
    expect(queues.filter(([queue, one]) => names.has(queue) && one !== path)).toEqual([]);
  });
});

/** The code of a guide that comes from a source: `<!-- from examples/src/a.ts#part -->` and the block behind it. */
const quoted = projectFiles()
  .filter((path) => path.endsWith('.md'))
  .flatMap((manual) =>
    [...textOf(manual).matchAll(/^<!-- from (\S+\.ts)#([\w-]+) -->\n\n```ts\n(.*?)^```$/gms)].map(
      ([, source = '', part = '', code = '']) => ({ manual, source, part, code }),
    ),
  );

/** What stands between `// #region part` and `// #endregion`, moved to the margin. */
function regionOf(source: string, part: string): string {
  const lines = textOf(source).split('\n');
  const begin = lines.findIndex((line) => line.trim() === `// #region ${part}`);
  const end = lines.findIndex((line, index) => index > begin && line.trim() === '// #endregion');
  const margin = lines[begin]?.search(/\S/) ?? 0;
  return lines
    .slice(begin + 1, end)
    .map((line) => `${line.slice(margin)}\n`)
    .join('');
}

describe('an example with a spec', () => {
  it('is told of in examples/README.md, and the spec is no program', () => {
    const specs = projectFiles('examples/src').filter((path) => path.endsWith('.spec.ts'));
    expect(specs.length).toBeGreaterThan(0);
    for (const path of specs) {
      expect(textOf('examples/README.md')).toContain(`(${path.replace('examples/', '')})`);
      expect(sources).toContain(path.replace('.spec.ts', '.ts'));
    }
  });
});

describe('code in the guides', () => {
  it('comes from programs that a test runs', () => {
    const names = ['writing-a-handler', 'idempotency', 'retries', 'contracts', 'topology', 'foreign-messages'];
    const guides = names.map((name) => `docs/${name}.md`);
    const blocks = guides.flatMap((guide) => [...textOf(guide).matchAll(/^```ts$/gm)].map(() => guide));
    expect(
      quoted
        .map(({ manual }) => manual)
        .filter((manual) => guides.includes(manual))
        .toSorted(),
    ).toEqual(blocks.toSorted());
  });

  it.each(quoted)('$manual quotes $source#$part', ({ source, part, code }) => {
    expect(code).toBe(regionOf(source, part));
  });
});
