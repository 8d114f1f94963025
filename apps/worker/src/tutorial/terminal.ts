/** Writes one line to stdout, in one piece, without a logger's prefix: what people and scripts of the tutorial read. */
export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What the tutorial's worker prints once it consumes. */
export function announceWaiting(): void {
  printLine(' [*] Waiting for messages. To exit press CTRL+C');
}
