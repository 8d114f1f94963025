import * as fc from 'fast-check';
import { RetryLater, TaskTimeoutError, UnrecoverableError } from '../errors';
import { exceptOn, onlyOn, runPolicy } from '../run-policy';
import type { RunPolicyInput } from '../run-policy';
import { MAX_DELAY_MS } from '../topology/delay-levels';
import { fixed } from './backoff';
import type { BackoffContext } from './backoff';
import { outcomeOf } from './retry-decision';
import type { FailedRun } from './retry-decision';

const NOW = 1_800_000_000_000;

class CardDeclined extends Error {}
class ExpiredCard extends CardDeclined {}

const policy = (input: RunPolicyInput & { acknowledge?: 'before' } = {}) =>
  runPolicy('Task "pay"', { attempts: 3, backoff: fixed(1_000), ...input });

const run = (facts: Partial<FailedRun> = {}): FailedRun => ({
  attempt: 1,
  waited: undefined,
  expiresAt: undefined,
  now: NOW,
  random: () => 0.5,
  ...facts,
});

const error = { name: 'Error', message: 'no answer', stack: expect.any(String) as string };
const failure = new Error('no answer');

const dead = (reason: string) => expect.objectContaining({ kind: 'dead-lettered', reason }) as unknown;

const retrying = (retry: object) => ({ kind: 'retrying', retry: expect.objectContaining(retry) as unknown });

describe('a failed run', () => {
  it('is tried again after the backoff, as the next attempt', () => {
    expect(outcomeOf(failure, policy(), run())).toEqual({
      kind: 'retrying',
      retry: { attempt: 2, delay: 1_000, error },
    });
  });

  it('is put aside when no attempt is left', () => {
    expect(outcomeOf(failure, policy(), run({ attempt: 3 }))).toEqual({
      kind: 'dead-lettered',
      reason: 'attempts-exhausted',
      error,
    });
    expect(outcomeOf(failure, runPolicy('', {}), run())).toEqual(dead('attempts-exhausted'));
  });

  it('says when it was time that ran out', () => {
    expect(outcomeOf(new TaskTimeoutError(50), policy(), run())).toEqual(retrying({ attempt: 2 }));
    expect(outcomeOf(new TaskTimeoutError(50), policy(), run({ attempt: 3 }))).toEqual(dead('timed-out'));
  });

  it('is put aside at once by UnrecoverableError', () => {
    expect(outcomeOf(new UnrecoverableError('no such customer'), policy(), run())).toEqual(dead('unrecoverable'));
  });

  it.each<[string, unknown, RunPolicyInput, unknown]>([
    ['an error that is excepted', new CardDeclined(), { retryIf: exceptOn(CardDeclined) }, dead('unrecoverable')],
    ['a subclass of it', new ExpiredCard(), { retryIf: exceptOn(TypeError, CardDeclined) }, dead('unrecoverable')],
    ['another error', failure, { retryIf: exceptOn(CardDeclined) }, retrying({ attempt: 2 })],
    ['the only error', new CardDeclined(), { retryIf: onlyOn(CardDeclined) }, retrying({ attempt: 2 })],
    ['an error that is not the only one', failure, { retryIf: onlyOn(CardDeclined) }, dead('unrecoverable')],
    ['something that is no error', 'oops', { retryIf: onlyOn(CardDeclined) }, dead('unrecoverable')],
    [
      'an error whose predicate throws',
      failure,
      {
        retryIf: () => {
          throw failure;
        },
      },
      retrying({ attempt: 2 }),
    ],
  ])('by %s is decided by the definition', (_what, thrown, input, outcome) => {
    expect(outcomeOf(thrown, policy(input), run())).toEqual(outcome);
  });

  it('asks its backoff with what is known', () => {
    const asked: BackoffContext[] = [];
    const backoff = { delay: (context: BackoffContext) => asked.push(context) };
    outcomeOf(failure, policy({ backoff }), run({ attempt: 2, waited: 300 }));
    expect(asked).toEqual([{ failed: 2, previous: 300, random: expect.any(Function) as unknown }]);
  });

  it.each([
    [Number.NaN, 0],
    [-5, 0],
    [Infinity, MAX_DELAY_MS],
    [1.2, 2],
  ])('whose backoff answers %d waits %d ms', (answer, delay) => {
    expect(outcomeOf(failure, policy({ backoff: { delay: () => answer } }), run())).toEqual(retrying({ delay }));
  });

  it('whose backoff throws waits a minute', () => {
    const backoff = {
      delay: () => {
        throw failure;
      },
    };
    expect(outcomeOf(failure, policy({ backoff }), run())).toEqual(retrying({ delay: 60_000 }));
  });
});

