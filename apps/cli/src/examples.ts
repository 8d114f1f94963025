import type { CommandName } from './command-names';

/** How each command is typed, for its help and for docs/command-line.md. */
export const examples: Readonly<Record<Exclude<CommandName, 'words'>, readonly string[]>> = {
  status: ['warren status', "warren status --json | jq '.queues[] | select(.dead > 0)'"],
  queues: ['warren queues', 'warren queues images cpu'],
  add: [
    `warren add image.resize '{"source":"sunset.jpg","width":320,"output":"small.webp"}'`,
    `warren add cpu.burn '{"rounds":1000}' --delay 10m`,
    `warren add cpu.burn '{"rounds":1000}' --wait`,
    'warren add cpu.burn - < payloads.jsonl',
  ],
  task: ['warren task 019a1f3e-7c1a-7d3e-8a52-0c8d1b2e4f60', 'warren task 019a1f3e --json'],
  tasks: ["warren tasks 'state:running queue:images'", 'warren tasks state:dead-lettered error:ENOSPC since:1h --json'],
  cancel: ['warren cancel 019a1f3e-7c1a-7d3e-8a52-0c8d1b2e4f60'],
  pause: ['warren pause images --reason "the disk is full" --yes'],
  resume: ['warren resume images'],
  workers: ['warren workers'],
  'worker quiet': ['warren worker quiet web1-4711-a3f0'],
  'worker stop': ['warren worker stop web1-4711 --yes'],
  top: ['warren top', "warren top --json | jq -c '.queues[] | select(.oldest > 60000)'"],
  events: ['warren events --since 1h --kind dead-lettered', 'warren events -f --queue images --json'],
  'dead-letters list': [
    'warren dead-letters list',
    'warren dead-letters list --queue images --reason timed-out --since 2h --json',
  ],
  'dead-letters show': ['warren dead-letters show 019a1f3e-7c1a-7d3e-8a52-0c8d1b2e4f60 --body'],
  'dead-letters redrive': [
    'warren dead-letters redrive 019a1f3e-7c1a-7d3e-8a52-0c8d1b2e4f60',
    'warren dead-letters redrive --queue images --reason timed-out --dry-run',
  ],
  'dead-letters purge': ['warren dead-letters purge --reason invalid-payload --since 7d'],
  doctor: ['warren doctor', 'MANAGEMENT_URL=http://localhost:15672 warren doctor --only alarms disk'],
  bindings: [
    'MANAGEMENT_URL=http://localhost:15672 warren bindings',
    'MANAGEMENT_URL=http://localhost:15672 warren bindings --remove --yes',
  ],
  'contracts check': ['warren contracts check', 'warren contracts check --json'],
  'contracts write': ['warren contracts write'],
  asyncapi: ['warren asyncapi', 'warren asyncapi > asyncapi.json'],
  completion: ['eval "$(warren completion bash)"', 'warren completion fish > ~/.config/fish/completions/warren.fish'],
};
