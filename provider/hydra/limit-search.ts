// A limit of calls that no answer tells, found from what a server lets through. Knows no clock and sends nothing.

import type { CallLimit } from "./rate-limit.ts";

export interface LimitSearch {
  /** What is known so far. */
  limit(): CallLimit | undefined;
  /** Milliseconds until the next call is tried after so many refusals in a row. */
  probeAfter(refusals: number): number;
  /** A call was refused: `within` counts the calls that went through in so many milliseconds before. */
  refused(time: number, refusals: number, pause: number, within: (ms: number) => number): void;
  /** A call went through after so many refusals. */
  passed(time: number, refusals: number, within: (ms: number) => number): void;
  /** Calls wait for the limit: it may be too low, so that more is tried where none was refused for a while. */
  raise(time: number): void;
}

/** What servers count calls in. */
export const second = 1_000;
export const minute = 60_000;

const longestProbe = 30_000;

/** Fewer calls than these do not show a limit: others, or an earlier process, may have had the rest. */
const fewest = 5;

export function createLimitSearch(): LimitSearch {
  let found: CallLimit | undefined;
  /** The limit is not one of a second. */
  let lasts = false;
  /** Whether the limit was already looked for, one call after the other. */
  let looked = false;
  let changedAt = 0;
  /** Calls that went through since the limit was changed. */
  let through = 0;
  /** What the limit was before it was raised. */
  let before: number | undefined;
  /** For how many times its length a limit is kept before more is tried. */
  let spacing = 1;

  function set(calls: number, ms: number): void {
    found = { calls: Math.max(1, calls), ms };
  }

  function learn(time: number, within: (ms: number) => number): void {
    const ms = lasts ? minute : second;
    const counted = within(ms);
    if (counted === 0 || (lasts && counted < fewest && !looked)) {
      looked ||= lasts;
      lasts = false;
      found = undefined;
    } else if (found?.ms !== ms) {
      set(counted, ms);
      spacing = 1;
    } else if (before !== undefined) {
      set(Math.max(before, Math.min(counted, found.calls - 1)), ms);
      spacing *= 2;
    } else {
      set(Math.min(counted, Math.floor(found.calls * 0.9)), ms);
    }
    before = undefined;
    changedAt = time;
    through = 0;
  }

  return {
    limit: () => found,
    probeAfter: (refusals) => {
      const apart = lasts && found ? found.ms / found.calls : second;
      return Math.min(longestProbe, Math.max(second, apart) * 3 ** (refusals - 1));
    },
    refused: (time, refusals, pause, within) => {
      lasts ||= pause > 2 * second || refusals > 2 || (found?.ms === second && found.calls === 1);
      learn(time, within);
    },
    passed: (time, refusals, within) => {
      through++;
      // It took longer than any limit of a second.
      if (refusals < 2 || lasts) return;
      lasts = true;
      learn(time, within);
    },
    raise: (time) => {
      if (!found) return;
      const first = spacing === 1;
      if (first ? through < found.calls / 4 : time < changedAt + found.ms * spacing) return;
      // What was tried last was kept: the limit is another one now.
      if (before !== undefined) spacing = Math.max(1, spacing / 2);
      before = found.calls;
      changedAt = time;
      through = 0;
      set(Math.ceil(found.calls * (first ? 1.5 : 1.05)), found.ms);
    },
  };
}
