import { contractsOf, readSnapshot } from '@app/queue/contracts';
import { allEvents, allTasks } from '@app/tasks';
import { textOf } from '../support/project-files';

describe('contracts.json', () => {
  it('says what the definitions say; `npx warren contracts write` writes it anew, unless that breaks something', () => {
    expect(readSnapshot(textOf('contracts.json'))).toEqual(contractsOf(allTasks, allEvents));
  });
});
