import { STATUS_CODES } from 'node:http';
import type { HttpException } from '@nestjs/common';
import type { HttpProblem } from './http-problem';

/** What a client hears of a mistake of ours: that it was one, and nothing else. The log has the rest. */
export const internalProblem: HttpProblem = {
  type: 'about:blank',
  title: 'Internal Server Error',
  status: 500,
  detail: 'The producer made a mistake; its log has the details. Whether the task was stored is not known.',
  problems: [],
};

/** The problem of a request that came to no controller: unread body, unknown path, wrong media type. */
export function protocolProblemOf(error: HttpException): HttpProblem {
  const status = error.getStatus();
  const title = STATUS_CODES[status] ?? 'Error';
  if (status >= 500) return { ...internalProblem, title, status };
  return { type: 'about:blank', title, status, detail: detailOf(error), problems: [] };
}

/** The body parser's errors are told in our words: its own repeat a piece of the body. */
function detailOf(error: HttpException): string {
  const cause: unknown = error.cause;
  switch (fieldOf(cause, 'type')) {
    case 'entity.parse.failed':
      return `The body is not valid JSON${positionOf(error.message)}.`;
    case 'entity.too.large':
      return `The body is larger than ${String(fieldOf(cause, 'limit'))} bytes, the most this API reads. Nothing was stored.`;
    default:
      return error.message;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}

function positionOf(message: string): string {
  const position = /\bposition \d+/.exec(message);
  return position === null ? '' : ` (at ${position[0]})`;
}
