import * as fc from 'fast-check';
import { queueSettings } from '../queue.options';
import { readSettings } from '../settings';
import { brokerUrls, maskUrl } from './broker-url';

describe('a broker’s URL for people to read', () => {
  it.each([
    ['amqp://guest:guest@localhost:5672', 'amqp://guest:***@localhost:5672'],
    ['amqps://user:p%40ss@broker.example.com/vhost', 'amqps://user:***@broker.example.com/vhost'],
    ['amqp://localhost', 'amqp://localhost'],
    ['amqp://user@localhost', 'amqp://user@localhost'],
    ['amqp://:secret@localhost', 'amqp://:***@localhost'],
    ['amqp://user:@localhost', 'amqp://user@localhost'],
    ['amqp://user:secret@[::1]:5672/%2F', 'amqp://user:***@[::1]:5672/%2F'],
    ['amqp://user:secret@localhost/v?heartbeat=5&password=secret', 'amqp://user:***@localhost/v'],
    // A part of the password stands where host, vhost or query should: all before the last @ is hidden.
    ['amqp://user:12/secret@localhost/v', 'amqp://***@localhost/v'],
    ['amqp://user:12?secret@localhost', 'amqp://***@localhost'],
    ['amqp://user:12#secret@localhost', 'amqp://***@localhost'],
    ['amqp://user:se/cret@localhost', '***'],
    // The scheme was forgotten.
    ['user:secret@localhost:5672', '***'],
    ['user:12/secret@localhost', '***'],
    ['http://user:secret@localhost', '***'],
    ['', '***'],
  ])('%s becomes %s', (url, masked) => {
    expect(maskUrl(url)).toBe(masked);
  });
});

describe('a password', () => {
  const SECRET = 'sEcReT';
  /** Recognisable text among characters that mean something in a URL, or in a list of them. */
  const password = fc
    .array(
      fc.oneof(
        fc.constant(SECRET),
        fc.constantFrom(...'@:/?#,%[] \\.=&1a;|"\n'.split('')),
        fc.string({ unit: 'binary' }),
      ),
    )
    .map((parts) => `${parts.join('')}${SECRET}`);
  const prefix = fc.constantFrom(
    'amqp://user:',
    'amqps://user:',
    'AMQP://user:',
    'amqp://:',
    'user:',
    '//user:',
    'x://u:',
  );
  const suffix = fc.constantFrom(
    '@localhost',
    '@localhost:5672/vhost',
    '@',
    '@[::1]',
    '@localhost:99999',
    '@lo cal',
    '@h/%zz',
  );

  it('is never shown by maskUrl, however badly it was written', () => {
    fc.assert(
      fc.property(prefix, password, suffix, (before, secret, after) => {
        expect(maskUrl(before + secret + after)).not.toContain(SECRET);
        expect(maskUrl(before + encodeURIComponent(secret) + after)).not.toContain(SECRET);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is never told by the error of a wrong setting', () => {
    fc.assert(
      fc.property(
        prefix,
        password,
        suffix,
        fc.constantFrom('', ',amqp://other', ',,'),
        (before, secret, after, rest) => {
          expect(errorOf({ AMQP_URL: before + secret + after + rest })).not.toContain(SECRET);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('may be anything when it is percent-encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (secret) => {
        const url = `amqp://user:${encodeURIComponent(secret)}@localhost/%2Fv`;
        expect(brokerUrls.parse(`${url}, ${url}`)).toEqual([url, url]);
      }),
    );
  });
});

describe('a list of broker URLs', () => {
  it('names the nodes in the order they are tried', () => {
    expect(brokerUrls.parse('amqp://a, amqps://user:pw@b:5671/v ,amqp://c')).toEqual([
      'amqp://a',
      'amqps://user:pw@b:5671/v',
      'amqp://c',
    ]);
  });

  it.each([
    [
      'localhost',
      'AMQP_URL: is not a URL; write amqp://user:password@host:port/vhost and percent-encode special characters',
    ],
    ['localhost:5672', 'must begin with amqp:// or amqps://'],
    ['http://localhost', 'must begin with amqp:// or amqps://'],
    ['amqp://', 'names no host'],
    ['amqp:/vhost', 'names no host'],
    ['amqp://host:99999', 'is not a URL'],
    ['amqp://user:12/34@host', 'percent-encode special characters'],
    ['amqp://user:50%@host', 'percent-encode special characters'],
    ['amqp://a,', 'URL 2 of 2 is empty between its commas'],
    ['amqp://a,b,amqp://c', 'URL 2 of 3 is not a URL'],
  ])('%s is refused: %s', (text, problem) => {
    expect(errorOf({ AMQP_URL: text })).toContain(problem);
  });

  it('has every wrong URL reported', () => {
    expect(errorOf({ AMQP_URL: 'a,amqp://b,http://c' })).toMatch(/URL 1 of 3 is not a URL.*URL 3 of 3 must begin/s);
  });
});

function errorOf(environment: Record<string, string>): string {
  try {
    readSettings(queueSettings, environment);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
