import { portRange } from './port-ranges';

// A broker that boots, or a task of several seconds, on a machine that is busy with something else. Tests that wait for
// a condition give up sooner and say what they waited for.
jest.setTimeout(240_000);

// What a test starts looks for the ports of its brokers there (scripts/lib/ports.mjs).
process.env['WARREN_PORTS'] = portRange('brokers').join('-');
