import type { ChannelModel } from 'amqplib';
import { programs, scenarioOf } from '../support/conformance/programs';
import { isHeldTo, observed } from '../support/conformance/scenario';
import type { Scenario } from '../support/conformance/scenario';
import { scenarios } from '../support/conformance/scenarios';
import { memoryWorld, realWorld } from '../support/conformance/world';
import type { World } from '../support/conformance/world';
import { Vhost } from '../support/vhost';

/** Programs by chance; another seed tries others. */
const PROGRAMS = { count: 24, seed: 1 };

let vhost: Vhost;
let real: World;
let memory: World;
let realModel: ChannelModel;
let memoryModel: ChannelModel;

beforeAll(async () => {
  vhost = await Vhost.open();
  real = realWorld(vhost.url);
  memory = memoryWorld();
  [realModel, memoryModel] = [await real.connect(), await memory.connect()];
});

afterAll(async () => {
  await realModel.close();
  await memoryModel.close();
  await vhost.close();
});

/** What only newer brokers do says so: an older one shows nothing of it. */
const titleOf = ({ name, since }: Scenario): string => (since === undefined ? name : `${name} (RabbitMQ ${since})`);

describe('the broker in memory and a real one', () => {
  it.each(scenarios.map((scenario, index) => [titleOf(scenario), scenario, index] as const))(
    'agree that %s',
    async (_name, scenario, index) => {
      const isHeld = isHeldTo(scenario, realModel.connection.serverProperties.version);
      const shown = isHeld ? await observed(real, realModel, scenario, index) : scenario.expected;
      expect(shown).toEqual(scenario.expected);
      expect(await observed(memory, memoryModel, scenario, index)).toEqual(scenario.expected);
    },
  );

  it.each(programs(PROGRAMS.count, PROGRAMS.seed).map((program, index) => [program, 1_000 + index] as const))(
    'agree on a program by chance (%#)',
    async (program, number) => {
      const ranksQuorum = isHeldTo({ since: '4.3' }, realModel.connection.serverProperties.version);
      const one = { ...scenarioOf(program, ranksQuorum), expected: undefined };
      expect(await observed(memory, memoryModel, one, number)).toEqual(await observed(real, realModel, one, number));
    },
  );
});
