import { z } from 'zod';
import { ConfigurationError } from './errors';
import type { Problem } from './errors';

/** One setting: its check and default, the environment variables that carry it, and its line in the manual. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  /** Reads the variable's text; `.default(...)` for the value when none is set. */
  readonly schema: Schema;
  /** The variable, and what is looked at when it is not set. The first one that is set counts. */
  readonly env: readonly [string, ...string[]];
  /** What it does, its unit and its consequences. */
  readonly doc: string;
  /** Values of this setting are never repeated in a message. */
  readonly secret?: boolean;
}

/** A group of settings, by the names their values have. */
export type Settings = Readonly<Record<string, Setting>>;

/** The values of a group of settings, by their names. */
export type SettingValues<Group extends Settings> = { [Name in keyof Group]: z.output<Group[Name]['schema']> };

/** The variables of a process: `process.env`, or a test's own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Types a setting by its schema. */
export function setting<Schema extends z.ZodType>(input: Setting<Schema>): Setting<Schema> {
  return input;
}

/**
 * Reads a group of settings from the environment. An empty variable counts as not set.
 * @throws ConfigurationError that lists every wrong variable.
 */
export function readSettings<Group extends Settings>(group: Group, environment: Environment): SettingValues<Group> {
  const problems: Problem[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { schema, env, secret }] of Object.entries(group)) {
    const variable = env.find((candidate) => (environment[candidate] ?? '') !== '');
    const text = variable === undefined ? undefined : environment[variable];
    const result = schema.safeParse(text);
    if (result.success) values[name] = result.data;
    else problems.push(problemOf(variable ?? env[0], text, secret === true, result.error));
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return values as SettingValues<Group>;
}

function problemOf(variable: string, text: string | undefined, secret: boolean, error: z.ZodError): Problem {
  const message = error.issues.map((issue) => issue.message).join('; ');
  if (text === undefined) return { path: variable, message: `is not set; ${message}` };
  return { path: variable, message: secret ? message : `${message} (it is ${JSON.stringify(text.slice(0, 100))})` };
}

/** A whole number written in decimal digits, from `min` to `max`. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const expected = `must be a whole number from ${min} to ${max}`;
  return z
    .string({ error: expected })
    .regex(/^\d{1,15}$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected);
}

/** The manual of a group of settings: one row of a Markdown table each, `| variable | default | what |`. */
export function describeSettings(group: Settings): string {
  const rows = Object.values(group).map(({ schema, env, doc }) => {
    const standard = defaultOf(schema);
    const value = standard === undefined ? 'not set' : `\`${standard}\``;
    const [variable, ...fallbacks] = env;
    const names = [`\`${variable}\``, ...fallbacks.map((name) => `then \`${name}\``)].join(', ');
    return `| ${names} | ${value} | ${doc.replaceAll('|', '\\|')} |`;
  });
  return ['| Variable | Default | What it does |', '| --- | --- | --- |', ...rows].join('\n');
}

/** The default as it would be written into the variable: before a transformation, not after it. */
function defaultOf(schema: z.ZodType): string | undefined {
  if (schema instanceof z.ZodPipe) return defaultOf(schema.in as z.ZodType);
  const value = schema.safeParse(undefined).data as string | number | boolean | readonly string[] | undefined;
  return value?.toString();
}
