import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { run, whereIs } from '../command.mjs';

/** Debian's hook that says whether a package may start its service; code 101 is no. */
const POLICY = '/usr/sbin/policy-rc.d';
const OUR_POLICY =
  '#!/bin/sh\n# No service is started while npm installs packages; removed right after it.\nexit 101\n';

const ENVIRONMENT = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };

/** Whether this process may install Debian packages: a Debian or Ubuntu, as root. Nothing here ever calls sudo. */
export function canInstallPackages() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && whereIs('apt-get') !== undefined;
}

/** Installs the distribution's packages and leaves no service of theirs running. @param {string[]} names */
export async function installPackages(...names) {
  const isOurs = !existsSync(POLICY) || readFileSync(POLICY, 'utf8') === OUR_POLICY;
  if (isOurs) writeFileSync(POLICY, OUR_POLICY, { mode: 0o755 });
  try {
    await run('apt-get', ['update', '-qq'], { env: ENVIRONMENT });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env: ENVIRONMENT });
  } finally {
    if (isOurs) rmSync(POLICY, { force: true });
  }
}
