import type { ChannelModel } from 'amqplib';
import { observed } from '../support/conformance/scenario';
import { scenarios } from '../support/conformance/scenarios';
import { memoryWorld } from '../support/conformance/world';
import type { World } from '../support/conformance/world';

// `test/integration/conformance.spec.ts` holds a real broker to the same scenarios.
describe('the broker in memory', () => {
  let world: World;
  let model: ChannelModel;

  beforeAll(async () => {
    world = memoryWorld();
    model = await world.connect();
  });

  afterAll(() => model.close());

  it.each(scenarios.map((scenario, index) => [scenario.name, scenario, index] as const))(
    'shows that %s',
    async (_name, scenario, index) => {
      expect(await observed(world, model, scenario, index)).toEqual(scenario.expected);
    },
  );
});
