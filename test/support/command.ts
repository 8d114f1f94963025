import { PassThrough, Readable } from 'node:stream';
import { main } from '../../apps/cli/src/main';
import { projectRoot } from './project-files';

/** What a command is run with, besides its arguments. */
export interface CommandOptions {
  /** Its standard input. Default: nothing. */
  readonly input?: string;
  /** Whether its streams are a terminal's. Default: false. */
  readonly isTerminal?: boolean;
  /** Further variables. Default: none but AMQP_URL. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Told of its standard output as it comes. */
  readonly onOut?: (text: string) => void;
}

/** How a command ended, and the lines it wrote. */
export interface CommandEnd {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** Runs `warren` in this process, on a broker. */
export async function warren(url: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandEnd> {
  const { input = '', isTerminal = false, env = {}, signal = new AbortController().signal, onOut = ignore } = options;
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const written = { out: '', err: '' };
  stdout.on('data', (chunk) => {
    written.out += String(chunk);
    onOut(String(chunk));
  });
  stderr.on('data', (chunk) => (written.err += String(chunk)));
  const tty = { isTTY: isTerminal, columns: 120, rows: 30 };
  const code = await main(args, {
    streams: {
      stdin: Object.assign(Readable.from([input]), { isTTY: isTerminal }),
      stdout: Object.assign(stdout, tty),
      stderr: Object.assign(stderr, tty),
    },
    environment: { AMQP_URL: url, ...env },
    localBroker: async () => undefined,
    signal,
    version: '1.2.3',
    program: ['warren'],
    checkout: projectRoot,
  });
  return { code, out: linesOf(written.out), err: linesOf(written.err) };
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function ignore(): void {}
