import { projectFiles, textOf } from './project-files';

/** A command that a manual tells its reader to type. */
export interface DocumentedCommand {
  readonly file: string;
  /** As it is typed, on one line and without its comment. */
  readonly command: string;
}

/** The README, the guides and what contributors read; not the decisions, which tell of their time. */
const manuals = projectFiles().filter(
  (path) => /^(?:README|CONTRIBUTING|(?:bench|examples)\/README)\.md$/.test(path) || /^docs\/[\w-]+\.md$/.test(path),
);

/** Every command of the manuals: those of shell blocks, and those within a sentence that begin with a program that people type. */
export function documentedCommands(): DocumentedCommand[] {
  return manuals.flatMap((file) => {
    const text = textOf(file);
    const found = [...inBlocks(text), ...inSentences(text)];
    return [...new Set(found)].map((command) => ({ file, command }));
  });
}

function inBlocks(text: string): string[] {
  return [...text.matchAll(/^ *```(sh|console)\n(.*?)^ *```$/gms)].flatMap(([, kind, code = '']) => {
    const lines = code.replaceAll(/ *\\\n\s*/g, ' ').split('\n');
    const typed = kind === 'console' ? lines.flatMap((line) => /^\$ (.*)/.exec(line)?.[1] ?? []) : joined(lines);
    return typed.map(withoutComment).filter((line) => line !== '');
  });
}

/** A loop is one command. */
function joined(lines: readonly string[]): string[] {
  return lines
    .join('\n')
    .replaceAll(/^(for .*?; do)\n\s*(.*?)\n(done)$/gms, '$1 $2; $3')
    .split('\n');
}

function withoutComment(line: string): string {
  return line.replace(/(?:^|\s+)# .*$/, '').trim();
}

function inSentences(text: string): string[] {
  const sentences = text.replaceAll(/^ *```.*?^ *```$/gms, '');
  return [...sentences.matchAll(SENTENCE)].map(([, command = '']) => command);
}

/** `rabbitmq-queues peek` is only named there: as what it is that one may not do. */
const SENTENCE =
  /`((?:npm (?:run |test|start|ci)|npx |docker |kubectl |rabbitmq(?:ctl|-diagnostics|-upgrade) )[^`]*)`/g;
