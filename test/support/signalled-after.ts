/**
 * Variables with which a Node program sends itself a signal in the middle of its work: when it has written so many bytes to its sockets. A test that looks
 * how far the program is, and sends the signal then, may come when all is done.
 */
export function signalledAfter(signal: NodeJS.Signals, bytes: number): Record<string, string> {
  const code = `
    import { Socket } from 'node:net';
    const { write } = Socket.prototype;
    let left = ${bytes};
    Socket.prototype.write = function (chunk, ...rest) {
      const isSent = write.call(this, chunk, ...rest);
      if (left > 0 && (left -= chunk.length) <= 0) process.kill(process.pid, '${signal}');
      return isSent;
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}
