// The settings of the `hydra` namespace in the configuration of a stack, as Pulumi itself reads them. Secrets are in clear.

import { execFile } from "node:child_process";
import { shellWord } from "../resources/shell.ts";
import { CommandError } from "./command.ts";
import { printable } from "./printable.ts";

export interface StackConfiguration {
  /** The values by their keys; objects come as JSON text, as they do to a provider. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Whether the stack keeps a key encrypted. */
  isSecret(key: string): boolean;
}

/** Asks Pulumi, in the folder of a program, for the settings of one of its stacks. */
export async function readStackConfiguration(stack: string): Promise<StackConfiguration> {
  const asked = `\`pulumi config --stack ${shellWord(printable(stack))}\``;
  const args = ["config", `--stack=${stack}`, "--json", "--show-secrets", "--non-interactive", "--color=never"];
  const text = await new Promise<string>((resolve, reject) => {
    execFile("pulumi", args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      // What Pulumi answers holds secrets; what it complains of does not.
      const why = error.code === "ENOENT" ? "pulumi is not on PATH" : stderr.trim().split("\n")[0];
      const message = `${asked} failed: ${why || String(error.code)}`;
      const advice = "run the command in the folder of the program";
      reject(new CommandError({ code: "stack-unread", message, advice }, error));
    });
  });
  const all = Object.entries(
    JSON.parse(text) as Record<string, { readonly value?: unknown; readonly secret?: boolean }>,
  );
  const own = all.flatMap(([key, found]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), found] as const] : [],
  );
  const secrets = new Set(own.flatMap(([key, { secret }]) => (secret === true ? [key] : [])));
  return {
    values: Object.fromEntries(own.map(([key, { value }]) => [key, value])),
    isSecret: (key) => secrets.has(key),
  };
}

const prefix = "hydra:";
