/** What --help prints. The one text between backticks here: scripts/dead-letters.mjs prints it before anything is built. */
export const USAGE = `npm run dead-letters -- list | show ID... | redrive [ID...] | purge [ID...] [flags]

  list      what is in the dead-letter queues, the oldest first; takes nothing away
  show      one dead letter with its properties, headers, error and stack
  redrive   gives dead letters back to the queues they came from; their attempts begin anew
  purge     throws dead letters away, for good

  --queue NAME     only of this work queue; may be repeated, like --reason and --name. Default: all that are defined
  --reason REASON  only of this reason: attempts-exhausted, timed-out ..., broker:delivery_limit, foreign
  --name NAME      only tasks of this name
  --since TIME     only those put aside since then: 15m, 2h, 7d ago, or 2026-11-21T08:30
  --limit N        at most so many (list: 100 unless --json or told otherwise)
  --all            redrive, purge: all that are in the queues
  --dry-run        redrive, purge: only tell what would be done
  --yes            purge: without asking
  --body           show: the first 2 KB of the body too
  --json           one JSON object a line
  --help           this text

IDs are those of the tasks, as the list shows them. Exit codes: 0 done, 1 failed (what failed stays where it is), 2 wrong
usage, 3 no broker, 4 nothing matched.`;
