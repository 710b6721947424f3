// Knows the commands in shell blocks: what each runs, line by line, without running any.

/** A command and its words, quotes and redirections left as they are. */
export type Command = readonly [name: string, ...words: string[]];

/** The commands of a script, those in pipes and substitutions included; nothing of what a here-document holds. */
export function commandsIn(script: string): Command[] {
  const [outer, inner] = withoutSubstitutions(
    withoutHereDocuments(script)
      .replace(/\\\n/g, " ")
      .replace(/'[^']*'/g, "''"),
  );
  const parts = [outer, ...inner].flatMap((text) => text.split(/\n|&&|\|\||;|\|/));
  return parts.flatMap((part) => {
    const words = part
      .replace(/(^|\s)#.*$/, "")
      .trim()
      .split(/\s+/);
    const first = words.findIndex((word) => !/^\w+=/.test(word));
    const [name, ...rest] = first < 0 ? [] : words.slice(first);
    return name === undefined || name === "" ? [] : [[name, ...rest] as const];
  });
}

/** A script with a word in place of each `$(…)`, and what stood in these. */
function withoutSubstitutions(script: string): [outer: string, inner: string[]] {
  const found = /\$\(([^()]*)\)/.exec(script);
  if (!found) return [script, []];
  const [outer, inner] = withoutSubstitutions(script.replace(found[0], "substituted"));
  return [outer, [found[1] ?? "", ...inner]];
}

function withoutHereDocuments(script: string): string {
  return script.replace(/<<-?\s*'?(\w+)'?.*\n[\s\S]*?^\s*\1$/gm, "");
}
