import { PassThrough } from 'node:stream';
import { main } from './main';

/** What `warren` says and ends with, on streams of which one is broken when it is asked for its width. */
async function run(args: readonly string[], isBroken = false): Promise<{ code: number; out: string; err: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  if (isBroken) {
    Object.defineProperty(stdout, 'columns', {
      get: () => {
        throw new Error('the terminal is gone');
      },
    });
  }
  const code = await main(args, {
    streams: { stdin: new PassThrough(), stdout, stderr },
    environment: {},
    localBroker: async () => undefined,
    signal: new AbortController().signal,
    version: '1.2.3',
    program: ['warren'],
    checkout: '.',
  });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

describe('warren', () => {
  it('says its version, and what it can', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' });
    expect(await run(['--help'])).toEqual({ code: 0, out: expect.stringContaining('Exit codes: 0 done'), err: '' });
  });

  it('gives a shell’s completion, and what may come next, as one JSON document to whoever wants that', async () => {
    const { code, out } = await run(['completion', 'bash', '--json']);
    expect([code, JSON.parse(out)]).toEqual([
      0,
      { shell: 'bash', script: expect.stringContaining('complete -o default -F _warren warren') },
    ]);
    expect(await run(['words', '--json', '--', 'comp'])).toMatchObject({ code: 0, out: '["completion"]\n' });
  });

  it('ends with 2 for what it does not understand', async () => {
    expect(await run(['statsu'])).toEqual({
      code: 2,
      out: '',
      err: expect.stringContaining("unknown command 'statsu'"),
    });
  });

  it('ends with 1 and a sentence, and never with a rejection, when something else is wrong', async () => {
    expect(await run(['--help'], true)).toEqual({ code: 1, out: '', err: 'warren: the terminal is gone\n' });
  });
});
