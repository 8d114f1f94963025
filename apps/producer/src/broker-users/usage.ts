/** What `npm run broker:users -- --help` prints. */
export const USAGE = `npm run broker:users -- [role ...] [flags]
  prints the users that the broker needs, each with no more rights than its role takes, made from the task definitions.
  Nothing is sent to a broker.

  role              producer, worker, operator (the command line), dashboard, scaler (KEDA); default: all of them

  --queues a,b      the work queues; default: all that are defined
  --vhost NAME      their virtual host; default: /
  --prefix TEXT     what the users' names begin with; default: warren-
  --format FORMAT   rabbitmqctl: commands for a shell on the broker's machine, which ask for each password (default)
                    definitions: JSON for rabbitmqctl import_definitions; the passwords are made, and printed on standard error

  exit code         0 done, 2 the command line cannot be understood`;
