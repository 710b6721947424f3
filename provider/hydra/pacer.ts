// When the next call may be sent to a server that limits calls, learned from its answers. Knows no connection and no clock.

import { createAllowance, evenlyFrom } from "./allowance.ts";
import { createLimitSearch, minute } from "./limit-search.ts";
import { type Announcement, type CallLimit, silent } from "./rate-limit.ts";

/** Time and chance. */
export interface Clock {
  /** Milliseconds; only differences count. */
  now(): number;
  /** Does `work` after so many milliseconds, unless it is called off. */
  after(ms: number, work: () => void): () => void;
  /** From 0 to 1. */
  random(): number;
}

/** How a wait for a turn ends: nothing is to be sent unless it is "go". */
export type Turn = "go" | "cancelled" | "too long";

/** What the calls wait for, for people. */
export interface Waiting {
  /** The limit that holds them, where it is known. */
  readonly limit: CallLimit | undefined;
  /** Whether the server said so; else it was found out. */
  readonly announced: boolean;
  readonly calls: number;
  /** Milliseconds until the last one of them is sent, as far as is known. */
  readonly ms: number;
}

export interface Pacer {
  /** A turn to send one call: nothing when it may go at once. Each turn that says "go" is followed by one `answered`. */
  turn(signal?: AbortSignal): Promise<Turn> | undefined;
  /** The call that was sent at `sentAt` was answered, or ended without an answer: then there is no status. */
  answered(sentAt: number, status: number | undefined, said: Announcement | undefined): void;
}

export interface PacerOptions {
  readonly clock: Clock;
  /** A limit that is known from the start. */
  readonly limits?: readonly CallLimit[];
  /** Called when calls have waited for some seconds. */
  readonly notify: (waiting: Waiting) => void;
}

/** When no call got through for so long, nobody waits any longer. */
export const patience = 3_600_000;

/** After so long a wait, people see why. */
const silence = 5_000;

/** More calls than any limit is about are not remembered. */
const memory = 4_096;

/** Calls that have waited are sent at most so long after each other, where a limit would allow several at once. */
const apart = 50;

interface Waiter {
  readonly since: number;
  readonly end: (turn: Turn) => void;
}

/**
 * A pacer for one kind of calls to one server. While nothing is known of a limit, it does not hold anything up and makes nothing.
 *
 * What is known of a limit is kept strictly: between the answer of a call and the next call that follows it by the limit's number
 * lies the limit's time, so that no window of the server, wherever it begins, sees too many. Half of a limit is spent at once, the other half evenly.
 */
