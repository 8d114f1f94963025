import { Suspension } from './suspension';

describe('a suspension', () => {
  it('lasts until the last of its reasons is gone', async () => {
    const suspension = new Suspension();
    expect([suspension.isOn, suspension.why]).toEqual([false, '']);
    await suspension.over;
    suspension.add('pause');
    suspension.add('isolation');
    let isOver = false;
    const over = suspension.over.then(() => {
      isOver = true;
    });
    suspension.remove('pause');
    await Promise.resolve();
    expect([suspension.isOn, suspension.has('pause'), suspension.has('isolation'), isOver]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    suspension.remove('isolation');
    await over;
    expect([suspension.isOn, isOver]).toEqual([false, true]);
  });

  it('has each reason once, and none that was taken back before it came', async () => {
    const suspension = new Suspension();
    suspension.remove('quiet');
    suspension.add('pause');
    suspension.add('pause');
    expect(suspension.why).toBe('the queue is paused');
    suspension.remove('pause');
    await suspension.over;
    expect(suspension.isOn).toBe(false);
  });

  it('tells how long a reason has lasted', () => {
    jest.useFakeTimers({ now: 0 });
    const suspension = new Suspension();
    suspension.add('isolation');
    jest.advanceTimersByTime(500);
    suspension.add('isolation');
    jest.advanceTimersByTime(500);
    expect([suspension.lastsFor('isolation'), suspension.lastsFor('pause')]).toEqual([1_000, 0]);
    jest.useRealTimers();
  });
});
