// The `pulumi-hydra` program: finds the command that its first argument names, and tells what went wrong. Nothing else.

import { ConfigurationError } from "../config.ts";
import { HydraError } from "../hydra/error.ts";
import { adopt } from "./adopt.ts";
import { CommandError, type Console, UsageError } from "./command.ts";
import { forEnvironment } from "./environment.ts";

const commands = [adopt];

const usage = `Usage: pulumi-hydra <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join("\n")}

\`pulumi-hydra <command> --help\` tells the options of a command.
`;

const console: Console = {
  result: (text) => void process.stdout.write(text),
  say: (line) => void process.stderr.write(`${line}\n`),
};

async function run([name, ...args]: readonly string[]): Promise<void> {
  if (name === "--help" || name === "-h" || name === "help") return console.result(usage);
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) throw new UsageError(name === undefined ? "a command is missing" : "there is no such command");
  if (args.some((argument) => argument === "--help" || argument === "-h")) return console.result(command.help);
  await command.run(args, console);
}

/** What a person reads. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : undefined;
  // The message repeats the argument, which may be a secret in the wrong place.
  if (code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL") return `there is an argument too many; ${seeHelp}`;
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    return `${error.message.split(".")[0]}; settings and secrets are taken from the environment alone; ${seeHelp}`;
  }
  if (String(code).startsWith("ERR_PARSE_ARGS_")) return `${error.message}; ${seeHelp}`;
  if (error instanceof UsageError) return `${error.message}; ${seeHelp}`;
  if (error instanceof ConfigurationError || error instanceof HydraError) return forEnvironment(error.message);
  if (error instanceof CommandError || code !== undefined) return error.message;
  return `a defect in pulumi-hydra; please report it with these lines: ${error.stack}`;
}

const seeHelp = "see `pulumi-hydra --help`";

run(process.argv.slice(2)).catch((error: unknown) => {
  console.say(`pulumi-hydra: ${explain(error)}`);
  process.exitCode = 1;
});
