/** What is written to: the part of a terminal's stream that is used, so that a test can bring its own. */
export interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean | undefined;
  /** Characters of a line and lines of a screen; a terminal may not tell. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** What is read from. */
export interface Input extends NodeJS.ReadableStream {
  readonly isTTY?: boolean | undefined;
  setRawMode?: (isRaw: boolean) => unknown;
}

/** The three streams of a command. */
export interface Streams {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
}
