import { dotted } from '@app/queue';
import type { Problem } from '@app/queue';
import { Injectable } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';
import { InvalidRequestError } from '../problems/request-errors';

/** Levels a body may nest. Code that walks a value by recursion, as `JSON.stringify` does, has no limit but the stack. */
const MAX_DEPTH = 100;

/**
 * Lets a parsed body through that is safe to walk and to copy: not nested without end, and without `__proto__`, which a
 * handler that merges objects would make a prototype of.
 */
@Injectable()
export class PlainJsonPipe implements PipeTransform<unknown, unknown> {
  transform(body: unknown): unknown {
    const problem = unsafePart(body, '', 0);
    if (problem !== undefined) throw new InvalidRequestError([problem]);
    return body;
  }
}

/** The first part of a JSON value that is not safe. Its own recursion ends at {@link MAX_DEPTH}. */
function unsafePart(value: unknown, path: string, depth: number): Problem | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= MAX_DEPTH) return { path, message: `is nested more than ${MAX_DEPTH} levels deep` };
  for (const [key, part] of Object.entries(value)) {
    if (key === '__proto__') return { path: dotted(path, key), message: 'is not allowed as the name of a field' };
    if (typeof part !== 'object' || part === null) continue;
    const problem = unsafePart(part, dotted(path, key), depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
