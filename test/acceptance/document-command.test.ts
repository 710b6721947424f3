// Knows that the Pulumi CLI has every command, and every flag of it, that documents name.
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { blocks } from "../support/markdown.ts";
import { commandsIn } from "../support/shell.ts";
import { workspace } from "../support/workspace.ts";

/** What `pulumi do` can be asked depends on the resource and on what is done with it: both are words of the command. */
const ofResource = /^(hydra:index:\w+|create|read|patch|delete|list)$/;

const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra/pulumi-resource-hydra");

/** Commands that differ in their arguments only are asked for once: by their names and flags. */
function distinct(): Map<string, { words: string[]; flags: string[]; place: string }> {
  const found = blocks("sh").flatMap(({ place, text }) =>
    commandsIn(text)
      .filter(([name]) => name === "pulumi")
      .map(([, ...all]) => {
        const end = all.findIndex((word) => !/^[a-z-]+$/.test(word) || word.startsWith("-"));
        const named = all.slice(0, end < 0 ? all.length : end);
        const words =
          named[0] === "do" ? ["do", "--package", plugin, ...all.filter((word) => ofResource.test(word))] : named;
        const flags = all.filter((word) => word.startsWith("-")).map((word) => word.replace(/=.*$/, ""));
        return { words, flags, place };
      }),
  );
  return new Map(found.map((command) => [[...command.words, ...command.flags].join(" "), command]));
}

describe("the commands in documents", () => {
  it("and their flags are the Pulumi CLI's", async () => {
    await using stack = await workspace({ files: { "index.js": "" } });
    const commands = [...distinct().values()];
    expect(commands.length).toBeGreaterThan(8);
    for (const { words, flags, place } of commands) {
      const { code, stdout, stderr } = await stack.run(...words, "--help");
      expect([place, words, code, stderr]).toEqual([place, words, 0, ""]);
      // Help for `pulumi` itself is what the CLI answers to a command that it does not know.
      expect([place, stdout]).toEqual([place, expect.stringMatching(new RegExp(`^ *pulumi ${words[0]}\\b`, "m"))]);
      const unknown = flags.filter((flag) => !new RegExp(`(^|[\\s,])${flag}\\b`, "m").test(stdout));
      expect([place, unknown]).toEqual([place, []]);
    }
  });
});
