import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { contractChanges, contractsOf, readSnapshot, snapshotText } from '@app/queue/contracts';
import type { Contract, ContractChange } from '@app/queue/contracts';
import { UsageError, exitCode } from '../exit-codes';
import { inertLine } from '../terminal/inert-text';
import type { Paint } from '../terminal/screen';
import type { Desk } from './desk';

/** The options of `warren contracts check`. */
export interface CheckContractsOptions {
  readonly file?: string;
}

/** The options of `warren contracts write`. */
export interface WriteContractsOptions extends CheckContractsOptions {
  readonly acceptBreaking?: boolean;
}

const WRITE = 'warren contracts write';

/** `warren contracts check`: what has changed against the snapshot. Ends with 1 when something breaks. */
export async function checkContracts(desk: Desk, { file = fileOf(desk) }: CheckContractsOptions): Promise<number> {
  const contracts = contractsOf(desk.registry.tasks, desk.registry.events);
  const before = snapshotIn(file);
  if (before === undefined) throw new UsageError(`There is no ${file}: ${WRITE} makes it.`);
  const changes = contractChanges(before, contracts);
  await tell(desk, changes);
  tellOfSilent(desk, contracts);
  const isBroken = changes.some(isBreaking);
  if (isBroken)
    desk.screen.note(
      `What breaks wants a version and an upcaster, or ${WRITE} --accept-breaking when nothing relies on it any more.`,
    );
  else if (changes.length > 0) desk.screen.note(`Nothing breaks. ${WRITE} is due.`);
  else desk.screen.note(`${contracts.length} contracts are what ${file} says.`);
  return isBroken ? exitCode.failed : exitCode.done;
}

/** `warren contracts write`: writes the snapshot, unless something breaks and nobody has said that it may. */
export async function writeContracts(
  desk: Desk,
  { file = fileOf(desk), acceptBreaking = false }: WriteContractsOptions,
): Promise<number> {
  const contracts = contractsOf(desk.registry.tasks, desk.registry.events);
  const before = snapshotIn(file);
  const changes = before === undefined ? [] : contractChanges(before, contracts);
  await tell(desk, changes);
  tellOfSilent(desk, contracts);
  if (changes.some(isBreaking) && !acceptBreaking) {
    desk.screen.note(
      `Nothing was written: ${WRITE} --accept-breaking writes what breaks as well, as of a task that nobody adds yet.`,
    );
    return exitCode.failed;
  }
  if (isDeepStrictEqual(before, contracts)) {
    desk.screen.note(`${file} says what the definitions say; nothing was written.`);
    return exitCode.done;
  }
  writeFileSync(file, snapshotText(contracts));
  desk.screen.note(`Wrote ${contracts.length} contracts to ${file}.`);
  return exitCode.done;
}

/** One change as a line: whether it breaks, which task or event, what of it, and how. */
export function changeText({ name, kind, path, message }: ContractChange, paint: Paint): string {
  const [mark, style] = kind === 'breaking' ? (['✖', 'red'] as const) : (['✔', 'green'] as const);
  return `${paint(style, mark)} ${inertLine(name)}  ${inertLine(path)}: ${inertLine(message)}`;
}

function fileOf(desk: Desk): string {
  return join(desk.checkout, 'contracts.json');
}

/** @throws UsageError when the file is no snapshot; `undefined`: there is none. */
function snapshotIn(file: string): Contract[] | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  try {
    return readSnapshot(text);
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function tell({ screen, json }: Desk, changes: readonly ContractChange[]): Promise<void> {
  if (json) await screen.json(changes);
  else for (const change of changes) await screen.result(changeText(change, screen.paint));
}

function tellOfSilent({ screen }: Desk, contracts: readonly Contract[]): void {
  const silent = contracts.filter(({ payload }) => payload === null).map(({ name }) => name);
  const nameless = contracts.filter(({ format }) => format === null).map(({ name }) => name);
  if (silent.length > 0)
    screen.note(
      inertLine(
        `Not compared, because their schemas do not tell what they take: the payloads of ${silent.join(', ')}.`,
      ),
    );
  if (nameless.length > 0)
    screen.note(inertLine(`Not compared, because they have no name: the formats of ${nameless.join(', ')}.`));
}

function isBreaking({ kind }: ContractChange): boolean {
  return kind === 'breaking';
}
