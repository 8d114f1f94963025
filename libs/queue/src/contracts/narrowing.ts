import type { Rule } from './schema-rules';

/** Something that was taken, and is not any more. */
export interface Narrowing {
  /** The field, from `payload` on: `payload.lines[].text`. */
  readonly path: string;
  readonly message: string;
}

/** What `after` takes no longer of what these rules took together. */
export type Compare = (before: readonly Rule[], after: Rule, path: string) => Narrowing[];
