import { textOf } from '../support/project-files';
import { runModule } from '../support/run-module';

interface Mutation {
  readonly what: string;
  readonly patches: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

describe('npm run chaos:mutations', () => {
  it('changes texts that stand in the source exactly once', async () => {
    const mutations = (await runModule('chaos/mutations.mjs', '({ mutations }) => mutations')) as Mutation[];
    const patches = mutations.flatMap((mutation) => mutation.patches);
    expect(patches.length).toBeGreaterThanOrEqual(5);
    const misplaced = patches.filter(({ file, from }) => textOf(file).split(from).length !== 2);
    expect(misplaced).toEqual([]);
  });
});
