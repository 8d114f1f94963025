import { canInstallPackages, installPackages } from '../scripts/lib/broker/apt.mjs';
import { whereIs } from '../scripts/lib/command.mjs';
import { Failure } from '../scripts/lib/failure.mjs';

/**
 * A program that the manuals type; on Debian as root the distribution's package when there is none, installed after saying so.
 * @param {import('../scripts/lib/say.mjs').Voice} voice @param {string} name @param {string} [debianPackage] default: called as the program is
 */
export async function obtainProgram(voice, name, debianPackage = name) {
  if (whereIs(name) !== undefined) return;
  if (!canInstallPackages()) throw new Failure(`no ${name} found, which the tests of the manuals type: install it`);
  voice.doing(name, `no ${name} here: installing the distribution's ${debianPackage} with apt-get`);
  await installPackages(debianPackage);
  voice.done(name, `${debianPackage} installed`);
}
