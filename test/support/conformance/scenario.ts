import { Desk } from './desk';
import type { Observation } from './desk';
import type { World } from './world';

/** Something that is done to a broker, and what is observed of it: the same, whichever broker it is. */
export interface Scenario {
  readonly name: string;
  /** @returns what is observed, in its order */
  readonly run: (desk: Desk) => Promise<Observation>;
  readonly expected: Observation;
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