describe('RetryLater', () => {
  it('names its own delay', () => {
    expect(outcomeOf(new RetryLater(5_000), policy(), run())).toEqual(retrying({ attempt: 2, delay: 5_000 }));
  });

  it('needs an attempt, unless it is not counted', () => {
    expect(outcomeOf(new RetryLater(5_000), policy(), run({ attempt: 3 }))).toEqual(dead('attempts-exhausted'));
    const uncounted = outcomeOf(new RetryLater(5_000, { counted: false }), policy(), run({ attempt: 3 }));
    expect(uncounted).toEqual(retrying({ attempt: 3, delay: 5_000 }));
  });

  it('that is not counted waits a tick at least', () => {
    const outcome = outcomeOf(new RetryLater(0, { counted: false }), policy(), run());
    expect(outcome).toEqual(retrying({ attempt: 1, delay: 100 }));
    expect(outcomeOf(new RetryLater(0), policy(), run())).toEqual(retrying({ attempt: 2, delay: 0 }));
  });

  it('is not asked whether it can help', () => {
    expect(outcomeOf(new RetryLater(1), policy({ retryIf: () => false }), run())).toEqual(retrying({ attempt: 2 }));
  });

  it.each([-1, Number.NaN, MAX_DELAY_MS + 1])('refuses a delay of %d', (delay) => {
    expect(() => new RetryLater(delay)).toThrow(RangeError);
  });
});

describe('the total age of a task', () => {
  it('ends retrying when the next run would begin too late', () => {
    expect(outcomeOf(failure, policy(), run({ expiresAt: NOW + 1_000 }))).toEqual(dead('expired'));
    expect(outcomeOf(failure, policy(), run({ expiresAt: NOW + 1_001 }))).toEqual(
      retrying({ attempt: 2, expiresAt: NOW + 1_001 }),
    );
  });

  it('counts from the first failure where the message does not say it', () => {
    expect(outcomeOf(failure, policy({ expiresAfter: 60_000 }), run())).toEqual(retrying({ expiresAt: NOW + 60_000 }));
  });

  it('ends what is not counted as well', () => {
    const later = new RetryLater(5_000, { counted: false });
    expect(outcomeOf(later, policy(), run({ expiresAt: NOW + 4_000 }))).toEqual(dead('expired'));
  });
});

describe('a task that is acknowledged before its run', () => {
  it.each([failure, new RetryLater(1, { counted: false })])('never runs again (%#)', (thrown) => {
    expect(outcomeOf(thrown, policy({ attempts: 1, acknowledge: 'before' }), run())).toEqual(
      dead('attempts-exhausted'),
    );
  });
});

describe('whatever is thrown', () => {
  it('has one outcome, is never tried more often than allowed, and never waits longer than the levels can', () => {
    const thrown = fc.oneof(
      fc.anything(),
      fc.string().map((message) => new Error(message)),
      fc.integer({ min: 0, max: MAX_DELAY_MS }).map((delay) => new RetryLater(delay)),
      fc.constant(new UnrecoverableError('')),
    );
    fc.assert(
      fc.property(
        thrown,
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 1e9 }),
        fc.option(fc.integer({ min: NOW - 1e6, max: NOW + 1e9 }), { nil: undefined }),
        fc.double(),
        (what, attempts, attempt, expiresAt, answer) => {
          const backoff = { delay: () => answer };
          const outcome = outcomeOf(what, policy({ attempts, backoff }), run({ attempt, expiresAt }));
          if (outcome.kind === 'dead-lettered') return true;
          if (outcome.kind !== 'retrying') return false;
          const { retry } = outcome;
          const isWait = Number.isInteger(retry.delay) && retry.delay >= 0 && retry.delay <= MAX_DELAY_MS;
          const isInTime = expiresAt === undefined || NOW + retry.delay < expiresAt;
          return isWait && isInTime && retry.attempt === attempt + 1 && retry.attempt <= attempts;
        },
      ),
    );
  });
});
