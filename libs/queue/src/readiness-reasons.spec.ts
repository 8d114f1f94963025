import { readinessReasons } from './readiness-reasons';

describe('slots that are held for too long', () => {
  const holder = (id: string | undefined, heldFor: number) => ({ id, name: id && 'image.resize', heldFor });

  it('are told with the tasks that hold them', () => {
    expect(readinessReasons.stuck('images', 900_000, [holder('id-1', 1_203_400)])).toBe(
      'queue "images": all 1 slots are held by tasks that run longer than 900 s (image.resize id-1 for 1,203 s)',
    );
  });

  it('are told with the three that hold them longest, and how many others there are', () => {
    const holders = [holder('young', 1_000), holder('old', 9_900), holder(undefined, 5_000), holder('older', 60_000)];
    expect(readinessReasons.stuck('images', 500, holders)).toBe(
      'queue "images": all 4 slots are held by tasks that run longer than 0.5 s ' +
        '(image.resize older for 60 s, image.resize old for 9.9 s, a message without id for 5 s and 1 more)',
    );
  });
});
