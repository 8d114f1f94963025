/** The shells that are completed in. */
export const shells = ['bash', 'zsh', 'fish'] as const;

type Shell = (typeof shells)[number];

/** Each asks the program for what may come next, so that it knows the commands, tasks and queues of today. */
const scripts: Readonly<Record<Shell, (program: string) => string>> = {
  bash: (program) => `_warren() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(${program} words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _warren warren`,

  zsh: (program) => `#compdef warren
_warren() {
  local -a found
  found=(\${(f)"$(${program} words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  compadd -a found
}
compdef _warren warren`,

  fish: (program) => `function __warren_words
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  ${program} words -- $before[2..-1] "$current" 2>/dev/null
end
complete -c warren -f -a '(__warren_words)'`,
};

/** @param program the words that start the program, which need not be on the PATH */
export function completionScript(shell: string, program: readonly string[]): string | undefined {
  const known = shells.find((one) => one === shell);
  return known === undefined ? undefined : scripts[known](program.map(shellWord).join(' '));
}

/** In quotes that all three shells read alike. */
function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
