// What can be said when a write may have been carried out although no good answer came. Knows no resource.

import { HydraError, mayHaveWritten } from "../hydra/error.ts";
import { PartialFailure } from "../lifecycle/resource.ts";
import type { Values } from "../lifecycle/value.ts";

/** Whoever cancelled an operation does not wait long for it to end. */
const patience = 500;

/** Looks what became of a write that failed with `error`. Where that cannot be seen either, the error says `where` to look. */
export async function lookAfter<T>(
  error: HydraError,
  where: string,
  look: (signal?: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await look(signal?.aborted ? AbortSignal.timeout(patience) : signal);
  } catch {
    throw new HydraError(`${error.message}; ${where}`, error);
  }
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
    const reason = `${error.message}; whether that was done is not known: the next \`pulumi up\` looks, and does what is left`;
    throw new PartialFailure({ id, state: recorded(error) }, [reason]);
  });
}
