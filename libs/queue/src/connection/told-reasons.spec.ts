import { ToldReasons } from './told-reasons';

describe('the reasons of an outage', () => {
  it('are told once each, in whatever order they come again', () => {
    const told = new ToldReasons();
    const reasons = ['refused by a', 'refused by b', 'refused by a', 'refused by b', 'silent', 'refused by a'];
    expect(reasons.filter((reason) => told.isNews(reason))).toEqual(['refused by a', 'refused by b', 'silent']);
  });

  it('are told again in the next outage', () => {
    const told = new ToldReasons();
    told.isNews('refused');
    told.forget();
    expect(told.isNews('refused')).toBe(true);
  });

  it('are bounded, though each be another', () => {
    const told = new ToldReasons();
    const reasons = Array.from({ length: 1_000 }, (_, index) => `process <0.${index}.0> died`);
    expect(reasons.filter((reason) => told.isNews(reason))).toHaveLength(20);
  });
});
