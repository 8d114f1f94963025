import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from '@app/queue/operating';

/** The variables of this process, and those of a file `.env`, which count less. */
export function processEnvironment(envFile: string): Environment {
  const file = existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8')) : {};
  return { ...file, ...process.env };
}
