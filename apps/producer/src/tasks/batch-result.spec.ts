import { InvalidPayloadError, NotConnectedError, TopologyError } from '@app/queue';
import { httpProblemOf } from '../problems/http-problem';
import { batchStatusOf, retryAfterOf, troublesOf } from './batch-result';
import type { BatchResult } from './batch-result';

const added: BatchResult = { index: 0, status: 202, id: 'a', queue: 'q' };
const invalid = failed(new InvalidPayloadError('a', []));
const unreachable = failed(new NotConnectedError('down'));
const unusable = failed(new TopologyError('q', 406, 'differs'));

function failed(reason: Error): BatchResult {
  const error = httpProblemOf(reason);
  return { index: 0, status: error.status, error };
}

describe('the status of a batch', () => {
  it.each([
    ['every task was added', [added, added], 202],
    ['some task was wrong', [added, invalid], 207],
    ['some task was not confirmed', [added, unreachable], 207],
    ['every task was wrong', [invalid, invalid], 207],
    ['no task was added, and some were wrong', [invalid, unreachable], 207],
    ['no task was added because of the broker', [unreachable, unusable], 503],
  ] as const)('when %s', (_, results, status) => {
    expect(batchStatusOf(results)).toBe(status);
  });

  it('asks for the longest wait', () => {
    expect(retryAfterOf([unreachable, unusable, unreachable])).toBe(60);
  });

  it('is explained by what was not the client’s doing, each cause once', () => {
    expect(troublesOf([added, invalid])).toBe('');
    expect(troublesOf([unreachable, unusable, unreachable])).toBe(
      'The broker cannot be reached, The queue of the task cannot be used',
    );
  });
});
