import { defineQueue, defineTask } from '@app/queue';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { openApiDocument } from './openapi-document';

const limits = { bodyBytes: 2_000, messageBytes: 1_000 };

const resize = defineTask({
  name: 'image resize/1',
  description: 'Resizes.',
  payload: z.strictObject({
    width: z
      .int()
      .min(1)
      .meta({ examples: [320] }),
    color: z.string().default('red'),
  }),
});

interface Tree {
  get children(): Tree[];
}
const tree: z.ZodType<Tree> = z.lazy(() => z.strictObject({ children: z.array(tree) })).meta({ id: 'Tree' });
const walk = defineTask({ name: 'walk', payload: z.strictObject({ left: tree, at: z.date() }) });

const freeForm: StandardSchemaV1 = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };
const free = defineTask({ name: 'free', payload: freeForm });

const ranked = defineTask({
  name: 'ranked',
  queue: defineQueue({ name: 'ranked', maxPriority: 5 }),
  payload: z.string(),
});

/** Follows a reference inside of the document. */
function at(document: object, reference: string): unknown {
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document);
}

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => (key === '$ref' ? [String(part)] : referencesIn(part)));
}

describe('the API’s document', () => {
  const document = openApiDocument([resize, walk, free], limits);
  const schemas = document.components?.schemas ?? {};

  it('has a request a task, told apart by the name', () => {
    expect(schemas['Task']).toEqual({
      oneOf: [
        { $ref: '#/components/schemas/task.image_20_resize_2f_1' },
        { $ref: '#/components/schemas/task.walk' },
        { $ref: '#/components/schemas/task.free' },
      ],
      discriminator: {
        propertyName: 'name',
        mapping: {
          'image resize/1': '#/components/schemas/task.image_20_resize_2f_1',
          walk: '#/components/schemas/task.walk',
          free: '#/components/schemas/task.free',
        },
      },
    });
  });

  it('shows the envelope that requests are read with, and the payload the definition takes', () => {
    expect(schemas['task.image_20_resize_2f_1']).toMatchObject({
      description: 'Resizes.',
      required: ['name', 'payload'],
      additionalProperties: false,
      properties: {
        name: { const: 'image resize/1' },
        options: { additionalProperties: false, properties: { timeout: { minimum: 100, maximum: 60_000 } } },
      },
    });
    expect(schemas['task.image_20_resize_2f_1.payload']).toMatchObject({
      required: ['width'],
      additionalProperties: false,
      properties: { width: { type: 'integer', minimum: 1 }, color: { default: 'red' } },
    });
  });

  it('shows the priorities that the task’s queue has, and none where it has none', () => {
    const optionsOf = (definition: typeof ranked | typeof free): object => {
      const { components } = openApiDocument([definition], limits);
      const request = components?.schemas?.[`task.${definition.name}`];
      return at(request ?? {}, '#/properties/options/properties') as object;
    };
    expect(optionsOf(ranked)).toMatchObject({ priority: { type: 'integer', minimum: 0, maximum: 5 } });
    expect(Object.keys(optionsOf(free))).toEqual(['id', 'timeout', 'delay', 'at', 'expiresIn']);
  });

  it('makes an example of the schema’s examples and defaults, where they are enough for a payload', () => {
    expect(document.paths['/tasks']?.post?.requestBody).toMatchObject({
      content: {
        'application/json': {
          examples: { 'image resize/1': { value: { name: 'image resize/1', payload: { width: 320, color: 'red' } } } },
        },
      },
    });
  });

  it('shows a payload without JSON Schema as free-form', () => {
    expect(schemas['task.free.payload']).toEqual({ description: 'The task’s definition checks it.' });
  });

  it('resolves every reference, those inside of a payload included', () => {
    const references = referencesIn(document);
    expect(references).toContain('#/components/schemas/task.walk.payload/$defs/Tree');
    expect(references.filter((reference) => at(document, reference) === undefined)).toEqual([]);
  });

  it('names its components as OpenAPI allows', () => {
    expect(Object.keys(schemas).filter((name) => !/^[a-zA-Z0-9._-]+$/.test(name))).toEqual([]);
  });

  it('tells the limits', () => {
    expect(document.info.description).toContain('at most 2000 bytes, the message of one task at most 1000');
  });
});
