import { queueSettings, settingsOf } from './queue.options';
import { readSettings } from './settings';

const defaults = {
  urls: ['amqp://guest:guest@localhost:5672'],
  queueType: 'quorum',
  concurrency: 1,
  crashLimit: 5,
  brokerAckTimeout: 1_800_000,
  stuckAfter: 900_000,
  shutdownTimeout: 25_000,
  publishTimeout: 10_000,
  publishBufferMessages: 20_000,
  publishBufferBytes: 67_108_864,
  maxMessageBytes: 4_194_304,
  eventsStream: 'on',
  eventsMaxAge: 604_800_000,
  eventsMaxBytes: 200_000_000,
  workerBeat: 5_000,
  heartbeat: 30,
  connectTimeout: 10_000,
  reconnectDelay: 1_000,
};

/** Variable, setting, texts with their values, texts that are wrong. */
type Row = [string, keyof typeof queueSettings, [string, unknown][], string[]];

/** A whole number from `min` to `max`. */
const whole = (env: string, name: keyof typeof queueSettings, min: number, max: number, ...wrong: string[]): Row => [
  env,
  name,
  [min, max].map((value) => [String(value), value]),
  [String(min - 1), String(max + 1), ...wrong],
];

const table: Row[] = [
  [
    'AMQP_URL',
    'urls',
    [
      ['amqp://a', ['amqp://a']],
      ['amqps://u:p@a/v, amqp://b', ['amqps://u:p@a/v', 'amqp://b']],
    ],
    ['localhost', 'http://a', 'amqp://a,,amqp://b'],
  ],
  ['CLOUDAMQP_URL', 'urls', [['amqps://u:p@a/v', ['amqps://u:p@a/v']]], ['a']],
  [
    'QUEUE_TYPE',
    'queueType',
    [
      ['classic', 'classic'],
      ['quorum', 'quorum'],
    ],
    ['Quorum', 'stream', ' '],
  ],
  [
    'WORKER_QUEUES',
    'workerQueues',
    [
      ['a', ['a']],
      [' a , b c ', ['a', 'b c']],
    ],
    ['a,', ',', ' '],
  ],
  whole('WORKER_CONCURRENCY', 'concurrency', 1, 10_000, '1.5', 'many'),
  whole('WORKER_THREADS', 'threads', 0, 256, 'all'),
  whole('CRASH_LIMIT', 'crashLimit', 1, 20, 'never'),
  whole('BROKER_ACK_TIMEOUT_MS', 'brokerAckTimeout', 1, 2_147_483_647, '30m'),
  whole('SHUTDOWN_TIMEOUT_MS', 'shutdownTimeout', 0, 3_600_000, '30s'),
  whole('PUBLISH_TIMEOUT_MS', 'publishTimeout', 1, 600_000),
  whole('PUBLISH_BUFFER_MESSAGES', 'publishBufferMessages', 1, 1_000_000),
  [
    'PUBLISH_BUFFER_BYTES',
    'publishBufferBytes',
    [
      ['1024', 1_024],
      ['4294967296', 2 ** 32],
    ],
    ['1023', '64MB'],
  ],
  [
    'MAX_MESSAGE_BYTES',
    'maxMessageBytes',
    [
      ['1', 1],
      ['134217728', 2 ** 27],
    ],
    ['0', '134217729'],
  ],
  whole('STUCK_AFTER_MS', 'stuckAfter', 1, 86_400_000, 'never'),
  [
    'EVENTS_STREAM',
    'eventsStream',
    [
      ['on', 'on'],
      ['off', 'off'],
    ],
    ['On', 'yes', '1'],
  ],
  whole('EVENTS_MAX_AGE_MS', 'eventsMaxAge', 60_000, 31_536_000_000, '7d'),
  whole('EVENTS_MAX_BYTES', 'eventsMaxBytes', 8_000_000, 1_000_000_000_000, '1GB'),
  whole('WORKER_BEAT_MS', 'workerBeat', 500, 600_000, '5s'),
  whole('HEARTBEAT_SECONDS', 'heartbeat', 1, 600),
  whole('CONNECT_TIMEOUT_MS', 'connectTimeout', 100, 600_000),
  whole('RECONNECT_DELAY_MS', 'reconnectDelay', 10, 600_000),
];

describe('the settings of the queue library', () => {
  it('have defaults for a broker on the same machine', () => {
    expect(readSettings(queueSettings, {})).toEqual(defaults);
  });

  it('are all in this table', () => {
    const variables = Object.values(queueSettings).flatMap(({ env }) => [...env]);
    expect(table.map(([variable]) => variable)).toEqual(variables);
  });

  it.each(table)('%s', (variable, name, good, bad) => {
    for (const [text, value] of good) expect(readSettings(queueSettings, { [variable]: text })[name]).toEqual(value);
    for (const text of bad) {
      expect(() => readSettings(queueSettings, { [variable]: text })).toThrow(new RegExp(`^  ${variable}: `, 'm'));
    }
    expect(readSettings(queueSettings, { [variable]: '' })).toEqual(defaults);
  });

  it('take AMQP_URL before CLOUDAMQP_URL', () => {
    const environment = { CLOUDAMQP_URL: 'amqp://cloud', AMQP_URL: 'amqp://mine' };
    expect(readSettings(queueSettings, environment).urls).toEqual(['amqp://mine']);
    expect(readSettings(queueSettings, { ...environment, AMQP_URL: '' }).urls).toEqual(['amqp://cloud']);
  });
});

describe('the options of QueueModule.forRoot', () => {
  it('are taken as they are given, and the defaults for the rest', () => {
    const given = {
      urls: ['amqp://a', 'amqp://b'],
      concurrency: 4,
      queueType: 'classic',
      workerQueues: ['a', 'b'],
    } as const;
    expect(settingsOf({ tasks: [], ...given, workerQueues: [...given.workerQueues] })).toEqual({
      ...defaults,
      ...given,
    });
  });

  it('are checked as the environment is: every wrong one is listed', () => {
    const wrong = {
      concurrency: 0,
      maxMessageBytes: Number.NaN,
      urls: [],
      queueType: 'bogus' as 'quorum',
      heartbeat: 1.5,
    };
    const checking = (): unknown => settingsOf({ tasks: [], ...wrong });
    for (const variable of ['WORKER_CONCURRENCY', 'MAX_MESSAGE_BYTES', 'AMQP_URL', 'QUEUE_TYPE', 'HEARTBEAT_SECONDS']) {
      expect(checking).toThrow(new RegExp(`^  ${variable}: `, 'm'));
    }
  });
});
