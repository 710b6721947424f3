// How long work on trusts waits for other work: of this operation, and of others on the same server. Knows no requests.

import { setTimeout as delay } from "node:timers/promises";

/** Waits, unless the operation is cancelled. */
export async function pause(signal: AbortSignal, milliseconds: number): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

const step = 50;

/**
 * Waits until `done`. Given up when for so long nothing has happened, as `last` says, or when all of it took too long.
 * Returns whether it came true.
 */
export async function eventually(
  signal: AbortSignal,
  done: () => boolean,
  { quiet, most, last }: { readonly quiet: number; readonly most: number; readonly last: () => number },
): Promise<boolean> {
  const began = Date.now();
  for (;;) {
    if (done()) return true;
    const now = Date.now();
    if (signal.aborted || now - began > most || now - Math.max(began, last()) > quiet) return false;
    await pause(signal, step);
  }
}

/** A signal for what must not be left half done: a cancelled operation has a second more for it, and none has forever. */
export function startGrace(signal: AbortSignal, most: number): { readonly signal: AbortSignal; end(): void } {
  const stop = new AbortController();
  let timers = [setTimeout(() => stop.abort(), most)];
  const soon = () => timers.push(setTimeout(() => stop.abort(), 1_000));
  if (signal.aborted) soon();
  signal.addEventListener("abort", soon);
  return {
    signal: stop.signal,
    end: () => {
      for (const timer of timers) clearTimeout(timer);
      timers = [];
      signal.removeEventListener("abort", soon);
    },
  };
}
