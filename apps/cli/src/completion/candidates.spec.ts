import { buildProgram } from '../program';
import { candidatesOf } from './candidates';

const program = buildProgram(async () => undefined);
const names = { task: ['image.resize', 'tutorial'], queue: ['images', 'cpu'] };

describe('the completion', () => {
  it.each([
    [['st'], ['status']],
    [
      ['dead-letters', ''],
      ['help', 'list', 'purge', 'redrive', 'show'],
    ],
    [['dead-letters', 'purge', '--y'], ['--yes']],
    [
      ['dead-letters', 'list', '--queue', ''],
      ['cpu', 'images'],
    ],
    [['dead-letters', 'list', '--name', 'im'], ['image.resize']],
    [['dead-letters', 'list', '--queue', 'cpu', '--r'], ['--reason']],
    [
      ['add', ''],
      ['image.resize', 'tutorial'],
    ],
    [['--url', 'amqp://there', 'add', 'tut'], ['tutorial']],
    [['add', '--json', '--id', 'tutorial', 'im'], ['image.resize']],
    [['add', 'tutorial', ''], []],
    [
      ['queues', 'cpu', ''],
      ['cpu', 'images'],
    ],
    [
      ['completion', ''],
      ['bash', 'fish', 'zsh'],
    ],
    [
      ['status', '--'],
      ['--json', '--url', '--version'],
    ],
    [['add', '--delay', ''], []],
    [['nothing', 'like', 'it'], []],
  ])('of %j is %j', (typed, expected) => {
    expect(candidatesOf(program, typed, names)).toEqual(expected);
  });

  it('offers commands that are no secret, and no word that begins otherwise', () => {
    const offered = candidatesOf(program, [''], names);
    expect(offered).toEqual(expect.arrayContaining(['status', 'queues', 'add', 'doctor', 'help']));
    expect(offered).not.toContain('words');
    expect(candidatesOf(program, [], names)).toEqual(offered);
  });
});