export function createPacer({ clock, limits = [], notify }: PacerOptions): Pacer {
  // One closure: each of its parts reads and writes the same queue, counts and clock.
  const { now } = clock;
  let known: readonly CallLimit[] = limits;
  /** How the limits are known. */
  let source: "given" | "announced" | "found" = "given";
  const allowance = createAllowance();
  /** When the calls were answered that the server let through, in that order. */
  const answers: number[] = [];
  const queue: Waiter[] = [];
  let inFlight = 0;
  /** So many calls may be in flight while a limit is being looked for. */
  let width = Number.POSITIVE_INFINITY;
  let heldUntil = 0;
  /** Until then others are taken to use the same limit: nothing is spent at once. */
  let sharedUntil = 0;
  let last = now();
  let chance = clock.random();
  /** Refusals since the last call that went through; calls that were sent before the last one do not count again. */
  let refusals = 0;
  let refusedAt = Number.NEGATIVE_INFINITY;
  let stuckSince: number | undefined;
  /** When a window of the server begins, as it said or as most do: a call is tried then, whatever our own count is. */
  let windowAt: number | undefined;
  let guessed = false;
  const search = createLimitSearch();
  let called: (() => void) | undefined;
  let isTold = false;

  function release(): void {
    inFlight++;
    last = now();
    chance = clock.random();
  }

  /** Since when a limit counts calls, as an index of `answers`. */
  function firstWithin(ms: number, time: number): number {
    let first = answers.length;
    while (first > 0 && (answers[first - 1] as number) > time - ms) first--;
    return first;
  }

  const within = (ms: number, time: number) => answers.length - firstWithin(ms, time);

  const uneven = () => 0.9 + 0.2 * chance;

  /** When a limit allows the next call; infinitely late when only an answer tells. */
  function freeAt({ calls, ms }: CallLimit, time: number): number {
    const first = firstWithin(ms, time);
    const free = calls - (answers.length - first) - inFlight;
    // What was found out holds on the average: where the server's windows begin is not known, and there may be another limit.
    const average = source === "found" && ms === minute && refusals === 0;
    if (average) return last + (ms / calls) * uneven();
    if (free <= 0) return (answers[first - free] ?? Number.POSITIVE_INFINITY) + ms;
    const alone = time >= sharedUntil;
    if (alone && (ms < evenlyFrom || free * 2 >= calls)) return 0;
    if (ms < evenlyFrom) return last + (ms / calls) * uneven();
    const end = (answers[first] ?? time) + ms;
    return last + ((end - last) / (free + 1)) * uneven();
  }

  function dueAt(time: number): number {
    // After a refusal one call alone tries.
    if (inFlight >= (refusals > 0 ? 1 : width)) return Number.POSITIVE_INFINITY;
    let at = Math.max(heldUntil, allowance.freeAt({ time, inFlight, last, refusals, chance }));
    for (const limit of known) at = Math.max(at, freeAt(limit, time));
    return windowAt === undefined ? at : Math.min(at, windowAt);
  }

  /** Lets go whose turn has come, one after the other, and sees to it that the next one's does. */
  function serve(): void {
    called?.();
    called = undefined;
    if (source === "found" && refusals === 0 && queue.length > 0 && known.length > 0) {
      search.raise(now());
      take();
    }
    for (;;) {
      const [next] = queue;
      if (!next) return;
      const time = now();
      const due = Math.max(dueAt(time), last + apart * chance);
      const over = (stuckSince ?? Number.POSITIVE_INFINITY) + patience;
      if (time >= over || heldUntil - time > patience) {
        for (const { end } of queue.splice(0)) end("too long");
        return;
      }
      if (!isTold && time >= next.since + silence) {
        isTold = true;
        notify(waiting(time, due));
      }
      if (due > time) {
        const wake = Math.min(due, over, isTold ? due : next.since + silence);
        if (Number.isFinite(wake)) called = clock.after(Math.ceil(wake - time), serve);
        return;
      }
      queue.shift();
      release();
      next.end("go");
    }
  }

  function waiting(time: number, due: number): Waiting {
    const longest = known.toSorted((left, right) => right.ms / right.calls - left.ms / left.calls)[0];
    const rest = longest ? ((queue.length - 1) * longest.ms) / longest.calls : 0;
    const first = Number.isFinite(due) ? Math.max(0, due - time) : 0;
    return { limit: longest, announced: source !== "found", calls: queue.length, ms: first + rest };
  }

  function hear(said: Announcement, time: number): void {
    if (limits.length > 0) return;
    if (said.limits.length > 0) {
      known = said.limits;
      source = "announced";
      width = Number.POSITIVE_INFINITY;
    }
    const limit = known.find(({ calls }) => calls === said.calls);
    const shared = allowance.hear(said, limit, { time, inFlight, within: (ms) => within(ms, time) });
    if (shared > 0) sharedUntil = time + shared;
  }

  /** Goes by what was found; where that is nothing yet, calls go one after the other. */
  function take(): void {
    const found = search.limit();
    source = "found";
    known = found ? [found] : [];
    width = found ? Number.POSITIVE_INFINITY : 1;
  }

  function refuse(sentAt: number, said: Announcement, time: number): void {
    if (sentAt < refusedAt) return;
    refusedAt = time;
    refusals++;
    stuckSince ??= time;
    const pause = said.retryMs ?? said.resetMs ?? 0;
    if (source !== "announced" && limits.length === 0) {
      search.refused(time, refusals, pause, (ms) => within(ms, time));
      take();
    }
    const short = known.find(({ calls, ms }) => calls === said.calls && ms < evenlyFrom);
    if (short) sharedUntil = Math.max(sharedUntil, time + minute / 6);
    const wait = pause || (short ? short.ms : source === "announced" ? 0 : search.probeAfter(refusals));
    const late = Math.min(1_000, wait * 0.1) * clock.random();
    heldUntil = time + wait + late;
    windowAt = undefined;
    if (source !== "found" || known[0]?.ms !== minute) return;
    if (pause > 0) windowAt = heldUntil;
    else if (!guessed) windowAt = time + minute - (time % minute) + 1_000 * clock.random();
    guessed = true;
  }

  return {
    turn: (signal) => {
      if (queue.length === 0 && dueAt(now()) <= now()) {
        release();
        return undefined;
      }
      return new Promise((resolve) => {
        const end = (turn: Turn) => {
          signal?.removeEventListener("abort", leave);
          resolve(turn);
        };
        const waiter = { since: now(), end };
        const leave = () => {
          queue.splice(queue.indexOf(waiter), 1);
          end("cancelled");
          serve();
        };
        if (signal?.aborted) return end("cancelled");
        signal?.addEventListener("abort", leave);
        queue.push(waiter);
        serve();
      });
    },
    answered: (sentAt, status, said) => {
      const time = now();
      inFlight--;
      if (said) hear(said, time);
      if (status === 429) {
        refuse(sentAt, said ?? silent, time);
      } else {
        answers.push(time);
        if (answers.length > memory) answers.splice(0, memory / 2);
        if (sentAt >= refusedAt && status !== undefined) {
          if (source === "found") {
            search.passed(time, refusals, (ms) => within(ms, time));
            if (search.limit() !== known[0]) take();
          }
          windowAt = undefined;
          guessed = false;
          refusals = 0;
          stuckSince = undefined;
          if (width < memory) width += 1 / width;
        }
      }
      serve();
    },
  };
}
