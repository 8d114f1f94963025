import { basename } from 'node:path';

/** What each file beside this one exports that is an example. */
interface Example {
  main(): Promise<void>;
}

/** Runs examples, one after the other, by the names of their files: `node run.js 02-retries`. Several have a heading each. */
async function run(names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (names.length > 1) console.log(`# ${name}`);
    const example = (await import(`./${basename(name)}.js`)) as Example;
    await example.main();
  }
}

void run(process.argv.slice(2));
