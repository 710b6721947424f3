// The `pulumi-hydra` program: finds the command that its first argument names, and tells what went wrong. Nothing else.

import { ExplainedError, explanationOf, inWords } from "../explained.ts";
import { type Console, UsageError } from "./command.ts";
import { commands, usage } from "./commands.ts";
import { wordsFor } from "./environment.ts";
import { printable } from "./printable.ts";

const console: Console = {
  result: (text) => void process.stdout.write(text),
  // A name that others chose may stand in it, and the trace of a defect has several lines.
  say: (text) => void process.stderr.write(`${text.split("\n").map(printable).join("\n")}\n`),
};

async function run([name, ...args]: readonly string[]): Promise<number> {
  const commandOf = (wanted: string | undefined) => commands.find((candidate) => candidate.name === wanted);
  if (name === "--help" || name === "-h" || name === "help") return show(commandOf(args[0])?.help ?? usage);
  const command = commandOf(name);
  if (!command) throw new UsageError(name === undefined ? "missing command" : "there is no such command");
  if (args.some((argument) => argument === "--help" || argument === "-h")) return show(command.help);
  return command.run(args, console);
}

function show(help: string): number {
  console.result(help);
  return 0;
}

/** What a person reads. */
function explain(error: unknown, args: readonly string[]): string {
  const text = inWords(explanationOf(error));
  const given = (option: string) => args.find((argument) => argument === option || argument.startsWith(`${option}=`));
  const words = wordsFor({ stack: given("--stack"), "admin-url": given("--admin-url") });
  return error instanceof ExplainedError ? words(text) : text;
}

const args = process.argv.slice(2);
run(args)
  .catch((error: unknown) => {
    console.say(`pulumi-hydra: ${explain(error, args)}`);
    return 1;
  })
  .then((code) => {
    process.exitCode = code;
  });
