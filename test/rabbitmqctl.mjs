// Runs rabbitmqctl on the private node that lives in a folder, for tests of what only an operator can do to a broker:
//   node test/rabbitmqctl.mjs /a/folder set_vm_memory_high_watermark absolute 1MB
import { rabbitmqctl } from '../scripts/lib/broker/rabbitmqctl.mjs';

const [, , directory, ...args] = process.argv;
process.stdout.write(await rabbitmqctl(directory, ...args));
