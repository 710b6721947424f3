// Knows how to run callers against a server that limits calls in a time of its own: an hour takes milliseconds.
import { type Clock, createPacer, type Pacer, type Waiting } from "../../provider/hydra/pacer.ts";
import { announcementIn } from "../../provider/hydra/rate-limit.ts";
import { createLimiter, type Limited } from "../support/limiter.ts";

/** A time that passes as soon as nobody has anything to do. */
export function virtualTime(seed: number) {
  const events: { at: number; work: () => void }[] = [];
  let time = 1_000_000;
  let state = seed >>> 0;
  const clock: Clock = {
    now: () => time,
    after: (ms, work) => {
      const event = { at: time + Math.max(0, ms), work };
      events.push(event);
      return () => {
        const index = events.indexOf(event);
        if (index >= 0) events.splice(index, 1);
      };
    },
    random: () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    },
  };
  const run = async (until = Number.POSITIVE_INFINITY): Promise<void> => {
    for (;;) {
      for (let turn = 0; turn < 5; turn++) await undefined;
      let first = -1;
      for (const [index, { at }] of events.entries()) if (first < 0 || at < (events[first]?.at ?? 0)) first = index;
      const event = events[first];
      if (!event || event.at > until) {
        if (until !== Number.POSITIVE_INFINITY) time = Math.max(time, until);
        return;
      }
      events.splice(first, 1);
      time = Math.max(time, event.at);
      event.work();
    }
  };
  return { clock, run };
}

export interface Outcome {
  readonly ms: number;
  readonly answers: number;
  readonly refused: number;
  readonly notices: readonly Waiting[];
}

export interface Caller {
  readonly calls: number;
  readonly lanes: number;
  /** When it begins. */
  readonly at?: number;
  /** Whether it begins when the one before it has ended. */
  readonly next?: boolean;
}

/** Runs callers, each a process with a pacer of its own, until all their calls went through. */
export async function runCallers(limiter: Limited, callers: readonly Caller[], seed: number): Promise<Outcome[]> {
  const { clock, run } = virtualTime(seed);
  const judge = createLimiter(limiter, clock.now);
  const starts: (() => void)[] = [];
  const outcomes = callers.map(({ calls, lanes, at = 0, next = false }, index) => {
    const notices: Waiting[] = [];
    const outcome = { ms: 0, answers: 0, refused: 0, notices };
    starts.push(() => {
      const pacer = createPacer({ clock, notify: (waiting) => notices.push(waiting) });
      const began = clock.now();
      let left = calls;
      const lane = () => {
        if (left-- > 0) call(pacer, done);
      };
      let undone = calls;
      const done = () => {
        outcome.ms = clock.now() - began;
        undone--;
        if (undone === 0 && callers[index + 1]?.next)
          clock.after(callers[index + 1]?.at ?? 0, () => starts[index + 1]?.());
        lane();
      };
      const call = (pacer: Pacer, done: () => void) => {
        const go = () => {
          const sent = clock.now();
          clock.after(5 + 20 * clock.random(), () => {
            const { allowed, headers } = judge();
            const status = allowed ? 200 : 429;
            clock.after(5 + 30 * clock.random(), () => {
              outcome.answers++;
              if (status === 429) outcome.refused++;
              pacer.answered(sent, status, announcementIn(headers, 0));
              if (status === 429) call(pacer, done);
              else done();
            });
          });
        };
        const turn = pacer.turn();
        if (!turn) go();
        else
          turn.then((came) => {
            if (came !== "go") throw new Error(came);
            go();
          });
      };
      for (let index = 0; index < lanes; index++) lane();
    });
    if (!next) clock.after(at, () => starts[index]?.());
    return outcome;
  });
  await run();
  return outcomes;
}
