/** The words of a command line as a shell has them, up to what is another program's. */
export function wordsOf(typed: string): string[] {
  const words = [...typed.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, ...quoted]) => quoted.find((one) => one) ?? '',
  );
  const end = words.findIndex((word) => /^(?:[|<>]|#.*)$/.test(word));
  return end === -1 ? words : words.slice(0, end);
}
