import { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { LiveStream } from './live-stream';

class Page extends EventEmitter {
  written = '';
  writableLength = 0;
  isEnded = false;
  writeHead = jest.fn();

  write(text: string): void {
    this.written += text;
  }

  end(): void {
    this.isEnded = true;
    this.emit('close');
  }
}

function join(stream: LiveStream, isAllowed = () => true): Page {
  const page = new Page();
  stream.join(page as unknown as Response, isAllowed);
  return page;
}

describe('the live stream', () => {
  it('pushes each event to all who listen, as one line of JSON whatever is in it', () => {
    const stream = new LiveStream();
    const pages = [join(stream), join(stream)];
    stream.push('overview', { text: 'a\n\nevent: b' });
    for (const page of pages) {
      expect(page.written).toBe('retry: 1000\n\nevent: overview\ndata: {"text":"a\\n\\nevent: b"}\n\n');
    }
  });

  it('forgets who has left, and ends whose session is over, as soon as there is something to push', () => {
    const stream = new LiveStream();
    let isLoggedIn = true;
    const [gone, late] = [join(stream), join(stream, () => isLoggedIn)];
    gone.emit('close');
    expect(stream.size).toBe(1);
    stream.push('overview', { one: 1 });
    isLoggedIn = false;
    stream.push('overview', { two: 2 });
    expect([late.isEnded, stream.size]).toEqual([true, 0]);
    expect(late.written).toContain('one');
    expect(late.written).not.toContain('two');
  });

  it('leaves out who reads too slowly, comes back to them, and says that they have missed something', () => {
    const stream = new LiveStream();
    const slow = join(stream);
    slow.writableLength = 2_000_000;
    stream.push('overview', { one: 1 });
    slow.writableLength = 0;
    stream.push('overview', { two: 2 });
    stream.push('overview', { three: 3 });
    expect(slow.written).not.toContain('one');
    expect(slow.written.match(/data: .*/g)).toEqual([
      'data: {"ids":[],"isCut":true}',
      'data: {"two":2}',
      'data: {"three":3}',
    ]);
  });

  it('takes two hundred, and nobody after it was closed', () => {
    const stream = new LiveStream();
    for (let page = 0; page < 200; page += 1) join(stream);
    expect(stream.join(new Page() as unknown as Response, () => true)).toBe(false);
    stream.close();
    expect(stream.size).toBe(0);
    expect(stream.join(new Page() as unknown as Response, () => true)).toBe(false);
  });
});
