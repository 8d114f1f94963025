import { DebianPackages } from '../bench/lib/peers/debian-packages.mjs';

const packages = new DebianPackages('celery', ['python3-celery', 'python3']);

/**
 * Makes the distribution's python3-celery usable: the machine's own, or else unpacked in a folder of the checkout, which the comparisons in
 * bench/ share. A Failure says why it cannot be had.
 * @param {import('../scripts/lib/say.mjs').Voice} voice
 * @returns {Promise<string[]>} the command that runs a program of Python's with Celery
 */
export async function obtainCelery(voice) {
  await packages.obtain(voice, ['python3', '-c', 'import celery; print(celery.__version__)']);
  // Run by root, as in a container, Celery warns of itself.
  return packages.command('python3', '-W', 'ignore');
}
