import { LoginAttempts } from './login-attempts';

const wrong = (): Promise<boolean> => Promise.resolve(false);
const right = (): Promise<boolean> => Promise.resolve(true);
const MINUTE = 60_000;

let now: number;
let slept: number[];
let attempts: LoginAttempts;

beforeEach(() => {
  now = 0;
  slept = [];
  const sleep = (milliseconds: number): Promise<void> => {
    slept.push(milliseconds);
    now += milliseconds;
    return Promise.resolve();
  };
  attempts = new LoginAttempts(() => now, sleep);
});

async function fail(times: number, address = 'here', name = 'ada'): Promise<void> {
  for (let time = 0; time < times; time += 1) expect(await attempts.attempt(address, name, wrong)).toBe(false);
}

describe('somebody who tries passwords', () => {
  it('waits after five failures, longer each time, ten seconds at most', async () => {
    await fail(5);
    expect(slept).toEqual([]);
    await fail(6);
    expect(slept).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('gets in with the right one, however often others from there were wrong', async () => {
    await fail(50);
    expect(await attempts.attempt('here', 'ada', right)).toBe(true);
    slept = [];
    await fail(5);
    expect(slept).toEqual([]);
  });

  it('slows neither others from there nor the same name from elsewhere', async () => {
    await fail(8);
    slept = [];
    await fail(5, 'here', 'bob');
    await fail(5, 'elsewhere', 'ada');
    expect(slept).toEqual([]);
  });

  it('slows all from there after a hundred names, by a second each', async () => {
    for (let name = 0; name < 100; name += 1) await fail(1, 'here', `name-${name}`);
    expect(slept).toEqual([]);
    expect(await attempts.attempt('here', 'bob', right)).toBe(true);
    expect(slept).toEqual([1_000]);
    expect(await attempts.attempt('elsewhere', 'bob', right)).toBe(true);
    expect(slept).toEqual([1_000]);
  });

  it('waits whichever of its addresses a network of IPv6 takes, and not for those of another network', async () => {
    for (let host = 0; host < 6; host += 1) await fail(1, `2001:db8:1:2::${host}`);
    expect(slept).toEqual([1_000]);
    for (let name = 0; name < 94; name += 1) await fail(1, `2001:db8:1:2:${name}::`, `name-${name}`);
    slept = [];
    await fail(1, '2001:db8:1:2:ffff::', 'bob');
    expect(slept).toEqual([1_000]);
    await fail(5, '2001:db8:1:3::1');
    expect(slept).toEqual([1_000]);
  });

  it('waits also when the same IPv4 address comes written as IPv6', async () => {
    await fail(5, '203.0.113.7');
    await fail(1, '::ffff:203.0.113.7');
    expect(slept).toEqual([1_000]);
  });

  it('is forgotten a quarter of an hour after the last failure', async () => {
    await fail(9);
    slept = [];
    now += 15 * MINUTE;
    await fail(5);
    expect(slept).toEqual([]);
  });

  it('makes no more than a bounded number of tries, made at once or one after the other', async () => {
    let made = 0;
    const count = (): Promise<boolean> => {
      made += 1;
      return wrong();
    };
    attempts = new LoginAttempts(
      () => now,
      () => Promise.resolve(),
    );
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => attempts.attempt('here', 'ada', count)));
    expect(made).toBeLessThan(15);
    expect(answers.filter((answer) => typeof answer === 'number').length).toBe(1_000 - made);
    now = 60 * MINUTE;
    expect(await attempts.attempt('here', 'ada', right)).toBe(true);
  });

  it('waits while two passwords are checked, and is told to come back when too many wait', async () => {
    const answers: ((isRight: boolean) => void)[] = [];
    const slow = (): Promise<boolean> => new Promise((resolve) => answers.push(resolve));
    const tries = Array.from({ length: 102 }, (_, index) => attempts.attempt(`address-${index}`, 'ada', slow));
    expect(answers).toHaveLength(2);
    expect(await attempts.attempt('late', 'bob', right)).toBe(1);
    answers[0]?.(false);
    expect(await tries[0]).toBe(false);
    const bob = attempts.attempt('late', 'bob', right);
    for (let index = 1; index < 102; index += 1) {
      answers[index]?.(false);
      await tries[index];
    }
    expect(await bob).toBe(true);
  });

  it('with ever new addresses takes no more memory: the oldest is forgotten', async () => {
    await fail(8);
    slept = [];
    for (let address = 0; address < 1_500; address += 1) await fail(1, `address-${address}`);
    await fail(1);
    expect(slept).toEqual([]);
  });

  it('is not forgotten for tries of others that were not made', async () => {
    attempts = new LoginAttempts(
      () => now,
      () => Promise.resolve(),
    );
    const tries = async (times: number, address: string, nameOf: (time: number) => string): Promise<number> => {
      let made = 0;
      for (let time = 0; time < times; time += 1)
        if ((await attempts.attempt(address, nameOf(time), wrong)) === false) made += 1;
      return made;
    };
    expect(await tries(50, 'here', () => 'ada')).toBeLessThan(15);
    expect(await tries(5_000, 'elsewhere', (time) => `name-${time}`)).toBeLessThan(150);
    expect(await attempts.attempt('here', 'ada', right)).toEqual(expect.any(Number));
  });
});
