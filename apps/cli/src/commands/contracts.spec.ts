import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { defineQueue, defineTask } from '@app/queue/definitions';
import { main } from '../main';
import { writeContracts } from './contracts';
import type { Desk } from './desk';

const schemaThatDoesNotTell = {
  '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value }) },
} as const;

let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'warren-contracts-'));
});

afterEach(() => rmSync(checkout, { recursive: true }));

const snapshot = (): string => join(checkout, 'contracts.json');

async function warren(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await main(args, {
    streams: { stdin: new PassThrough(), stdout, stderr },
    environment: {},
    localBroker: async () => undefined,
    signal: new AbortController().signal,
    version: '1.2.3',
    program: ['warren'],
    checkout,
  });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

/** The snapshot as it would be had some definition been another. */
function change(name: string, contract: object): void {
  const said = JSON.parse(readFileSync(snapshot(), 'utf8')) as { contracts: { name: string }[] };
  const contracts = said.contracts.map((one) => (one.name === name ? { ...one, ...contract } : one));
  writeFileSync(snapshot(), JSON.stringify({ contracts }));
}

describe('warren contracts', () => {
  it('writes what the definitions say, once, and finds it the same', async () => {
    expect(await warren('contracts', 'check')).toMatchObject({ code: 2, err: expect.stringContaining('There is no') });
    expect(await warren('contracts', 'write')).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^Wrote \d+ contracts/),
    });
    const text = readFileSync(snapshot(), 'utf8');
    expect(await warren('contracts', 'check')).toMatchObject({ code: 0, out: '' });
    expect(await warren('contracts', 'write')).toMatchObject({
      code: 0,
      err: expect.stringContaining('nothing was written'),
    });
    expect(readFileSync(snapshot(), 'utf8')).toBe(text);
  });

  it('says which task and which field would break, and writes that only when it is told to', async () => {
    await warren('contracts', 'write');
    change('cpu.burn', {
      payload: {
        type: 'object',
        properties: { rounds: { type: 'string' } },
        required: ['rounds'],
        additionalProperties: false,
      },
    });
    const before = readFileSync(snapshot(), 'utf8');
    const line = '✖ cpu.burn  payload.rounds: took texts, and takes whole numbers\n';
    expect(await warren('contracts', 'check')).toMatchObject({ code: 1, out: line });
    expect(await warren('contracts', 'write')).toMatchObject({ code: 1, out: line });
    expect(readFileSync(snapshot(), 'utf8')).toBe(before);
    expect(await warren('contracts', 'write', '--accept-breaking')).toMatchObject({ code: 0 });
    expect(await warren('contracts', 'check')).toMatchObject({ code: 0, out: '' });
  });

  it('lets pass what takes more, and says that writing is due', async () => {
    await warren('contracts', 'write');
    change('cpu.burn', {
      payload: {
        type: 'object',
        properties: { rounds: { const: 5 } },
        required: ['rounds'],
        additionalProperties: false,
      },
    });
    const { code, out, err } = await warren('contracts', 'check', '--json');
    expect([code, JSON.parse(out)]).toEqual([0, [expect.objectContaining({ name: 'cpu.burn', kind: 'compatible' })]]);
    expect(err).toContain('warren contracts write is due');
  });

  it('says when messages would be read by another format; of a snapshot of before, that writing is due', async () => {
    await warren('contracts', 'write');
    change('cpu.burn', { format: 'celery' });
    expect(await warren('contracts', 'check')).toMatchObject({
      code: 1,
      out: '✖ cpu.burn  format: was celery, and is json: what waits, or is sent as before, is put aside\n',
    });
    change('cpu.burn', { format: undefined });
    expect(await warren('contracts', 'check')).toMatchObject({
      code: 0,
      out: '✔ cpu.burn  format: can be compared from now on: it is json\n',
    });
  });

  it('names what it cannot compare', async () => {
    const format = { contentType: 'text/plain', write: () => Buffer.alloc(0), read: () => undefined };
    const task = defineTask({
      name: 'own',
      queue: defineQueue({ name: 'own', format }),
      payload: schemaThatDoesNotTell,
    });
    const notes: string[] = [];
    const screen = { note: (line: string) => notes.push(line) };
    const registry = { tasks: [task], events: [] };
    await writeContracts({ registry, screen, checkout } as unknown as Desk, {});
    expect(notes.slice(0, 2)).toEqual([
      'Not compared, because their schemas do not tell what they take: the payloads of own.',
      'Not compared, because they have no name: the formats of own.',
    ]);
  });

  it('compares with any file, and says so when that is no snapshot', async () => {
    const file = join(checkout, 'before.json');
    await warren('contracts', 'write', '--file', file);
    expect(await warren('contracts', 'check', '--file', file)).toMatchObject({ code: 0 });
    writeFileSync(file, '{}');
    expect(await warren('contracts', 'check', '--file', file)).toMatchObject({
      code: 2,
      err: expect.stringContaining('It is no snapshot of contracts'),
    });
  });
});

describe('warren asyncapi', () => {
  it('prints the document, for people and for programs', async () => {
    const [pretty, plain] = [await warren('asyncapi'), await warren('asyncapi', '--json')];
    expect(JSON.parse(pretty.out)).toMatchObject({ asyncapi: '3.0.0' });
    expect(JSON.parse(plain.out)).toEqual(JSON.parse(pretty.out));
    expect(plain.out.trimEnd().split('\n')).toHaveLength(1);
  });
});
