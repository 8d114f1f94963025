import { StopWishes } from './stop-wishes';

function wishes(): { wishes: StopWishes; done: string[] } {
  const done: string[] = [];
  const actions = {
    stop: (why: string) => done.push(`stop: ${why}`),
    hurry: (why: string) => done.push(`hurry: ${why}`),
  };
  return { wishes: new StopWishes(actions), done };
}

describe('the wishes to stop', () => {
  it('are carried out once, whoever repeats them', () => {
    const { wishes: told, done } = wishes();
    expect(told.isStopping).toBe(false);
    told.stop('SIGINT');
    told.stop('the supervisor');
    told.hurry('SIGINT again');
    told.hurry('the supervisor');
    told.stop('SIGINT');
    expect(done).toEqual(['stop: SIGINT', 'hurry: SIGINT again']);
    expect(told.isStopping).toBe(true);
  });

  it('to hurry comes after one to stop, when nobody has said so before', () => {
    const { wishes: told, done } = wishes();
    told.hurry('the supervisor');
    expect(done).toEqual(['stop: the supervisor', 'hurry: the supervisor']);
  });
});
