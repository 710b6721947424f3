// A failed operation as the engine is to understand it: what exists, and what may. Knows nothing of the wire.

/** A resource that exists, as the engine records it. */
export interface Existing {
  readonly id: string;
  readonly properties: Record<string, NonNullable<unknown>>;
  readonly inputs?: Record<string, NonNullable<unknown>>;
}

/** The resource exists, but is not as asked. */
export interface Unfinished {
  readonly reasons: readonly string[];
  readonly existing: Existing;
}

/** What is known after a failure: that nothing came of it, that something may have, or that the engine wanted an end. */
export type Outcome = "nothing" | "unsure" | "cancelled";

/** A failure that is written for people. */
export class OperationError extends Error {
  readonly outcome: Outcome;
  readonly unfinished: Unfinished | undefined;

  constructor(message: string, outcome: Outcome = "nothing", unfinished?: Unfinished) {
    super(message);
    this.name = "OperationError";
    this.outcome = outcome;
    this.unfinished = unfinished;
  }
}
