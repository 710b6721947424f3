// A failed operation as hosts tell it to the engine: what exists, and what may. Knows nothing of the wire.

import { type Explanation, inWords } from "../explained.ts";
import type { Live } from "../lifecycle/resource.ts";

/** The object exists, but is not as asked. */
export interface Unfinished {
  readonly live: Live;
  readonly reasons: readonly Explanation[];
}

/** What is known after a failure: that nothing came of it, that something may have, or that the engine wanted an end. */
export type Outcome = "nothing" | "unsure" | "cancelled";

/** A failed operation. Its message is all that people read. */
export class OperationError extends Error {
  readonly explanation: Explanation;
  readonly outcome: Outcome;
  readonly unfinished: Unfinished | undefined;

  constructor(explanation: Explanation, outcome: Outcome = "nothing", unfinished?: Unfinished) {
    super(inWords(explanation));
    this.explanation = explanation;
    this.outcome = outcome;
    this.unfinished = unfinished;
  }
}

/** The failure of a program that was written for another version. */
export function unknownType(what: string, name: string): OperationError {
  const message = `pulumi-hydra has no ${what} ${JSON.stringify(name)}`;
  const advice = "install the version of the plugin that the program's package has";
  return new OperationError({ code: "unknown-type", message, advice });
}
