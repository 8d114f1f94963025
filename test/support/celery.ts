import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestProcess } from './process';

/** What Celery's client takes for one task; see `send_task` in Celery's manual. */
export interface CelerySending {
  readonly name: string;
  readonly queue: string;
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly countdown?: number;
  readonly expires?: number;
  readonly retries?: number;
}

/** Programs on Debian's python3-celery, as foreign programs on the other end of the queue. */
export const celeryPrograms = {
  /** Sends them with confirms, and returns their ids. */
  send: async (url: string, ...sendings: readonly CelerySending[]): Promise<string[]> => {
    const [program, ...args] = command('client.py', JSON.stringify(sendings));
    const { PATH } = process.env;
    const { stdout } = await promisify(execFile)(program, args, { env: { PATH, AMQP_URL: url } });
    return stdout.trim().split('\n');
  },
  worker: (url: string, queue: string): TestProcess => {
    const [program, ...args] = command('worker.py', queue);
    return TestProcess.start(program, args, { AMQP_URL: url });
  },
};

/** The suite has looked for Celery before it began (test/global-setup-e2e.mjs). */
function command(file: string, ...args: readonly string[]): [string, ...string[]] {
  const [program = '', ...before] = JSON.parse(process.env['WARREN_TEST_CELERY'] ?? '[]') as string[];
  return [program, ...before, join(__dirname, '../celery', file), ...args];
}
