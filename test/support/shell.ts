// Knows the commands in shell blocks: what each runs, line by line, without running any.

/** A command and its words, quotes and redirections left as they are. */
export type Command = readonly [name: string, ...words: string[]];

/** The commands of a script, those in pipes and substitutions included; nothing of what a here-document holds. */
export function commandsIn(script: string): Command[] {
  const lines = withoutHereDocuments(script)
    .replace(/\\\n/g, " ")
    .replace(/'[^']*'/g, "''");
  return lines.split(/\n|&&|\|\||;|\||\$\(|"\$\(/).flatMap((part) => {
    const words = part
      .replace(/(^|\s)#.*$/, "")
      .trim()
      .split(/\s+/);
    const first = words.findIndex((word) => !/^\w+=/.test(word));
    const [name, ...rest] = first < 0 ? [] : words.slice(first);
    return name === undefined || name === ""
      ? []
      : [[name, ...rest.map((word) => word.replace(/[)"]+$/, ""))] as const];
  });
}

function withoutHereDocuments(script: string): string {
  return script.replace(/<<-?\s*'?(\w+)'?.*\n[\s\S]*?^\s*\1$/gm, "");
}
