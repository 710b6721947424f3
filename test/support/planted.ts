// Knows how to find a text in everything that was written, also in base64, and which of our processes run.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Workspace } from "../../tools/workspace.mts";

/** What was written, by where it stands. */
export type Written = Map<string, string>;

/**
 * Every file of a workspace: program, state, history and backups, event logs, temporary files, Pulumi's home. The debug messages of
 * event logs, which hold what programs set, are read where `debug` asks for them.
 */
export async function filesOf(stack: Workspace, debug = false): Promise<Written> {
  const root = dirname(stack.folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = files.map(async (file): Promise<[string, string]> => {
    const content = await readFile(file, "latin1");
    return [relative(root, file), debug ? content : withoutDebug(content)];
  });
  return new Map(await Promise.all(contents));
}

// Pulumi's Node.js SDK writes every answer of the engine into a debug message of the event log, secrets in clear.
function withoutDebug(content: string): string {
  return content.replaceAll(/^.*"severity":"debug".*$/gm, "");
}

/** Where which of the texts stand: `given in state/….json`. */
export function found(written: Written, texts: Readonly<Record<string, string>>): string[] {
  const forms = Object.entries(texts).flatMap(([name, text]) => spellings(text).map((form) => [name, form] as const));
  const places = [...written].flatMap(([place, content]) =>
    forms.filter(([, form]) => content.includes(form)).map(([name]) => `${name} in ${place}`),
  );
  return [...new Set(places)];
}

/** A word of letters and digits is the same in JSON, URLs and forms; base64 has three ways to write it inside a text. */
function spellings(word: string): string[] {
  const inside = [0, 1, 2].map((offset) => {
    const text = Buffer.from(`${"x".repeat(offset)}${word}`)
      .toString("base64")
      .replace(/=+$/, "");
    // The first and the last letters also depend on what stands beside the word.
    return text.slice(Math.ceil((offset * 8) / 6), -2);
  });
  return [word, ...inside, Buffer.from(word).toString("hex")];
}

/** Watches the command lines of our processes until it is disposed of. */
export function watchCommands(): { readonly seen: Set<string> } & Disposable {
  const seen = new Set<string>();
  let busy = false;
  const look = async () => {
    if (busy) return;
    busy = true;
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      if (/pulumi-resource-|dynamic-provider|provider\/main/.test(line)) seen.add(line.replaceAll("\0", " "));
    }
    busy = false;
  };
  const timer = setInterval(() => void look(), 100);
  return { seen, [Symbol.dispose]: () => clearInterval(timer) };
}
