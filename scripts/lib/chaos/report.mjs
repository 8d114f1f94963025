import { machine, versionOfWarren } from '../surroundings.mjs';
import { describeCounts } from './verdict.mjs';

/** How many lost tasks are named on the screen, and of how many all that is known; the report has all. */
const SHOWN = 20;
const TOLD = 5;

/**
 * Says how it ended.
 * @param {import('../say.mjs').Voice} voice
 * @param {{ verdict: import('./verdict.mjs').Verdict, struck: readonly { kind: string }[], accidents: readonly string[] }} result
 * @param {import('./ledger.mjs').Ledger} ledger
 */
export function showResult(voice, { verdict, struck, accidents }, ledger) {
  const { kept, sacrificed, lost, reasons, surprises } = verdict;
  voice.line();
  voice.line(`  faults: ${listed(countBy(struck.map(({ kind }) => kind)))}`);
  voice.line(`  dead letters: ${listed(reasons)}`);
  voice.line(`  adds that were rejected, and made again: ${listed(ledger.refusals)}`);
  const [slowest] = ledger.slowest(1);
  if (slowest !== undefined)
    voice.line(`  the slowest: ${slowest.id} (${slowest.kind}), ${slowest.seconds.toFixed(1)} s`);
  for (const accident of accidents) voice.warn(accident);
  if (ledger.entries.early > 0) voice.warn(`${ledger.entries.early} runs began before their delay was over`);
  for (const { id, kind, dead } of surprises.slice(0, SHOWN))
    voice.fail(`should have worked: ${id} (${kind}) was put aside, ${dead.join(', ')}`);
  if (surprises.length > SHOWN) voice.fail(`and ${surprises.length - SHOWN} more`);
  if (sacrificed.sent > 0) {
    voice.line(`  the deleted queue: ${describeCounts(sacrificed)} · gone with it ${sacrificed.gone}`);
  }
  for (const [index, { id, kind }] of lost.slice(0, SHOWN).entries()) {
    voice.fail(`lost: ${id} (${kind})`);
    if (index >= TOLD) continue;
    for (const line of ledger.traceOf(id)) voice.line(`      ${line}`);
  }
  if (lost.length > SHOWN) voice.fail(`and ${lost.length - SHOWN} more`);
  voice.line();
  voice.line(`  ${describeCounts(kept)}`);
}

/**
 * All that one needs to believe a run, or to repeat it.
 * @param {import('./run.mjs').ChaosOptions & { isCluster: boolean }} options
 * @param {{ verdict: import('./verdict.mjs').Verdict, struck: readonly { kind: string }[], accidents: readonly string[] }} result
 * @param {{ ledger: import('./ledger.mjs').Ledger, broker: string, leftOut: Record<string, string>, startedAt: Date, took: number }} facts
 */
export function reportOf(options, { verdict, struck, accidents }, { ledger, broker, leftOut, startedAt, took }) {
  const { kept, sacrificed, lost, reasons, surprises } = verdict;
  return {
    summary: describeCounts(kept),
    seed: options.seed,
    options,
    versions: { ...versionOfWarren(), node: process.version, broker },
    machine: machine(),
    startedAt: startedAt.toISOString(),
    secondsTaken: Math.round(took / 1_000),
    kept,
    sacrificed,
    lost: lost.map((task) => ({ ...task, trace: ledger.traceOf(task.id) })),
    deadLetterReasons: reasons,
    surprises,
    slowest: ledger.slowest(10),
    entries: ledger.entries,
    refusedAdds: ledger.refusals,
    accidents,
    faultsLeftOut: leftOut,
    faultCounts: countBy(struck.map(({ kind }) => kind)),
    faults: struck,
  };
}

/** @param {readonly string[]} words @returns {Record<string, number>} */
function countBy(words) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** @param {Record<string, number>} counts */
function listed(counts) {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return parts.length === 0 ? 'none' : parts.sort().join(' · ');
}
