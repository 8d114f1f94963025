import { projectRoot } from '../support/project-files';
import { runModule } from '../support/run-module';

/** The programs that the end-to-end tests need whose paths match; without a pattern all of them. */
const needed = (...patterns: readonly string[]): Promise<unknown> =>
  runModule(
    '../../test/needed-programs.mjs',
    `async ({ neededPrograms }, { rootDir, patterns }) => {
      const { TestPathPatterns } = await import('@jest/pattern');
      return [...neededPrograms({ rootDir, testPathPatterns: new TestPathPatterns(patterns) })];
    }`,
    { rootDir: projectRoot, patterns },
  );

describe('the programs of others that end-to-end tests need', () => {
  it('are obtained for all tests, and for those that are chosen', async () => {
    const all = ['pika', 'celery', 'chromium', 'curl'];
    expect(await Promise.all([needed(), needed('celery'), needed('dashboard-browser', 'tutorial')])).toEqual([
      all,
      ['celery'],
      ['pika', 'chromium'],
    ]);
  });

  it('are none for a spec that the generator writes', async () => {
    expect(await needed('/generated-handler\\.')).toEqual([]);
  });
});
