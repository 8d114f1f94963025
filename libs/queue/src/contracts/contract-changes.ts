import { isDeepStrictEqual } from 'node:util';
import type { Contract } from './contract';
import { readsAllOf } from './format-names';
import { narrowingsOf } from './narrowings';

/** One way in which a contract is no longer what it was. */
export interface ContractChange {
  /** Of the task, or of the event. */
  readonly name: string;
  /** `breaking`: something that waits, or that others send by the contract of before, may not be handled any more. */
  readonly kind: 'breaking' | 'compatible';
  /** What has changed: `payload.width`, `version`, `upcasters`, `format`; of a task `queue`, `task`; of an event `exchange`, `exchangeType`, `routingKey`, `event`. */
  readonly path: string;
  readonly message: string;
}

/** What has become of the contracts of before, by their names' order. Empty when they are the same. Pure. */
export function contractChanges(before: readonly Contract[], after: readonly Contract[]): ContractChange[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))].toSorted();
  return names.flatMap((name) => {
    const [was, is] = [before, after].map((contracts) => contracts.find((contract) => contract.name === name));
    if (was !== undefined && is !== undefined) return changesOf(was, is);
    if (is !== undefined) return [{ name, kind: 'compatible', path: kindOf(is), message: 'is new' }];
    if (was === undefined) return [];
    const path = kindOf(was);
    return [{ name, kind: 'breaking', path, message: `is gone: what waits for it, or is ${SENT[path]}, is put aside` }];
  });
}

type MakeChange = (kind: ContractChange['kind'], path: string, message: string) => ContractChange;

/** What is done with a task, and with an event. */
const SENT = { task: 'added', event: 'published' } as const;

function kindOf(contract: Contract): 'task' | 'event' {
  return 'queue' in contract ? 'task' : 'event';
}

function changesOf(was: Contract, is: Contract): ContractChange[] {
  const change: MakeChange = (kind, path, message) => ({ name: was.name, kind, path, message });
  const told: ContractChange[] = [];
  for (const [path, before, now, why] of placesOf(was, is))
    if (before !== now) told.push(change('breaking', path, `was ${before}, and is ${now}: ${why}`));
  told.push(...formatChanges(was, is, change));
  if (is.version < was.version) {
    told.push(
      change(
        'breaking',
        'version',
        `was ${was.version}, and is ${is.version}: what was ${SENT[kindOf(was)]} since is put aside`,
      ),
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

/** Where messages of it are looked for, before and now, and what it means when that is not the same. */
function placesOf(was: Contract, is: Contract): (readonly [path: string, before: string, now: string, why: string])[] {
  if ('queue' in was && 'queue' in is)
    return [['queue', was.queue, is.queue, 'what waits in the old one is not handled']];
  if ('queue' in was || 'queue' in is)
    return [[kindOf(was), kindOf(was), kindOf(is), 'messages of it are looked for elsewhere']];
  return [
    ['exchange', was.exchange, is.exchange, 'queues that are bound to the old one do not get it'],
    ['exchangeType', was.exchangeType, is.exchangeType, 'the broker does not declare an exchange anew'],
    ['routingKey', was.routingKey, is.routingKey, 'queues that are bound by the old one do not get it'],
  ];
}

/** What waits is read by the format of now. An event waits in queues that have formats of their own, and is read by other programs too. */
function formatChanges(was: Contract, is: Contract, change: MakeChange): ContractChange[] {
  if (was.format === is.format) return [];
  if (was.format === null)
    return [change('compatible', 'format', `can be compared from now on: it is ${String(is.format)}`)];
  if (is.format === null)
    return [change('breaking', 'format', `was ${was.format}, and cannot be compared: it has no name any more`)];
  const told = `was ${was.format}, and is ${is.format}`;
  if (kindOf(is) === 'event')
    return [change('breaking', 'format', `${told}: queues and programs that are bound may not read it`)];
  return readsAllOf(was.format, is.format)
    ? [change('compatible', 'format', `${told}, which reads what waits`)]
    : [change('breaking', 'format', `${told}: what waits, or is sent as before, is put aside`)];
}

function payloadChanges({ payload: was }: Contract, { payload: is }: Contract, change: MakeChange): ContractChange[] {
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
