import { z } from 'zod';
import { defineTask } from '../define-task';
import { TaskRegistry } from '../task-registry';
import { TaskSeries } from './task-series';
import type { TaskLabels } from './task-series';

const payload = z.string();
const registry = new TaskRegistry([
  defineTask({ name: 'resize', queue: 'images', payload }),
  defineTask({ name: 'send', queue: 'mails', payload }),
]);

describe('what is kept for each kind of task', () => {
  it('is found by queue and name', () => {
    const series = new TaskSeries(registry, (labels) => labels);
    expect(series.of('images', 'resize')).toEqual({ queue: 'images', task: 'resize' });
    expect(series.of('mails', 'send')).toBe(series.of('mails', 'send'));
  });

  it.each([
    ['a name that nobody defined', 'images', '<script>', { queue: 'images', task: 'other' }],
    ['a message without a name', 'images', undefined, { queue: 'images', task: 'other' }],
    ['a task in another queue than its own', 'images', 'send', { queue: 'images', task: 'other' }],
    ['a name that every object has', 'images', 'constructor', { queue: 'images', task: 'other' }],
    ['a queue that nobody defined', '__proto__', 'send', { queue: 'other', task: 'other' }],
  ])('is the others’ for %s', (_what, queue, task, labels) => {
    expect(new TaskSeries(registry, (given) => given).of(queue, task)).toEqual(labels);
  });

  it('does not grow, whatever comes', () => {
    const made: TaskLabels[] = [];
    const series = new TaskSeries(registry, (labels) => made.push(labels));
    for (let index = 0; index < 1_000; index += 1) series.of(`queue-${index % 7}`, `task-${index}`);
    expect(made).toHaveLength(5);
    expect([...series.all()]).toHaveLength(5);
    expect([...series.in('images')]).toHaveLength(2);
    expect([...series.in('nowhere')]).toEqual([]);
  });
});
