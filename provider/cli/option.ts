// The options of a command. Knows none of them.

import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { UsageError } from "./command.ts";

/** The values of a command's options. An empty one is refused: an unset variable of a shell would widen what is asked for. */
export function optionsOf<Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  const { values } = parsed(args, options);
  for (const [name, value] of Object.entries(values)) {
    if ([value].flat().includes("")) {
      throw new UsageError(`--${name} is empty: is a variable unset? Leave the option out if you do not want it`);
    }
  }
  return values;
}

function parsed<Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, strict: true });
  } catch (error) {
    throw error instanceof Error ? new UsageError(complaintOf(error)) : error;
  }
}

/** What Node.js found wrong with arguments. */
function complaintOf({ message, code }: NodeJS.ErrnoException): string {
  // The message repeats the argument, which may be a secret in the wrong place.
  if (code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL") return "too many arguments";
  if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") return message;
  return `${message.split(".")[0]}; settings and secrets come from the environment or a stack`;
}
