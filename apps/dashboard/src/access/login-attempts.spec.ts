import { LoginAttempts } from './login-attempts';

const wrong = (): Promise<boolean> => Promise.resolve(false);
const right = (): Promise<boolean> => Promise.resolve(true);
const MINUTE = 60_000;

async function fail(attempts: LoginAttempts, times: number, address = 'here', name = 'ada'): Promise<void> {
  for (let time = 0; time < times; time += 1) await attempts.attempt(address, name, 0, wrong);
}

describe('somebody who tries passwords', () => {
  it('has to wait after five failures, for a quarter of an hour', async () => {
    const attempts = new LoginAttempts();
    await fail(attempts, 4);
    expect(attempts.secondsToWait('here', 'ada', 0)).toBe(0);
    await fail(attempts, 1);
    expect(attempts.secondsToWait('here', 'ada', MINUTE)).toBe(14 * 60);
    expect(attempts.secondsToWait('here', 'ada', 15 * MINUTE)).toBe(0);
  });

  it('locks out neither others from there nor the same name from elsewhere', async () => {
    const attempts = new LoginAttempts();
    await fail(attempts, 5);
    expect(attempts.secondsToWait('here', 'bob', 0)).toBe(0);
    expect(attempts.secondsToWait('elsewhere', 'ada', 0)).toBe(0);
  });

  it('has to wait after a hundred names as well', async () => {
    const attempts = new LoginAttempts();
    for (let name = 0; name < 100; name += 1) await fail(attempts, 1, 'here', `name-${name}`);
    expect(attempts.secondsToWait('here', 'never-tried', 0)).toBeGreaterThan(0);
  });

  it('begins anew after a success', async () => {
    const attempts = new LoginAttempts();
    await fail(attempts, 4);
    expect(await attempts.attempt('here', 'ada', 0, right)).toBe(true);
    await fail(attempts, 4);
    expect(attempts.secondsToWait('here', 'ada', 0)).toBe(0);
  });

  it('is counted before the answer is known, and two are checked at once at most', async () => {
    const attempts = new LoginAttempts();
    let answer: (isRight: boolean) => void = () => undefined;
    const slow = (): Promise<boolean> => new Promise((resolve) => (answer = resolve));
    const first = attempts.attempt('here', 'ada', 0, slow);
    const endFirst = answer;
    const second = attempts.attempt('here', 'ada', 0, slow);
    expect(await attempts.attempt('elsewhere', 'bob', 0, right)).toBeUndefined();
    endFirst(false);
    answer(false);
    expect(await Promise.all([first, second])).toEqual([false, false]);
    expect(await attempts.attempt('elsewhere', 'bob', 0, right)).toBe(true);
  });

  it('with ever new addresses takes no more memory: the oldest is forgotten', async () => {
    const attempts = new LoginAttempts();
    await fail(attempts, 5);
    for (let address = 0; address < 1_500; address += 1) await fail(attempts, 1, `address-${address}`);
    expect(attempts.secondsToWait('here', 'ada', 0)).toBe(0);
  });
});
