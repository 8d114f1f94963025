import { PassThrough } from 'node:stream';
import { onEndKey } from './keys';
import { LiveScreen } from './live-screen';

const ENTER = '\u001b[?1049h';
const LEAVE = '\u001b[?1049l';

function terminal(rows: number): { output: PassThrough & { rows: number }; written: () => string } {
  const output = Object.assign(new PassThrough(), { isTTY: true, rows, columns: 80 });
  return { output, written: () => String(output.read() ?? '') };
}

describe('the live screen', () => {
  it('is one of its own, and what was there comes back', () => {
    const { output, written } = terminal(10);
    const screen = new LiveScreen(output);
    screen.draw(['before it is there']);
    screen.enter();
    screen.enter();
    screen.draw(['one', 'two']);
    screen.leave();
    screen.leave();
    screen.draw(['after it']);
    const text = written();
    expect(text.split(ENTER)).toHaveLength(2);
    expect(text.split(LEAVE)).toHaveLength(2);
    expect(text).toMatch(/one.*\r\ntwo/);
    expect(text).not.toMatch(/before|after/);
    expect(process.listeners('exit')).toEqual([]);
  });

  it('gives the terminal back when the process ends while it is shown', () => {
    const { output, written } = terminal(10);
    const before = process.listeners('exit');
    new LiveScreen(output).enter();
    const [leave] = process.listeners('exit').filter((listener) => !before.includes(listener));
    leave?.(0);
    expect(written()).toContain(LEAVE);
    expect(process.listeners('exit')).toEqual(before);
  });

  it('shows as many lines as there is room for, and more when it grows', () => {
    const { output, written } = terminal(2);
    const screen = new LiveScreen(output);
    screen.enter();
    screen.draw(['one', 'two', 'three']);
    expect(written()).not.toContain('three');
    output.rows = 3;
    output.emit('resize');
    expect(written()).toContain('three');
    screen.leave();
  });

  it('takes a terminal that was never told its size for one of 24 lines', () => {
    const { output, written } = terminal(0);
    const screen = new LiveScreen(output);
    screen.enter();
    screen.draw(Array.from({ length: 25 }, (_, index) => `line ${index + 1};`));
    screen.leave();
    expect(written()).toMatch(/line 24;[^;]*$/);
  });
});

describe('the keyboard', () => {
  it.each(['q', 'Q', '\u0003', '\u0004', 'xq'])('ends by %j, and is given back', (key) => {
    const raw: boolean[] = [];
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (isRaw: boolean) => raw.push(isRaw) });
    let ends = 0;
    const giveBack = onEndKey(input, () => {
      ends += 1;
    });
    input.emit('data', Buffer.from('abc'));
    expect(ends).toBe(0);
    input.emit('data', Buffer.from(key));
    expect(ends).toBe(1);
    giveBack();
    input.emit('data', Buffer.from(key));
    expect({ ends, raw }).toEqual({ ends: 1, raw: [true, false] });
  });
});
