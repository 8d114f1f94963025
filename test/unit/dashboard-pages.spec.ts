import { projectFiles, textOf } from '../support/project-files';
import { readPageFiles } from '../../apps/dashboard/src/pages/page-files';

const files = readPageFiles();
const folder = 'apps/dashboard/src/pages/web/';
const sources = projectFiles('apps/dashboard/src/pages/web').map((path) => ({ path, text: textOf(path) }));

describe('the pages', () => {
  it('have every file of their folder and the modules of others, with their types', () => {
    expect([...files.keys()]).toEqual(expect.arrayContaining(sources.map(({ path }) => path.slice(folder.length))));
    expect([...files.values()].map(({ type }) => type)).not.toContain('application/octet-stream');
    expect(files.get('vendor/preact.js')?.body.toString()).toContain('useState');
    expect(files.get('vendor/uplot.js')?.body.toString()).toContain('export');
  });

  it('import only what is served', () => {
    const imports = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/from '([^']+)'/g)].map(
        ([, target = '']) => new URL(target, `http://x/${path.slice(folder.length)}`),
      ),
    );
    expect(imports.length).toBeGreaterThan(20);
    expect(imports.filter(({ pathname }) => !files.has(pathname.slice(1))).map(({ pathname }) => pathname)).toEqual([]);
  });

  it('have nothing that a strict policy refuses or that would be read as markup', () => {
    const forbidden =
      /innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|\beval\(|new Function| style=| on[a-z]+="/;
    const offenders = sources.filter(({ path, text }) => /\.(?:js|html)$/.test(path) && forbidden.test(text));
    expect(offenders.map(({ path }) => path)).toEqual([]);
  });

  it('are short files, as the rest is', () => {
    const long = sources.filter(({ path, text }) => path.endsWith('.js') && text.split('\n').length > 200);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});
