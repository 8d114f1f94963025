import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The top folder of the repository. */
export const projectRoot = join(__dirname, '../..');

/** The text of one file, by its path from the repository's top folder. */
export function textOf(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}

/**
 * Every file that git tracks or would track, as paths from the repository's top folder with forward slashes. Read from
 * the folders and `.gitignore` itself, since a machine that runs the tests need not have git.
 */
export function projectFiles(folder = ''): string[] {
  const isIgnored = ignoreRule(textOf('.gitignore'));
  const walk = (inside: string): string[] =>
    readdirSync(join(projectRoot, inside), { withFileTypes: true })
      .filter((entry) => !isIgnored(entry.name, entry.isDirectory(), inside))
      .flatMap((entry) => {
        const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
        if (entry.isDirectory()) return walk(path);
        return entry.isFile() ? [path] : [];
      });
  return walk(folder);
}

/** Understands what `.gitignore` holds here, names, `*.ending` and `/folders/from/the/top/`, and says so when it meets more. */
function ignoreRule(gitignore: string): (name: string, isFolder: boolean, inside: string) => boolean {
  const patterns = gitignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const unknown = patterns.filter((pattern) => !/^(?:\*\.)?[\w.-]+\/?$|^(?:\/[\w.-]+)+\/$/.test(pattern));
  if (unknown.length > 0)
    throw new Error(`projectFiles() does not understand these lines of .gitignore: ${unknown.join(' ')}`);
  const matches = (pattern: string, name: string, isFolder: boolean, inside: string): boolean => {
    if (pattern.startsWith('/')) return isFolder && pattern === `/${inside}/${name}/`;
    if (pattern.endsWith('/')) return isFolder && pattern === `${name}/`;
    return pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : name === pattern;
  };
  return (name, isFolder, inside) =>
    name === '.git' || patterns.some((pattern) => matches(pattern, name, isFolder, inside));
}
