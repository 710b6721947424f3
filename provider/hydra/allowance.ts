// What a server says is left of a limit, while others use it too. Knows no clock and sends nothing.

import { minute } from "./limit-search.ts";
import type { Announcement, CallLimit } from "./rate-limit.ts";

/** What is known of our own calls when an answer is heard. */
export interface Own {
  readonly time: number;
  readonly inFlight: number;
  /** Our calls that went through in so many milliseconds before. */
  within(ms: number): number;
}

/** When the next call may go. */
export interface Pacing {
  readonly time: number;
  readonly inFlight: number;
  /** When the last call was sent. */
  readonly last: number;
  /** Refusals in a row. */
  readonly refusals: number;
  /** From 0 to 1. */
  readonly chance: number;
}

export interface Allowance {
  /** Hears an answer. Gives for how long others are then taken to use the limit, if they do. */
  hear(said: Announcement, limit: CallLimit | undefined, own: Own): number;
  /** When what is left allows the next call; infinitely late when only an answer tells. */
  freeAt(pacing: Pacing): number;
}

interface Left {
  readonly calls: number;
  readonly remaining: number;
  /** Calls answered since, about which nothing was said. */
  since: number;
  readonly at: number;
  /** When the limit starts again, at the latest. */
  readonly until: number;
  /** Whether the server said when that is, or it was seen. */
  readonly known: boolean;
  readonly ms: number;
}

/** Limits of shorter windows are kept without being spent evenly: they are over so soon. */
export const evenlyFrom = 5_000;

/** However long nothing was allowed, it is tried again after this. */
export const longestProbe = 30_000;

export function createAllowance(): Allowance {
  let left: Left | undefined;
  return {
    hear: (said, limit, { time, inFlight, within }) => {
      const ms = limit?.ms ?? said.resetMs ?? minute;
      if (said.remaining === undefined || (limit && ms < evenlyFrom)) {
        if (left) left.since++;
        return 0;
      }
      // Where nobody else has calls in the window, our own count says more.
      const calls = said.calls ?? said.remaining + 1;
      if (limit && calls - said.remaining <= within(ms) + inFlight + 1) {
        left = undefined;
        return 0;
      }
      const current = left && time < left.until ? left : undefined;
      const expected = current && current.remaining - current.since;
      // Answers overtake each other: only more than that is a new window.
      const fresh = expected === undefined || said.remaining > expected + inFlight;
      const seen = said.resetMs !== undefined || (current !== undefined && fresh);
      left = {
        calls,
        remaining: fresh ? said.remaining : Math.min(said.remaining, expected),
        since: 0,
        at: time,
        until: seen ? time + (said.resetMs ?? ms) : (current?.until ?? time + ms),
        known: seen || current?.known === true,
        ms,
      };
      return 2 * ms;
    },
    freeAt: ({ time, inFlight, last, refusals, chance }) => {
      if (!left || time >= left.until) return 0;
      const { calls, remaining, since, at, until, known, ms } = left;
      const free = remaining - since - inFlight;
      if (free > 0) return last + (known ? (until - last) / free : ms / calls) * (0.9 + 0.2 * chance);
      if (inFlight > 0) return Number.POSITIVE_INFINITY;
      return known ? until + chance * 500 : at + Math.min(longestProbe, (2 ** (refusals + 1) * ms) / calls);
    },
  };
}
