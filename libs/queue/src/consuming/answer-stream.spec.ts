import { AnswerStream } from './answer-stream';

/** Sends that end when the test says so. */
class Sends {
  readonly sent: unknown[] = [];
  readonly ends: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  readonly room = async (): Promise<void> => undefined;
  readonly send = (value: unknown): Promise<void> => {
    this.sent.push(value);
    return new Promise((resolve, reject) => this.ends.push({ resolve, reject }));
  };
}

const values = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('an answer of many values', () => {
  it('has a window of them on its way, in their order, and the stream behind waits', async () => {
    const sends = new Sends();
    const stream = new AnswerStream(sends);
    for (const value of values(64)) await stream.tell(value);
    const next = stream.tell('next');
    await new Promise(setImmediate);
    expect(sends.sent).toEqual(values(64));
    sends.ends.splice(0).forEach(({ resolve }) => resolve());
    await next;
    expect(sends.sent).toEqual([...values(64), 'next']);
  });

  it('ends when all of them have arrived', async () => {
    const sends = new Sends();
    const stream = new AnswerStream(sends);
    await stream.tell(1);
    const ending = stream.end();
    const order: string[] = [];
    const seen = ending.then(() => order.push('ended'));
    order.push('arrived');
    sends.ends[0]?.resolve();
    await seen;
    expect([order, await ending]).toEqual([['arrived', 'ended'], undefined]);
  });

  it('sends none behind one that did not arrive, and says so at its end', async () => {
    const sends = new Sends();
    const stream = new AnswerStream(sends);
    const error = new Error('no confirm');
    for (const value of values(64)) await stream.tell(value);
    const next = stream.tell('next');
    sends.ends.forEach(({ resolve, reject }, index) => (index === 7 ? reject(error) : resolve()));
    await next;
    await stream.tell('one more');
    expect(sends.sent).toEqual(values(64));
    expect(await stream.end()).toEqual({ error });
  });

  it('sends none that comes after its end', async () => {
    const sends = new Sends();
    const stream = new AnswerStream(sends);
    expect(await stream.end()).toBeUndefined();
    await stream.tell('late');
    expect(sends.sent).toEqual([]);
  });

  it('waits for room before each', async () => {
    const sends = new Sends();
    let admit: () => void = () => undefined;
    const room = (): Promise<void> =>
      new Promise((resolve) => {
        admit = resolve;
      });
    const telling = new AnswerStream({ room, send: sends.send }).tell(1);
    await Promise.resolve();
    expect(sends.sent).toEqual([]);
    admit();
    await telling;
    expect(sends.sent).toEqual([1]);
  });
});
