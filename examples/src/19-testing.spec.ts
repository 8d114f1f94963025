// The tests of 19-testing.ts. They run without a broker, and take milliseconds.
import { QueueTestingModule, RecordingTaskQueue, runTask } from '@app/queue/testing';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { Carrier, ParcelsModule, Shop, parcelShip, parcelTell } from './19-testing';

const carrier = { collect: jest.fn() };
let parcels: TestingModule;
let queue: RecordingTaskQueue;

beforeAll(async () => {
  parcels = await Test.createTestingModule({
    imports: [QueueTestingModule.forRoot({ tasks: [parcelShip, parcelTell] }), ParcelsModule],
  })
    .overrideProvider(Carrier)
    .useValue(carrier)
    .compile();
  queue = parcels.get(RecordingTaskQueue, { strict: false });
});

afterAll(() => parcels.close());

beforeEach(() => {
  carrier.collect.mockReset();
  queue.clear();
});

describe('the shop', () => {
  it('has an order shipped, a moment later, and tells nobody yet', async () => {
    await parcels.get(Shop, { strict: false }).order(7);
    queue.expectAdded(parcelShip, { order: 7 }, { delay: 200 });
    queue.expectNotAdded(parcelTell);
  });
});

describe('shipping a parcel', () => {
  it('has the carrier collect it, and the customer told', async () => {
    carrier.collect.mockResolvedValue('P-7');
    const run = await runTask(parcels, parcelShip, { order: 7 });
    expect(run.outcome).toBe('completed');
    expect(carrier.collect).toHaveBeenCalledWith(7);
    queue.expectAdded(parcelTell, { order: 7, parcel: 'P-7' });
  });

  it('is tried again in a minute when the carrier does not answer', async () => {
    carrier.collect.mockRejectedValue(new Error('nobody answers'));
    const run = await runTask(parcels, parcelShip, { order: 7 });
    expect(run).toMatchObject({ outcome: 'retrying', retry: { attempt: 2, delay: 60_000 } });
    queue.expectNotAdded(parcelTell);
  });

  it('is put aside after the third attempt, with the error', async () => {
    carrier.collect.mockRejectedValue(new Error('nobody answers'));
    const run = await runTask(parcels, parcelShip, { order: 7 }, { attempt: 3 });
    expect(run).toMatchObject({ outcome: 'dead-lettered', reason: 'attempts-exhausted' });
    expect(run.error).toEqual(new Error('nobody answers'));
  });

  it('never begins with what is no order', async () => {
    const run = await runTask(parcels, parcelShip, { order: 'seven' } as never);
    expect(run).toMatchObject({ outcome: 'dead-lettered', reason: 'invalid-payload' });
    expect(carrier.collect).not.toHaveBeenCalled();
  });
});
