/** `CLOCK_THREAD_CPUTIME_ID` of WASI. */
const THREAD_CPU_TIME = 3;
const PRECISION = 1n;

type ClockTimeGet = (clock: number, precision: bigint, address: number) => number;

/**
 * Makes a clock of the processor time that the calling thread has spent, in milliseconds. `process.cpuUsage()` is that of all threads, and
 * Node has another one only from 22.19 on; its WASI has always asked the system for it.
 */
export function threadClock(): () => number {
  const { WASI } = process.getBuiltinModule('node:wasi'); // only here: Node warns of it as soon as it is loaded
  const memory = new WebAssembly.Memory({ initial: 1 });
  const wasi = new WASI({ version: 'preview1' });
  wasi.initialize({ exports: { memory } });
  const timeGet = wasi.wasiImport['clock_time_get'] as ClockTimeGet;
  const view = new DataView(memory.buffer);
  return () => {
    const code = timeGet(THREAD_CPU_TIME, PRECISION, 0);
    if (code !== 0) throw new Error(`the processor time of a thread cannot be read here: WASI says ${code}`);
    return Number(view.getBigUint64(0, true)) / 1_000_000;
  };
}
