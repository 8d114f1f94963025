import { readinessReasons } from '../../libs/queue/src/readiness-reasons';
import { sentences } from '../../libs/queue/src/telemetry/log-events';
import { textOf } from '../support/project-files';

const manual = textOf('docs/operations.md');

/** Every reason as the manual's headings show it. */
const shown: Record<keyof typeof readinessReasons, string> = {
  starting: readinessReasons.starting(),
  stopping: readinessReasons.stopping(),
  notConsumed: readinessReasons.notConsumed('<queue>', '<why>'),
  lostRuns: readinessReasons.lostRuns('<queue>', 1),
  overruns: readinessReasons.overruns('<queue>', 1),
  stuck: readinessReasons.stuck('<queue>', 900_000, [{ id: 'id-1', name: 'image.resize', heldFor: 1_203_000 }]),
  threadsLinger: readinessReasons.threadsLinger(1),
  threadsFail: readinessReasons.threadsFail('<why>'),
  handoversWait: readinessReasons.handoversWait(1),
  notConnected: readinessReasons.notConnected('<state>', '<why>'),
  blocked: readinessReasons.blocked('<why>'),
  ofWorker: readinessReasons.ofWorker(2, '<reason>'),
  waitsForFirst: readinessReasons.ofWorker(2, readinessReasons.waitsForFirst()),
  died: readinessReasons.ofWorker(2, readinessReasons.died('<why>')),
  silent: readinessReasons.ofWorker(2, readinessReasons.silent(12)),
};

/** The first cells of the rows of the tables under a heading, down to the next heading. */
function rowsUnder(heading: string): string[] {
  const [, rest = ''] = manual.split(`\n### ${heading}\n`);
  const [section = ''] = rest.split('\n##');
  return [...section.matchAll(/^\| `(.+?)` +\|/gm)].map(([, cell = '']) => cell);
}

const eventsAt = (level: string): string[] =>
  Object.entries(sentences).flatMap(([name, [itsLevel]]) => (itsLevel === level ? [name] : []));

describe('docs/operations.md', () => {
  it('has a section for each reason why a process is not ready, in the words of readiness', () => {
    const headings = [...manual.matchAll(/^### `(.+)`$/gm)].map(([, heading = '']) => heading);
    expect(headings.toSorted()).toEqual(Object.values(shown).toSorted());
  });

  it.each([
    ['Errors', 'error'],
    ['Warnings', 'warn'],
  ])('has a row under "%s" for each event that is logged as %s, and no other', (heading, level) => {
    expect(rowsUnder(heading).toSorted()).toEqual(eventsAt(level).toSorted());
  });

  it('sends nobody to a section that is not there', () => {
    const ids = new Set([
      ...[...manual.matchAll(/<a id="([\w-]+)">/g)].map(([, id]) => id),
      ...[...manual.matchAll(/^#+ ([^`\n]+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(' ', '-')),
    ]);
    const links = [...manual.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target);
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((target) => !ids.has(target))).toEqual([]);
  });

  it('names a test for each row of what the link may do', () => {
    const [, rest = ''] = manual.split('\n## What the link may do, and what Warren does\n');
    const [section = ''] = rest.split('\n## ');
    const rows = section.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:-|The link )/.test(line));
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => !/\| `test\/[\w./-]+spec\.ts`.*\|$/.test(row))).toEqual([]);
  });
});
