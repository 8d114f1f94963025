import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckoutCopy, offline } from '../support/checkout-copy';
import { closingAfterEach } from '../support/closing';
import { TestProcess } from '../support/process';
import { projectFiles, textOf } from '../support/project-files';

/** A run of jest takes a minute on a machine that is busy. */
jest.setTimeout(240_000);

/** A piece of each page that is printed from the code, or has a part that is. */
const PRINTED = {
  'README.md': /(?<=^<!-- Printed of bench\/results\.json .* -->\n)[^]*?(?=^<!-- So far\. -->)/m,
  'docs/configuration.md': /^\| `AMQP_URL`.*\n/m,
  'docs/command-line.md': /^### `warren status`\n/m,
  'docs/tasks.md': /^\| `image\.resize` .*\n/m,
};

const closing = closingAfterEach();

function copyOf(paths: readonly string[]): CheckoutCopy {
  return closing(new CheckoutCopy(paths));
}

/** Types it into a shell in a copy, where it has to end well. */
async function typed(line: string, { folder }: CheckoutCopy): Promise<void> {
  const command = TestProcess.shell(line, offline(join(folder, 'var')), folder);
  closing({ close: () => command.stop() });
  await command.endsWell(180_000);
}

describe('a command that writes into its checkout', () => {
  it('npm run docs:configuration prints every page as the code has it', async () => {
    const checkout = copyOf(projectFiles());
    const pages = Object.entries(PRINTED).map(([path, piece]) => ({ path, lacking: textOf(path).replace(piece, '') }));
    expect(pages.filter(({ path, lacking }) => lacking === textOf(path))).toEqual([]);
    for (const { path, lacking } of pages) writeFileSync(join(checkout.folder, path), lacking);

    await typed('npm run docs:configuration', checkout);

    expect(pages.filter(({ path }) => checkout.read(path) !== textOf(path)).map(({ path }) => path)).toEqual([]);
  });

  it('git show, for the contracts that are deployed', async () => {
    const checkout = copyOf(['contracts.json']);
    const git = 'git -c user.name=somebody -c user.email=somebody@example.com';
    await typed(`git init --quiet --initial-branch main && git add contracts.json`, checkout);
    await typed(`${git} commit --quiet --message 'What is deployed' && echo {} > contracts.json`, checkout);

    await typed('git show main:contracts.json > deployed.json', checkout);

    expect(checkout.read('deployed.json')).toBe(textOf('contracts.json'));
  });

  it('cp, for the secrets of a cluster', async () => {
    const checkout = copyOf(['deploy/kubernetes']);
    await typed('cp deploy/kubernetes/secrets.example.yaml secrets.yaml', checkout);
    expect(checkout.read('secrets.yaml')).toBe(textOf('deploy/kubernetes/secrets.example.yaml'));
  });
});
