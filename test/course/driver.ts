// Knows what a course asks of Pulumi, whichever way it is run. No code of ours.
import type { Kind, Program, Values } from "./declared.ts";

export interface Command {
  readonly verb: "up" | "refresh" | "preview" | "import";
  readonly refresh?: boolean;
  /** What was being created when the CLI was killed is taken out of the state. */
  readonly clear?: boolean;
  /** Names in the program. */
  readonly replace?: readonly string[];
  readonly target?: readonly string[];
  readonly imports?: readonly { readonly type: Kind; readonly name: string; readonly id: string }[];
}

/** Something that happens in the middle of a command. */
export interface Interruption {
  readonly what: "kill the CLI" | "kill the provider" | "Ctrl-C";
  /** Settles at that moment. */
  readonly moment: Promise<void>;
}

export interface Result {
  readonly green: boolean;
  /** What a person reads of errors. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** What became of each resource, by name: `create`, `update`, `same`, `replace`, `delete`. */
  readonly operations: Readonly<Record<string, string>>;
  /** What is known of each resource after it, by name; empty where the driver cannot tell. */
  readonly outputs: Readonly<Record<string, Values>>;
  /** The resources whose inputs are not all known. */
  readonly unknown: ReadonlySet<string>;
}

/** A resource in the state. */
export interface Recorded {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly outputs: Values;
  readonly protect: boolean;
  /** Waits to be deleted. */
  readonly deleted: boolean;
}

/** One stack. */
export interface Stack {
  run(command: Command, program: Program, interruption?: Interruption): Promise<Result>;
  recorded(): Promise<readonly Recorded[]>;
  pending(): Promise<number>;
  state(edit: "taint" | "unprotect", name: string): Promise<void>;
  rename(name: string, next: string): Promise<void>;
  /** Calls the servers something else and writes their addresses otherwise, or as before. */
  respell(): Promise<void>;
  close(): Promise<void>;
}
