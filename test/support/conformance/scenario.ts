import { Desk } from './desk';
import type { Observation } from './desk';
import type { World } from './world';

/** Something that is done to a broker, and what is observed of it: the same, whichever broker it is. */
export interface Scenario {
  readonly name: string;
  /** The first version of RabbitMQ that does it (`4.3`); an older one is not held to it. Default: every one that Warren supports. */
  readonly since?: string;
  /** @returns what is observed, in its order */
  readonly run: (desk: Desk) => Promise<Observation>;
  readonly expected: Observation;
}

/** Whether a broker of this version is held to a scenario. */
export function isHeldTo({ since }: Pick<Scenario, 'since'>, version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [fromMajor = 0, fromMinor = 0] = (since ?? '0').split('.').map(Number);
  return major > fromMajor || (major === fromMajor && minor >= fromMinor);
}

/** What a world shows of a scenario. @param number no other scenario has it on this broker */
export async function observed(
  world: World,
  model: Awaited<ReturnType<World['connect']>>,
  { run }: Scenario,
  number: number,
): Promise<Observation> {
  const desk = await Desk.open(world, number, model);
  try {
    return desk.plain(await run(desk));
  } finally {
    await desk.close();
  }
}
