import type { CommandOf } from './commands/desk';

/**
 * Where each command is, by its name with that of its group. Loaded when it is called: a command that is not shall not be
 * waited for.
 */
export const commands = {
  status: async () => (await import('./commands/status.js')).status,
  queues: async () => (await import('./commands/queues.js')).queues,
  add: async () => (await import('./commands/add.js')).add,
  task: async () => (await import('./commands/task.js')).task,
  tasks: async () => (await import('./commands/tasks.js')).tasks,
  cancel: async () => (await import('./commands/steer.js')).cancel,
  pause: async () => (await import('./commands/steer.js')).pause,
  resume: async () => (await import('./commands/steer.js')).resume,
  workers: async () => (await import('./commands/workers.js')).workers,
  'worker quiet': async () => (await import('./commands/steer.js')).quietWorker,
  'worker stop': async () => (await import('./commands/steer.js')).stopWorker,
  'dead-letters list': async () => (await import('./commands/dead-letters.js')).listDeadLetters,
  'dead-letters show': async () => (await import('./commands/dead-letters.js')).showDeadLetters,
  'dead-letters redrive': async () => (await import('./commands/dead-letters.js')).redriveDeadLetters,
  'dead-letters purge': async () => (await import('./commands/dead-letters.js')).purgeDeadLetters,
  top: async () => (await import('./commands/top.js')).top,
  events: async () => (await import('./commands/events.js')).events,
  bindings: async () => (await import('./commands/bindings.js')).bindings,
  'contracts check': async () => (await import('./commands/contracts.js')).checkContracts,
  'contracts write': async () => (await import('./commands/contracts.js')).writeContracts,
  asyncapi: async () => (await import('./commands/asyncapi.js')).asyncapi,
  doctor: async () => (await import('./commands/doctor.js')).doctor,
  completion: async () => (await import('./commands/completion.js')).completion,
  words: async () => (await import('./commands/completion.js')).words,
} satisfies Record<string, () => Promise<CommandOf<never>>>;

/** A command's name, with that of its group. */
export type CommandName = keyof typeof commands;
