import { WORKER_NUMBER_VARIABLE } from '../supervising/worker-number';
import { appLogger } from './app-logger';
import type { LogFormat } from './app-logger';

let isThread = false;
jest.mock('../threading/is-thread', () => ({
  get isThread() {
    return isThread;
  },
}));

const send = Object.getOwnPropertyDescriptor(process, 'send') ?? { value: undefined, configurable: true };

beforeEach(() => {
  Object.defineProperty(process, 'send', { ...send, value: () => true }); // as in a process that another one has forked
});

afterEach(() => {
  isThread = false;
  Object.defineProperty(process, 'send', send);
  delete process.env[WORKER_NUMBER_VARIABLE];
  jest.restoreAllMocks();
});

/** What the logger of a process writes for one line. */
function written(format: LogFormat): string {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  appLogger(format).log('hello', 'Warren');
  return String(write.mock.calls[0]?.[0]);
}

describe('a log line', () => {
  it('of a supervised worker says which one it is, in both formats', () => {
    process.env[WORKER_NUMBER_VARIABLE] = '2';
    expect(written('pretty')).toMatch(new RegExp(`^\\[worker 2\\] ${process.pid} .* \\[Warren\\] hello\\n$`));
    jest.restoreAllMocks();
    expect(JSON.parse(written('json'))).toMatchObject({ worker: 2, pid: process.pid, message: 'hello' });
  });

  it.each([
    ['of a worker’s thread says so too', true, 2],
    ['of a program that a worker has started does not, though it inherits the variable', false, undefined],
  ])('%s', (_what, isInThread, expected) => {
    process.env[WORKER_NUMBER_VARIABLE] = '2';
    Object.defineProperty(process, 'send', { ...send, value: undefined });
    isThread = isInThread;
    const { worker } = JSON.parse(written('json')) as { worker?: number };
    expect(worker).toBe(expected);
  });

  it('of a worker that nobody supervises is Nest’s own', () => {
    expect(written('pretty')).toMatch(/^\[Nest\] /);
    jest.restoreAllMocks();
    expect(JSON.parse(written('json'))).not.toHaveProperty('worker');
  });
});
