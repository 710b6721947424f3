// What a command of the `pulumi-hydra` program is to the program. Knows nothing of Hydra.

/** Where a command writes: results to one place, all that is said of them to the other. */
export interface Console {
  result(text: string): void;
  say(line: string): void;
}

/** A command: `pulumi-hydra <name> …`. */
export interface Command {
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** What `--help` shows. */
  readonly help: string;
  /** Throws what went wrong. */
  run(args: readonly string[], console: Console): Promise<void>;
}

/** The command was not given what it takes. The message never repeats a value. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** The command was understood and cannot be carried out. The message says what to do. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CommandError";
  }
}
