import { TestProcess } from '../support/process';
import { textOf } from '../support/project-files';
import { Vhost } from '../support/vhost';

/** What examples/README.md says that each example prints, by its name. */
const documented = new Map(
  [...textOf('examples/README.md').matchAll(/^\[(\d\d-[\w-]+)\]\(src\/\1\.ts\):.*?^```text\n(.*?)^```$/gms)].map(
    ([, name = '', output = '']) => [name, output.trimEnd().split('\n')],
  ),
);

let vhost: Vhost;
let program: TestProcess;
const printed = new Map<string, string[]>();

beforeAll(async () => {
  vhost = await Vhost.open();
  const names = [...documented.keys()].join(' ');
  program = TestProcess.typed(`npm run example -- ${names}`, { AMQP_URL: vhost.url });
  await program.exit(110_000);
  for (const line of program.stdout) {
    const heading = /^# (.*)/.exec(line)?.[1];
    if (heading === undefined) [...printed.values()].at(-1)?.push(line);
    else printed.set(heading, []);
  }
});

afterAll(async () => {
  await program.stop();
  await vhost.close();
});

describe('the examples', () => {
  it('all end, by themselves and well', async () => {
    expect(program.stderr).toEqual([]);
    expect(await program.exit()).toEqual({ code: 0, signal: null });
  });

  it.each([...documented])('%s prints what examples/README.md says', (name, output) => {
    expect(printed.get(name)).toEqual(output);
  });
});
