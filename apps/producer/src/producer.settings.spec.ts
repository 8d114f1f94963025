import { ConfigurationError, readSettings } from '@app/queue';
import { producerSettings } from './producer.settings';

describe('the producer’s settings', () => {
  it('are safe by default', () => {
    const defaults = { host: '127.0.0.1', port: 3_000, docs: true, logFormat: 'pretty' };
    expect(readSettings(producerSettings, {})).toEqual(defaults);
  });

  it('are read from their variables', () => {
    const environment = { PRODUCER_HOST: '0.0.0.0', PRODUCER_PORT: '0', PRODUCER_DOCS: 'off', LOG_FORMAT: 'json' };
    const values = { host: '0.0.0.0', port: 0, docs: false, logFormat: 'json' };
    expect(readSettings(producerSettings, environment)).toEqual(values);
  });

  it('are all named when they are wrong', () => {
    const environment = { PRODUCER_HOST: 'a b', PRODUCER_PORT: '70000', PRODUCER_DOCS: 'yes', LOG_FORMAT: 'xml' };
    let error: unknown;
    try {
      readSettings(producerSettings, environment);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as ConfigurationError).problems.map(({ path }) => path)).toEqual(Object.keys(environment));
  });
});
