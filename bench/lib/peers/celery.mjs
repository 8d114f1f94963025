import { inCheckout } from '../../../scripts/lib/checkout.mjs';
import { DebianPackages } from './debian-packages.mjs';

const PROGRAM = inCheckout('bench', 'contestants', 'with_celery.py');

const packages = new DebianPackages('celery', ['python3-celery', 'python3']);

/**
 * Celery, the distribution's one, with late acks and `worker_prefetch_multiplier` 1. It adds one by one only: it waits for each
 * confirm. @type {import('../contestants.mjs').Contestant}
 */
export const celery = {
  name: 'celery',
  version: () => packages.version,
  kinds: ['add', 'fill', 'handle', 'add-timed', 'handle-timed', 'work'],
  fills: true,
  obtain: (voice) => packages.obtain(voice, ['python3', '-c', 'import celery; print(celery.__version__)']),
  // Run by root, as in a container, Celery warns of itself.
  command: () => packages.command('python3', '-W', 'ignore', PROGRAM),
};
