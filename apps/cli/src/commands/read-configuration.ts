import { queueSettings, readSettings } from '@app/queue/operating';
import type { Environment, QueueSettings, SettingValues } from '@app/queue/operating';
import { cliSettings } from '../cli.settings';

/** The values of every setting that the command line reads. */
export type CliConfiguration = QueueSettings & SettingValues<typeof cliSettings>;

/** Where the command line finds its broker when nobody names one. */
export interface BrokerWishes {
  /** The address that `--url` gives. */
  readonly url: string | undefined;
  /** Looks for a broker that belongs to this checkout. */
  readonly localBroker: () => Promise<string | undefined>;
}

/**
 * The configuration: the broker is `--url`, or what the apps' variables name, or RABBITMQ_URL, or one of this checkout that
 * runs, or the default of `AMQP_URL`.
 * @throws ConfigurationError that lists every wrong variable.
 */
export async function readConfiguration(
  environment: Environment,
  { url, localBroker }: BrokerWishes,
): Promise<CliConfiguration> {
  const named = url ?? [...queueSettings.urls.env, 'RABBITMQ_URL'].map((name) => environment[name]).find(isGiven);
  const urls = named ?? (await localBroker());
  const [variable] = queueSettings.urls.env;
  const variables = urls === undefined ? environment : { ...environment, [variable]: urls };
  return readSettings({ ...queueSettings, ...cliSettings }, variables);
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
