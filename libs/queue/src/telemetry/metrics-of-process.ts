import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { collectDefaultMetrics, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** The process itself: memory, processor, event loop, garbage collection, and what was built. None of it holds the process. */
export function registerProcessMetrics(register: Registry): void {
  collectDefaultMetrics({ register });
  const info: Gauge = new Gauge({
    name: 'warren_build_info',
    help: 'Always 1; its labels say which version this process runs, and on which Node.',
    labelNames: ['version', 'node'],
    registers: [register],
  });
  info.set({ version: versionOf(__dirname), node: process.versions.node }, 1);
}

/** The version in the package.json that is nearest above a folder: the app's, whether it is built or not. */
export function versionOf(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version ?? 'unknown';
  const above = dirname(folder);
  return above === folder ? 'unknown' : versionOf(above);
}
