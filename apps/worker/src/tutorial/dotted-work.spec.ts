import { DottedWork } from './dotted-work';

const never = new AbortController().signal;

async function run(text: string): Promise<{ lines: string[]; waited: number[] }> {
  const lines: string[] = [];
  const waited: number[] = [];
  const work = new DottedWork(
    (line) => lines.push(line),
    async (milliseconds) => void waited.push(milliseconds),
  );
  await work.run(text, never);
  return { lines, waited };
}

describe('the tutorial’s work', () => {
  it('takes one second a dot and says so in the tutorial’s words', async () => {
    expect(await run('First message.')).toEqual({
      lines: [" [x] Received 'First message.'", ' [x] Done'],
      waited: [1_000],
    });
  });

  it.each([
    ['', 0],
    ['Hello World!', 0],
    ['Fifth message.....', 5_000],
    ['a.b.c', 2_000],
  ])('of %j is %i ms', async (text, milliseconds) => {
    expect((await run(text)).waited).toEqual([milliseconds]);
  });

  it('prints a message’s line ends and escapes so that they cannot pass for lines of its own', async () => {
    expect((await run('a\n [x] Done\u001b[2J\tb')).lines).toEqual([
      " [x] Received 'a\\x0a [x] Done\\x1b[2J\tb'",
      ' [x] Done',
    ]);
  });

  it('ends at once, and is not done, when the signal fires', async () => {
    const lines: string[] = [];
    const stopping = new AbortController();
    const work = new DottedWork((line) => lines.push(line)).run('Slow' + '.'.repeat(600), stopping.signal);
    stopping.abort();
    await expect(work).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(lines).toHaveLength(1);
  });
});
