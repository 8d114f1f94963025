import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { TestProcess } from './process';

const folder = join(__dirname, '../tutorial');

/** Where Debian's package puts pika: the distribution's own Python, whatever else the PATH offers. */
const PYTHON = '/usr/bin/python3';

/** The RabbitMQ tutorial's Python programs, on pika, as foreign programs on the other end of the queue. */
export const tutorial = {
  newTask: (url: string, ...words: string[]): string =>
    execFileSync(PYTHON, [join(folder, 'new_task.py'), ...words], { env: { AMQP_URL: url }, encoding: 'utf8' }),
  worker: (url: string): TestProcess => TestProcess.start(PYTHON, [join(folder, 'worker.py')], { AMQP_URL: url }),
};

/** `npm run task`'s program, as it is built. */
export function newTask(url: string, ...words: string[]): string {
  const program = join(__dirname, '../../dist/apps/producer/apps/producer/src/new-task.js');
  return execFileSync(process.execPath, [program, ...words], {
    env: { ...process.env, AMQP_URL: url },
    encoding: 'utf8',
  });
}
