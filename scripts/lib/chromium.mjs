import { canInstallPackages, installPackages } from './broker/apt.mjs';
import { variable } from './checkout.mjs';
import { isExecutable, whereIs } from './command.mjs';
import { Failure } from './failure.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** Where macOS has it, which is on no PATH. */
const OF_MACOS = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

const WAYS =
  'no Chromium found, which the tests of the dashboard drive: install it (Debian: `apt-get install -y chromium` as root), or let CHROME_BIN name a Chromium or Chrome';

/** A Chromium of this machine, by the file that starts it; CHROME_BIN names another. @returns {string | undefined} */
export function findChromium() {
  const named = variable('CHROME_BIN');
  if (named === undefined) {
    const onPath = NAMES.map((name) => whereIs(name)).find((file) => file !== undefined);
    return onPath ?? (process.platform === 'darwin' && isExecutable(OF_MACOS) ? OF_MACOS : undefined);
  }
  if (!isExecutable(named)) throw new Failure(`CHROME_BIN is set, and ${named} cannot be run.`);
  return named;
}

/**
 * A Chromium, on Debian as root the distribution's package when there is none, installed after saying so.
 * @param {import('./say.mjs').Voice} voice @returns {Promise<string>} the file that starts it; rejects with a Failure that says how to get one
 */
export async function obtainChromium(voice) {
  const found = findChromium();
  if (found !== undefined) return found;
  if (!canInstallPackages()) throw new Failure(WAYS);
  voice.doing('browser', "no Chromium here: installing the distribution's chromium with apt-get");
  await installPackages('chromium');
  const installed = findChromium();
  if (installed === undefined) throw new Failure(WAYS);
  voice.done('browser', 'chromium installed');
  return installed;
}
