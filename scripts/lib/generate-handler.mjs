import { parseArgs } from 'node:util';
import { nextSteps } from '../../tools/schematics/handler/next-steps.mjs';
import { readWish } from '../../tools/schematics/handler/wish.mjs';
import { root } from './checkout.mjs';

const COLLECTION = '@app/schematics';
const WRONG_USAGE = 2;

const USAGE = `npx nest generate handler <name> [options]: a task with its definition, handler, specs and docs line.

  <name>              what is worked on and what is done with it: invoice-export is the task invoice.export
  --queue <name>      the queue it waits in; default: tasks
  --attempts <n>      runs it may have, the first included; default: 3
  --timeout <ms>      milliseconds that a run may take; default: 60000
  --dry-run           only say what would be written
`;

/**
 * Whether these are the arguments of `nest generate handler`. With a collection that is named it is that collection's.
 * @param {readonly string[]} args
 */
export function isHandlerCommand([command = '', schematic, ...rest]) {
  const isNamed = rest.some((word) => word === '-c' || word.startsWith('--collection'));
  return ['generate', 'g'].includes(command) && schematic === 'handler' && !isNamed;
}

/**
 * Runs the schematic in the checkout, wherever in it the command was typed.
 * @param {readonly string[]} args those behind `nest generate handler`
 * @param {NodeJS.Require} requireOfNest finds what @nestjs/cli runs schematics with
 * @returns {Promise<number>} the exit code: 0 generated, 1 refused, 2 wrong usage
 */
export async function generateHandler(args, requireOfNest) {
  const typed = readArguments(args);
  if (typeof typed === 'number') return typed;
  const { options, isDry } = typed;
  const given = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  process.chdir(root);
  const { main } = requireOfNest('@angular-devkit/schematics-cli/bin/schematics.js');
  const code = await main({ args: [`${COLLECTION}:handler`, ...given, ...(isDry ? ['--dry-run'] : [])] });
  if (code === 0 && !isDry) process.stdout.write(`\n${nextSteps(readWish(options)).join('\n')}\n`);
  return code;
}

/**
 * What is asked for, or the exit code when all is said. @param {readonly string[]} args
 * @returns {{ options: Record<string, string>, isDry: boolean } | number}
 */
function readArguments(args) {
  try {
    const text = /** @type {const} */ ({ type: 'string' });
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        queue: text,
        attempts: text,
        timeout: text,
        project: { ...text, short: 'p' },
        'dry-run': { type: 'boolean', short: 'd' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    if (positionals.length > 1) throw new Error(`One handler at a time, not ${positionals.join(' and ')}`);
    const { 'dry-run': isDry = false, help: _help, ...options } = values;
    const [name] = positionals;
    return { options: { ...(name === undefined ? {} : { name }), ...options }, isDry };
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n\n${USAGE}`);
    return WRONG_USAGE;
  }
}
