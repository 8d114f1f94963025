import { runModule } from '../support/run-module';

const isInstalled = (wanted: object, present: object, links: readonly string[] = []) =>
  runModule(
    'install.mjs',
    '({ isInstalled }, [wanted, present, links]) => isInstalled(wanted, present, (path) => links.includes(path))',
    [wanted, present, links],
  );

const root = { '': { name: 'warren' } };
const a = { 'node_modules/a': { version: '1.0.0' } };
const ofOurOwn = {
  'node_modules/@app/tool': { resolved: 'tools/tool', link: true },
  'tools/tool': { name: '@app/tool', version: '0.1.0' },
};
const forAnotherSystem = { 'node_modules/b-darwin': { version: '1.0.0', optional: true } };

describe('npm start installs', () => {
  it.each([
    ['nothing when all is there', { ...root, ...a }, a, true],
    ['nothing when only a package for another system is not there', { ...root, ...a, ...forAnotherSystem }, a, true],
    ['when nothing is there', { ...root, ...a }, {}, false],
    ['when a package is missing', { ...root, ...a, 'node_modules/c': { version: '1.0.0' } }, a, false],
    ['when a package has another version', { ...root, 'node_modules/a': { version: '1.0.1' } }, a, false],
    ['when a package is there that is not asked for', root, a, false],
  ])('%s', async (_what, wanted, present, expected) => {
    expect(await isInstalled(wanted, present)).toBe(expected);
  });

  it('when the link to a package of the repository’s own is missing, and not when it is there', async () => {
    const wanted = { ...root, ...a, ...ofOurOwn };
    expect(await isInstalled(wanted, a, [])).toBe(false);
    expect(await isInstalled(wanted, a, ['node_modules/@app/tool'])).toBe(true);
    expect(await isInstalled(wanted, { ...a, ...ofOurOwn }, ['node_modules/@app/tool'])).toBe(true);
  });
});
