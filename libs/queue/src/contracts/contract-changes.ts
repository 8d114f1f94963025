import { isDeepStrictEqual } from 'node:util';
import type { Contract } from './contract';
import { narrowingsOf } from './narrowings';

/** One way in which a contract is no longer what it was. */
export interface ContractChange {
  /** The task's name. */
  readonly task: string;
  /** `breaking`: something that waits, or that others send by the contract of before, may not be handled any more. */
  readonly kind: 'breaking' | 'compatible';
  /** What has changed: `payload.width`, `queue`, `version`, `task`. */
  readonly path: string;
  readonly message: string;
}

/** What has become of the contracts of before, by their names' order. Empty when they are the same. Pure. */
export function contractChanges(before: readonly Contract[], after: readonly Contract[]): ContractChange[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))].toSorted();
  return names.flatMap((task) => {
    const [was, is] = [before, after].map((contracts) => contracts.find(({ name }) => name === task));
    if (was === undefined) return [{ task, kind: 'compatible', path: 'task', message: 'is new' }];
    if (is === undefined)
      return [
        { task, kind: 'breaking', path: 'task', message: 'is gone: what waits for it, or is added, is put aside' },
      ];
    return changesOf(was, is);
  });
}

function changesOf(was: Contract, is: Contract): ContractChange[] {
  const change = (kind: ContractChange['kind'], path: string, message: string): ContractChange => {
    return { task: was.name, kind, path, message };
  };
  const told: ContractChange[] = [];
  if (is.queue !== was.queue)
    told.push(
      change('breaking', 'queue', `was ${was.queue}, and is ${is.queue}: what waits in the old one is not handled`),
    );
  if (is.version < was.version) {
    told.push(
      change('breaking', 'version', `was ${was.version}, and is ${is.version}: what was added since is put aside`),
    );
    return told;
  }
  if (is.oldestVersion > was.oldestVersion) {
    const last = Math.min(was.version, is.oldestVersion - 1);
    const lost = was.oldestVersion === last ? `version ${last}` : `versions ${was.oldestVersion} to ${last}`;
    told.push(change('breaking', 'upcasters', `there is none any more from ${lost} of the payload`));
  } else if (is.oldestVersion < was.oldestVersion) {
    told.push(change('compatible', 'upcasters', `the payload is lifted from version ${is.oldestVersion} on`));
  }
  if (is.version > was.version) {
    if (is.oldestVersion <= was.version)
      told.push(change('compatible', 'version', `was ${was.version}, and is ${is.version}: older payloads are lifted`));
    return told;
  }
  return [...told, ...payloadChanges(was, is, change)];
}

function payloadChanges(
  { payload: was }: Contract,
  { payload: is }: Contract,
  change: (kind: ContractChange['kind'], path: string, message: string) => ContractChange,
): ContractChange[] {
  if (isDeepStrictEqual(was, is)) return [];
  if (is === null)
    return [change('breaking', 'payload', 'cannot be compared: its schema does not tell any more what it takes')];
  if (was === null)
    return [change('compatible', 'payload', 'can be compared from now on: its schema tells what it takes')];
  const narrowings = narrowingsOf(was, is);
  if (narrowings.length === 0)
    return [change('compatible', 'payload', 'takes all that it took, and more or other defaults')];
  return narrowings.map(({ path, message }) => change('breaking', path, message));
}
