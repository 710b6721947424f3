// What a command of the `pulumi-hydra` program is to the program. Knows nothing of Hydra.

import type { ParseArgsOptionsConfig } from "node:util";
import { ExplainedError } from "../explained.ts";

/** Where a command writes: results to one place, all that is said of them to the other. */
export interface Console {
  result(text: string): void;
  say(text: string): void;
}

/** A command: `pulumi-hydra <name> …`. */
export interface Command {
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** What it takes besides `--help`. */
  readonly options: ParseArgsOptionsConfig;
  /** What `--help` shows. */
  readonly help: string;
  /** The exit code; throws what went wrong, which ends with 1. */
  run(args: readonly string[], console: Console): Promise<number>;
}

/** The exit code of a command that looked for something and found it. */
export const found = 7;

/** The command was not given what it takes. The message never repeats a value. */
export class UsageError extends ExplainedError {
  constructor(message: string) {
    super({ code: "usage", message, advice: "see `npx pulumi-hydra --help`" });
  }
}

/** The command was understood and cannot be carried out. */
export class CommandError extends ExplainedError {}
