import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canUnpackPackages, unpackPackages } from '../../../scripts/lib/broker/apt-folder.mjs';
import { stateDirectory } from '../../../scripts/lib/checkout.mjs';
import { isExecutable, run } from '../../../scripts/lib/command.mjs';
import { Failure } from '../../../scripts/lib/failure.mjs';
import { LockHeld, RunLock } from '../../../scripts/lib/run-lock.mjs';

/** Where Debian keeps libraries of machine code, in the words of each processor. */
const ARCHITECTURES = { x64: 'x86_64', arm64: 'aarch64' };

/**
 * A peer that comes from the distribution's packages. They are not installed: what the machine lacks of them is unpacked in a folder
 * of its own, where it is found again; the folder can be deleted at any time.
 */
export class DebianPackages {
  #names;
  #folder;
  #version = '';

  /** @param {string} peer @param {readonly string[]} names of the packages; the first is the peer's own */
  constructor(peer, names) {
    this.#names = names;
    this.#folder = join(stateDirectory, 'bench', peer);
  }

  /** What `obtain` has found out. */
  get version() {
    return this.#version;
  }

  /**
   * The command that runs a program of the packages. @param {string} program its name in /usr/bin @param {readonly string[]} args
   * @returns {string[]}
   */
  command(program, ...args) {
    const usr = join(this.#folder, 'usr');
    const own = join(usr, 'bin', program);
    const name = ARCHITECTURES[/** @type {keyof typeof ARCHITECTURES} */ (process.arch)] ?? process.arch;
    const libraries = [join(usr, 'lib'), join(this.#folder, 'lib')].map((path) => join(path, `${name}-linux-gnu`));
    const modules = join(usr, 'lib', 'python3', 'dist-packages');
    const settings = {
      LD_LIBRARY_PATH: libraries.join(':'),
      PYTHONPATH: modules,
      // What Python compiles does not go beside the sources of the checkout.
      PYTHONPYCACHEPREFIX: join(this.#folder, 'compiled'),
    };
    const given = Object.entries(settings).map((setting) => setting.join('='));
    return ['env', ...given, isExecutable(own) ? own : join('/usr/bin', program), ...args];
  }

  /**
   * Makes the packages usable; the first time that takes the network, unless the machine has them.
   * @param {import('../../../scripts/lib/say.mjs').Voice} voice
   * @param {readonly [string, ...string[]]} probe a program and its arguments, which prints its version when all is well
   * @returns {Promise<boolean>} whether they had to be downloaded; rejects with a Failure that says in a sentence why they cannot be had
   */
  async obtain(voice, probe) {
    const attempt = async () => {
      const [command = '', ...args] = this.command(...probe);
      this.#version = versionIn(await run(command, args));
    };
    const isThere = await attempt().then(
      () => true,
      () => false,
    );
    if (isThere) return false;
    const [name = ''] = this.#names;
    if (!canUnpackPackages()) throw new Failure(`there is no ${name} here, and no apt-get and dpkg-deb to get it with`);
    voice.doing('bench', `downloading the distribution's ${name} into ${this.#folder}`);
    await this.#unpack(name);
    await attempt().catch((error) => {
      throw new Failure(`${name} does not run here: ${lastLine(error)}`);
    });
    voice.done('bench', `${name} ${this.#version} in ${this.#folder}`);
    return true;
  }

  /** @param {string} name */
  async #unpack(name) {
    const lock = await RunLock.take(`${this.#folder}.lock`, 'bench').catch((error) => {
      if (!(error instanceof LockHeld)) throw error;
      throw new Failure(`process ${error.record.pid} is downloading ${name} just now`);
    });
    const draft = `${this.#folder}.draft`;
    try {
      for (const folder of [draft, this.#folder]) rmSync(folder, { recursive: true, force: true });
      await unpackPackages(this.#names, { root: draft, scratch: `${draft}/apt` });
      if (existsSync(draft)) renameSync(draft, this.#folder);
    } catch (error) {
      throw new Failure(`${name} cannot be downloaded: ${lastLine(error)}`);
    } finally {
      lock.release();
    }
  }
}

/** The first version number of a text, '' without one. @param {string} text */
export const versionIn = (text) => /\d+(?:\.\d+)+/.exec(text)?.[0] ?? '';

/** The last thing that a command had to say. @param {unknown} error */
export function lastLine(error) {
  const { message } = /** @type {Error} */ (error);
  return message.trim().split('\n').at(-1) ?? '';
}
