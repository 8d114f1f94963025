import * as fc from 'fast-check';
import { matcherOf } from './search-match';
import { TaskEntry } from './task-entry';
import { parseTaskSearch } from './task-search';

const NOW = Date.UTC(2026, 0, 31, 12);

const entry = (): TaskEntry => {
  const task = new TaskEntry('0198F3-abc', 'images.large');
  task.apply({
    kind: 'dead-lettered',
    at: NOW - 120_000,
    worker: 'host-1-beef',
    id: task.id,
    queue: task.queue,
    name: 'image.resize',
    attempt: 2,
    error: 'Error: ENOSPC: no space left on device',
    reason: 'failed',
  });
  return task;
};

const finds = (text: string): boolean => {
  const { search, problem } = parseTaskSearch(text, NOW);
  if (search === undefined) throw new Error(`${problem.word}: ${problem.message}`);
  return matcherOf(search)(entry());
};

describe('the search language finds a task', () => {
  it.each([
    ['by nothing at all', ''],
    ['by its name', 'name:image.resize'],
    ['by its name in another case', 'name:IMAGE.resize'],
    ['by a part of its name', 'name:image.*'],
    ['by one of several names', 'name:a,image.resize'],
    ['by several parts of its name', 'name:i*age*size'],
    ['by parts that are all of it', 'name:*image*.*resize*'],
    ['by its state', 'state:dead-lettered'],
    ['by one of several states', 'state:running,dead-lettered'],
    ['by its queue', 'queue:*.large'],
    ['by its error', 'error:enospc'],
    ['by several words of its error', 'error:"no space left"'],
    ['by its age', 'since:2m'],
    ['by a time', 'since:2026-01-31T11:58:00Z'],
    ['by the beginning of its id', 'id:0198F3'],
    ['by any text of its name', 'RESIZE'],
    ['by text of its error', '"space left"'],
    ['by its worker', 'beef'],
    ['by why it was put aside', 'failed'],
    ['by all of that', 'name:image.* state:dead-lettered since:1h space'],
    ['by text with a colon', '"Error: ENOSPC"'],
  ])('%s', (_what, text) => {
    expect(finds(text)).toBe(true);
  });

  it.each([
    ['another name', 'name:image'],
    ['the end of another name', 'name:*image'],
    ['parts in another order', 'name:*resize*image*'],
    ['parts that share a letter', 'name:image.res*size'],
    ['a name in which a dot stands for anything', 'name:image?resize'],
    ['another state', 'state:completed'],
    ['another queue', 'queue:large'],
    ['another error', 'error:EACCES'],
    ['a younger one', 'since:119s'],
    ['another id', 'id:98F3'],
    ['text that is nowhere', 'resize nothing'],
  ])('and not by %s', (_what, text) => {
    expect(finds(text)).toBe(false);
  });
});

describe('a word that cannot be used is named, with what to write instead', () => {
  it.each([
    ['an unknown one', 'resize typ:x', 'typ:x', /^"typ:" is not known: use name:, state:, .*, or quote the word/],
    ['a URL', 'http://x', 'http://x', /quote the word/],
    ['one of every object', 'constructor:x', 'constructor:x', /is not known/],
    ['no value', 'name:', 'name:', /^nothing follows "name:"; for example name:image\.\*$/],
    ['no value but quotes', 'error:""', 'error:""', /^nothing follows "error:"/],
    ['no state', 'state:dead', 'state:dead', /^"dead" is no state; the states are .*dead-lettered/],
    ['no time', 'since:soon', 'since:soon', /^"soon" is no time: write an age \(30s/],
    ['an age without its unit', 'since:5', 'since:5', /is no time/],
    ['a day that does not exist', 'since:2026-13-01', 'since:2026-13-01', /is no time/],
  ])('%s', (_what, text, word, message) => {
    const { problem } = parseTaskSearch(text, NOW);
    expect(problem).toEqual({ word, message: expect.stringMatching(message) });
  });

  it('and a pattern of many stars is as quick as any', () => {
    const { search = {} } = parseTaskSearch(`name:${'*a'.repeat(100)}*b`, NOW);
    const task = new TaskEntry('id', 'q');
    task.name = 'a'.repeat(255);
    expect(matcherOf(search)(task)).toBe(false);
  });

  it('and no text makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const { search } = parseTaskSearch(text, NOW);
        if (search !== undefined) matcherOf(search)(entry());
      }),
    );
  });
});
