// npm run test:manuals [-- jest arguments]: the commands of the manuals that npm test leaves out, because they take long or write into their checkout.
import { obtainNodeKind } from './lib/broker/find-broker.mjs';
import { Failure } from './lib/failure.mjs';
import { installDependencies } from './lib/install.mjs';
import { runJest } from './lib/jest.mjs';
import { Voice } from './lib/say.mjs';

const NO_BROKER = 3;

const voice = new Voice({ stream: process.stderr });

try {
  await installDependencies(voice);
  if ((await obtainNodeKind(voice)) !== 'installed')
    throw new Failure('rabbitmqctl and its kin are typed, and a cluster is started: install RabbitMQ', NO_BROKER);
  process.exitCode = await runJest(['--config', 'test/manuals/jest.config.js', ...process.argv.slice(2)]);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  voice.fail(error.message);
  process.exitCode = error.exitCode;
}
