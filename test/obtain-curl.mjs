import { canInstallPackages, installPackages } from '../scripts/lib/broker/apt.mjs';
import { whereIs } from '../scripts/lib/command.mjs';
import { Failure } from '../scripts/lib/failure.mjs';

/**
 * The curl with which the manuals ask the apps; on Debian as root the distribution's package when there is none, installed after saying so.
 * @param {import('../scripts/lib/say.mjs').Voice} voice
 */
export async function obtainCurl(voice) {
  if (whereIs('curl') !== undefined) return;
  if (!canInstallPackages()) throw new Failure('no curl found, which the tests of the manuals type: install it');
  voice.doing('curl', "no curl here: installing the distribution's curl with apt-get");
  await installPackages('curl');
  voice.done('curl', 'curl installed');
}
