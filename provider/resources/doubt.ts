// What can be said when a write may have been carried out although no good answer came. Knows no resource.

import type { Explanation } from "../explained.ts";
import type { HydraApi } from "../hydra/admin.ts";
import { amended, HydraError, mayHaveWritten } from "../hydra/error.ts";
import { driftKey } from "../lifecycle/diff.ts";
import { PartialFailure, Refusal } from "../lifecycle/resource.ts";
import type { Values } from "../lifecycle/value.ts";
import type { HydraOperation } from "./memory.ts";

/** Whoever cancelled an operation does not wait long for it to end. */
const patience = 500;

/**
 * Looks what became of a write that failed with `error`, and does what follows from it. Whatever goes wrong meanwhile, the
 * write stays uncertain, and the error says what `may` be; only a refusal says what was seen.
 */
export async function lookAfter<T>(
  operation: HydraOperation,
  error: HydraError,
  may: Doubt,
  look: (api: HydraApi, operation: HydraOperation) => Promise<T>,
): Promise<T> {
  const signal = operation.signal.aborted ? AbortSignal.timeout(patience) : operation.signal;
  const api = operation.api.until(signal);
  try {
    return await look(api, { ...operation, api, signal });
  } catch (failure) {
    if (failure instanceof Refusal) throw failure;
    throw amended(error, { ...doubtful(error, may), uncertain: true });
  }
}

/** What may have been done, and how a person finds out. */
export type Doubt = Pick<Explanation, "message" | "advice">;

function doubtful(error: HydraError, { message, advice }: Doubt): Explanation {
  return { code: "in-doubt", message: `${error.message}; ${message}`, advice };
}

/** Another way to do what was tried and failed with `error`: when that may have been done, it may still, however this ends. */
export function otherwise<T>(error: HydraError, work: Promise<T>): Promise<T> {
  return work.catch((failure: unknown) => {
    if (!error.uncertain || !(failure instanceof HydraError)) throw failure;
    throw amended(failure, { method: error.method, uncertain: true });
  });
}

/** What is recorded when these fields may have been written and may not: the next update looks at each of them. */
export function inDoubt(state: Values, names: readonly string[]): Values {
  return { ...state, ...Object.fromEntries(names.map((name) => [driftKey(name), true])) };
}

/**
 * What exists stays recorded when a change of it may or may not have happened: as `recorded` says, and so that the next
 * `up` looks again, whatever the program then asks for. `begun` says that a part of the change is done in any case.
 */
export async function keptInDoubt<T>(
  id: string,
  begun: boolean,
  recorded: (error: HydraError) => Values,
  work: Promise<T>,
): Promise<T> {
  return work.catch((error: unknown) => {
    if (!mayHaveWritten(error) && !(begun && error instanceof HydraError)) throw error;
    const message = "the change may or may not have been applied";
    const advice = "the next `pulumi up` checks and completes it";
    throw new PartialFailure({ id, state: recorded(error) }, [doubtful(error, { message, advice })], error);
  });
}
