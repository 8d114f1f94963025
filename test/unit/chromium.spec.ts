import { runModule } from '../support/run-module';

const QUIET = '{ doing() {}, done() {} }';

/** What `obtainChromium` gives or says, in a Node that sees these variables. */
function obtained(environment: Record<string, string>): Promise<unknown> {
  const code = `(module, environment) => {
    delete process.env.CHROME_BIN;
    Object.defineProperty(process, 'platform', { value: 'linux' });
    Object.assign(process.env, environment);
    return module.obtainChromium(${QUIET}).catch((error) => error.message);
  }`;
  return runModule('chromium.mjs', code, environment);
}

describe('the browser of the tests', () => {
  it('is the one that CHROME_BIN names', async () => {
    expect(await obtained({ CHROME_BIN: process.execPath })).toBe(process.execPath);
  });

  it('is not looked for elsewhere when CHROME_BIN names none', async () => {
    expect(await obtained({ CHROME_BIN: '/nowhere/chromium' })).toBe(
      'CHROME_BIN is set, and /nowhere/chromium cannot be run.',
    );
  });

  it('is missed in one sentence that names the fix, where it cannot be installed', async () => {
    expect(await obtained({ PATH: '/nowhere', CHROME_BIN: '' })).toMatch(
      /^no Chromium found, .* `apt-get install -y chromium` as root.*CHROME_BIN.*$/,
    );
  });
});
