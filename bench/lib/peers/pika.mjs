import { inCheckout } from '../../../scripts/lib/checkout.mjs';
import { DebianPackages } from './debian-packages.mjs';

const PROGRAM = inCheckout('bench', 'contestants', 'with_pika.py');

const packages = new DebianPackages('pika', ['python3-pika', 'python3']);

/** pika, the distribution's one, on its own Python. @type {import('../contestants.mjs').Contestant} */
export const pika = {
  name: 'pika',
  version: () => packages.version,
  kinds: ['add', 'fill', 'handle', 'add-timed', 'handle-timed'],
  fills: true,
  obtain: (voice) => packages.obtain(voice, ['python3', '-c', 'import pika; print(pika.__version__)']),
  command: () => packages.command('python3', PROGRAM),
};
