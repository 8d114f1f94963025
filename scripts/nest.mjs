#!/usr/bin/env node
// npx nest ...: Nest's own command line, but for `nest generate handler`. In a monorepo that one would ask for a project on every call, drop the
// options that it does not know itself, and exit with 0 when nothing was generated (docs/adr/0028-a-handler-by-one-command.md).
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { inCheckout } from './lib/checkout.mjs';
import { generateHandler, isHandlerCommand } from './lib/generate-handler.mjs';

const NEST = inCheckout('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
const args = process.argv.slice(2);

if (!existsSync(NEST)) {
  process.stderr.write('The dependencies are not installed: npm ci\n');
  process.exitCode = 1;
} else if (isHandlerCommand(args)) {
  process.exitCode = await generateHandler(args.slice(2), createRequire(NEST));
} else {
  process.argv[1] = NEST;
  await import(pathToFileURL(NEST).href);
}
