import { Flapping } from './flapping';

let flapping: Flapping;
let written: string[];

beforeEach(() => {
  jest.useFakeTimers();
  flapping = new Flapping();
  written = [];
});

afterEach(() => jest.useRealTimers());

function tell(subject: string, change: string): void {
  flapping.tell(subject, change, (unshown) => written.push(`${subject} ${change} ${unshown}`));
}

describe('a subject that flaps', () => {
  it('is told at once at first, and then when it has come to rest: where it is, and what was not told', () => {
    for (let times = 0; times < 10; times += 1) {
      tell('link', 'lost');
      tell('link', 'open');
    }
    const atOnce = Array.from({ length: 3 }, () => ['link lost 0', 'link open 0']).flat();
    expect(written).toEqual(atOnce);
    jest.advanceTimersByTime(4_900);
    expect(written).toEqual(atOnce);
    jest.advanceTimersByTime(200);
    expect(written).toEqual([...atOnce, 'link open 13']);
  });

  it('goes on flapping in silence, however long', () => {
    for (let second = 0; second < 3_600; second += 1) {
      tell('link', 'lost');
      tell('link', 'open');
      jest.advanceTimersByTime(1_000);
    }
    expect(written).toHaveLength(6);
  });

  it('is told at once when it changes in a new way, with what was not told before', () => {
    for (let times = 0; times < 5; times += 1) tell('link', 'lost');
    tell('link', 'refused');
    expect(written.slice(3)).toEqual(['link refused 1']);
    jest.advanceTimersByTime(10_000);
    expect(written).toHaveLength(4);
  });

  it('does not silence another', () => {
    for (let times = 0; times < 5; times += 1) tell('link', 'lost');
    tell('other link', 'lost');
    expect(written.at(-1)).toBe('other link lost 0');
  });
});

describe('a subject that changes seldom', () => {
  it('is told at once, each time', () => {
    for (let times = 0; times < 10; times += 1) {
      tell('link', 'lost');
      tell('link', 'open');
      jest.advanceTimersByTime(5_100);
    }
    expect(written).toHaveLength(20);
  });
});
