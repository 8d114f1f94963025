import * as fc from 'fast-check';
import { Line } from './line';
import type { InLine } from './line';

class Person implements InLine<Person> {
  line: Line<Person> | undefined;
  before: Person | undefined;
  behind: Person | undefined;

  constructor(readonly name: number) {}
}

const namesOf = (line: Line<Person>): number[] => [...line].map(({ name }) => name);

describe('a line', () => {
  it('has who came and has not left, in the order of their coming, or before all others', () => {
    const ways = fc.constantFrom('last', 'first', 'leaves');
    const moves = fc.array(fc.tuple(ways, fc.nat({ max: 9 })), { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(moves, (list) => {
        const people = Array.from({ length: 10 }, (_, name) => new Person(name));
        const line = new Line<Person>();
        let expected: number[] = [];
        const answers = list.map(([way, name]) => {
          const person = people[name] ?? new Person(name);
          const answer = [line.delete(person), expected.includes(name)];
          expected = expected.filter((other) => other !== name);
          if (way === 'last') {
            line.add(person);
            expected.push(name);
          } else if (way === 'first') {
            line.addFirst(person);
            expected.unshift(name);
          }
          return answer;
        });
        expect(answers.filter(([here, wasThere]) => here !== wasThere)).toEqual([]);
        expect(namesOf(line)).toEqual(expected);
        expect([line.size, line.first?.name, line.last?.name]).toEqual([expected.length, expected[0], expected.at(-1)]);
      }),
    );
  });

  it('knows its own: who stands in another line does not leave this one', () => {
    const [here, there] = [new Line<Person>(), new Line<Person>()];
    const person = new Person(1);
    here.add(person);
    expect([there.delete(person), namesOf(here)]).toEqual([false, [1]]);
    expect(() => there.add(person)).toThrow('already');
    expect(() => there.addFirst(person)).toThrow('already');
    here.delete(person);
    there.add(person);
    expect([namesOf(here), namesOf(there)]).toEqual([[], [1]]);
  });

  it('is gone through as it was at the beginning, whoever leaves or comes meanwhile', () => {
    const line = new Line<Person>();
    const [first, second, third, late] = [1, 2, 3, 4].map((name) => new Person(name)) as [
      Person,
      Person,
      Person,
      Person,
    ];
    for (const person of [first, second, third]) line.add(person);
    const seen: number[] = [];
    for (const { name } of line) {
      seen.push(name);
      if (name === 1) for (const leaving of [first, second]) line.delete(leaving);
      if (name === 2) line.add(late);
    }
    expect(seen).toEqual([1, 2, 3]);
    expect(namesOf(line)).toEqual([3, 4]);
  });

  it('leaves nothing in the hand of who has left: nobody is kept alive by somebody who is gone', () => {
    const line = new Line<Person>();
    const people = [1, 2, 3].map((name) => new Person(name));
    for (const person of people) line.add(person);
    for (const person of people) line.delete(person);
    for (const { line: stands, before, behind } of people)
      expect([stands, before, behind]).toEqual([undefined, undefined, undefined]);
    expect(line.first).toBeUndefined();
  });
});
