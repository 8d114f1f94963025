import { canInstallPackages, installPackages } from './broker/apt.mjs';
import { run } from './command.mjs';
import { Failure } from './failure.mjs';

/** The distribution's own Python, which is the one its python3-pika package is for. */
const PYTHON = '/usr/bin/python3';

const WAYS = `the tests that run the RabbitMQ tutorial's own programs need Python's pika:
      sudo apt-get install -y python3-pika       Debian, Ubuntu (as root, npm test installs it by itself)
      ${PYTHON} -m pip install pika      elsewhere`;

async function isInstalled() {
  try {
    await run(PYTHON, ['-c', 'import pika']);
    return true;
  } catch {
    return false;
  }
}

/** Installs python3-pika where that is possible; a Failure says how to get it elsewhere. @param {import('./say.mjs').Voice} voice */
export async function obtainPika(voice) {
  if (await isInstalled()) return;
  if (!canInstallPackages()) throw new Failure(WAYS);
  voice.doing('pika', "installing the distribution's python3-pika with apt-get");
  await installPackages('python3-pika');
  voice.done('pika', 'python3-pika installed');
}
