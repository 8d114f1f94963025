import type { Finding, Verdict } from '@app/queue/operating';
import { UsageError, exitCode } from '../exit-codes';
import { inertLine } from '../terminal/inert-text';
import type { Paint, Style } from '../terminal/screen';
import type { Desk } from './desk';

/** The options of `warren doctor`. */
export interface DoctorOptions {
  readonly only?: readonly string[];
}

const MARKS: Readonly<Record<Verdict, readonly [mark: string, style: Style]>> = {
  ok: ['✔', 'green'],
  warn: ['!', 'yellow'],
  fail: ['✖', 'red'],
  skipped: ['-', 'dim'],
};

/** Characters of the longest name of a check. */
const NAME_WIDTH = 20;

/** `warren doctor`: what is wrong, and what mends it. Ends with 1 when something is broken. */
export async function doctor(desk: Desk, { only }: DoctorOptions): Promise<number> {
  const { operations } = await desk.reach();
  const { managementUrl } = await desk.configuration();
  const findings: Finding[] = [];
  for await (const finding of operations.checkup(managementUrl, only)) {
    findings.push(finding);
    if (!desk.json) await desk.screen.result(findingText(finding, desk.screen.paint));
  }
  if (findings.length === 0) throw new UsageError('--only: no check has such a word in its name.');
  if (desk.json) await desk.screen.json(findings);
  else desk.screen.note(summaryOf(findings));
  return findings.some(({ verdict }) => verdict === 'fail') ? exitCode.failed : exitCode.done;
}

/** One finding, and under it what mends it. */
export function findingText({ check, verdict, says, fix }: Finding, paint: Paint): string {
  const [mark, style] = MARKS[verdict];
  const text = `${paint(style, mark)} ${check.padEnd(NAME_WIDTH)}${paint(verdict === 'skipped' ? 'dim' : style, inertLine(says))}`;
  return fix === undefined ? text : `${text}\n  ${' '.repeat(NAME_WIDTH)}${paint('cyan', '→')} ${inertLine(fix)}`;
}

/** How many were found how. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (wanted: Verdict): number => findings.filter(({ verdict }) => verdict === wanted).length;
  const skipped = count('skipped');
  const rest = skipped === 0 ? '' : `, ${skipped} skipped`;
  return `${count('ok')} fine, ${count('warn')} worth a look, ${count('fail')} broken${rest}.`;
}
