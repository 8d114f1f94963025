import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { hashPassword } from './access/password-hash';
import { roles } from './access/role';
import { isUserName } from './access/users';

const USAGE = `npm run dashboard:user -- NAME ROLE

Asks for a password, or reads it from standard input, and prints the user's entry for DASHBOARD_USERS. The roles:
${roles.join(', ')}.`;

/** Characters of the shortest password. Behind a login that asks slowly, length is what counts. */
const SHORTEST = 10;

/** Prints an entry of DASHBOARD_USERS. Exits with 2 for wrong usage, 1 for a password that is too short. */
async function makeUser([name = '', role = '', ...rest]: readonly string[]): Promise<number> {
  const wrong = whatIsWrong(name, role, rest);
  if (wrong !== undefined) {
    process.stderr.write(`${wrong === '' ? '' : `dashboard:user: ${wrong}\n\n`}${USAGE}\n`);
    return 2;
  }
  const password = await readPassword();
  if (password.length < SHORTEST) {
    process.stderr.write(`dashboard:user: a password has ${SHORTEST} characters at least\n`);
    return 1;
  }
  process.stdout.write(`${name}:${role}:${await hashPassword(password)}\n`);
  return 0;
}

/** Empty where nothing was typed: then the usage says it all. */
function whatIsWrong(name: string, role: string, rest: readonly string[]): string | undefined {
  if (name === '') return '';
  if (!isUserName(name)) return `${JSON.stringify(name)} is no name: letters, digits and ._@-, 64 at most`;
  if (!roles.some((one) => one === role)) return `${JSON.stringify(role)} is no role`;
  return rest.length === 0 ? undefined : 'takes a name and a role, nothing more';
}

/** The first line of standard input; what is typed on a terminal is not shown. */
async function readPassword(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY });
  process.stderr.write(process.stdin.isTTY ? 'Password: ' : '');
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    process.stderr.write(process.stdin.isTTY ? '\n' : '');
  }
}

void makeUser(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
