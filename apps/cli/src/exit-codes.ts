/** How a command ended, as the shell sees it. */
export const exitCode = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  noBroker: 3,
  nothingMatched: 4,
  interrupted: 130,
} as const;

/** The command line cannot be understood or may not be carried out as it is; the message says what to write instead. */
export class UsageError extends Error {}

/** Somebody ended the command before it had anything to say, and need not be told so. */
export class InterruptedError extends Error {}
