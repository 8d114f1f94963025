import type { TaskRecord } from '@app/queue/operating';
import { endText } from './end-text';

const ended: TaskRecord = { id: 'a', queue: 'images', state: 'completed', updatedAt: 0, attempt: 1, attempts: [] };

describe('the end of a task that was waited for', () => {
  it.each<[Partial<TaskRecord>, string]>([
    [{}, 'completed.'],
    [{ error: 'Error: of an attempt before' }, 'completed.'],
    [{ state: 'dead-lettered', error: 'Error: disk full' }, 'dead-lettered: Error: disk full.'],
    [
      { state: 'dead-lettered', error: 'NoSuchFileError: There is none.' },
      'dead-lettered: NoSuchFileError: There is none.',
    ],
    [{ state: 'cancelled', by: 'anna' }, 'cancelled by anna.'],
    [{ state: 'delayed', cancelRequestedBy: 'anna' }, 'cancelled by anna: no run of it begins any more.'],
  ])('of %j is one sentence', (facts, text) => {
    expect(endText({ ...ended, ...facts })).toBe(text);
  });
});
