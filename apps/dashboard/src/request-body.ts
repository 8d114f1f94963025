import { BadRequestException } from '@nestjs/common';
import type { z } from 'zod';

/** A request's body as its schema has it. @throws BadRequestException that names what is wrong. */
export function requestBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim());
  throw new BadRequestException(problems.slice(0, 5).join('; '));
}
