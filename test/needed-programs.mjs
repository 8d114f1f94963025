import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The programs of others that end-to-end tests need, each by the file of `test/support/` that starts it. */
const STARTED_BY = { pika: 'tutorial', celery: 'celery', chromium: 'browser', curl: 'started-commands' };

/** @typedef {keyof typeof STARTED_BY} Program */
/** @typedef {{ isSet(): boolean, toExecutor(options: { rootDir: string }): { isMatch(path: string): boolean } }} PathPatterns jest's */

/**
 * What the specs that were chosen need; without a choice, everything. Whoever runs one handler's spec shall not wait for a browser.
 * @param {{ rootDir: string, testPathPatterns: PathPatterns }} config jest's
 * @returns {Set<Program>}
 */
export function neededPrograms({ rootDir, testPathPatterns }) {
  const folder = join(rootDir, 'test', 'e2e');
  const chosen = testPathPatterns.isSet() ? testPathPatterns.toExecutor({ rootDir }) : { isMatch: () => true };
  const texts = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.e2e-spec.ts') && chosen.isMatch(path))
    .map((path) => readFileSync(path, 'utf8'));
  const programs = /** @type {Program[]} */ (Object.keys(STARTED_BY));
  return new Set(
    programs.filter((program) => texts.some((text) => text.includes(`from '../support/${STARTED_BY[program]}';`))),
  );
}
