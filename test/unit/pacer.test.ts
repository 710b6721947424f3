// Knows how calls are paced before servers that limit them in every way that servers have, in a time that is not ours.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPacer, type Turn, type Waiting } from "../../provider/hydra/pacer.ts";
import { type Announcement, announcementIn, silent } from "../../provider/hydra/rate-limit.ts";
import type { Limited, Telling, Way } from "../support/limiter.ts";
import { type Outcome, runCallers, virtualTime } from "./limited-server.ts";

const perSecond = (calls: number) => ({ calls, ms: 1_000 });
const perMinute = (calls: number) => ({ calls, ms: 60_000 });

/** The limits that Ory publishes for writes, and one of a second alone. */
const published = {
  "15 a minute, 5 a second": [perSecond(5), perMinute(15)],
  "30 a minute, 5 a second": [perSecond(5), perMinute(30)],
  "35 a minute, 5 a second": [perSecond(5), perMinute(35)],
  "350 a minute": [perMinute(350)],
  "5 a second": [perSecond(5)],
};
const ways: readonly Way[] = ["fixed", "sliding", "bucket"];
const tellings: readonly Telling[] = ["reset", "reset 0", "nothing", "Retry-After"];

/** How long so many calls take at least, one after the other. */
const ideal = ({ limits }: Limited, calls: number) =>
  Math.max(...limits.map((limit) => (calls * limit.ms) / limit.calls));

function judged(outcomes: readonly Outcome[], limiter: Limited, calls: number) {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((all, outcome) => all + of(outcome), 0);
  const refused = sum((outcome) => outcome.refused) / sum(({ answers }) => answers);
  return { refused, time: sum(({ ms }) => ms) / ideal(limiter, calls) };
}

const seeds = [1, 2, 3];

describe("the pacer", () => {
  describe.each(ways)("before a limit of %s windows", (way) => {
    it.each(tellings)("that tells by %s, gets 200 calls through in time, few of them refused", async (telling) => {
      for (const [name, limits] of Object.entries(published)) {
        for (const seed of seeds) {
          const limiter = { way, telling, limits };
          const { refused, time } = judged(await runCallers(limiter, [{ calls: 200, lanes: 8 }], seed), limiter, 200);
          expect.soft(refused, `${name}, seed ${seed}: refused`).toBeLessThan(way === "bucket" ? 0.15 : 0.1);
          expect.soft(time, `${name}, seed ${seed}: time`).toBeLessThan(1.15);
        }
      }
    });
  });

  it.each(tellings)("keeps to the limit in processes one after the other, told by %s", async (telling) => {
    for (const [name, limits] of Object.entries(published)) {
      for (const seed of seeds) {
        const limiter = { way: "fixed", telling, limits } as const;
        const next = { calls: 200, lanes: 8, at: 1_500, next: true };
        const { refused, time } = judged(
          await runCallers(limiter, [{ calls: 200, lanes: 8 }, next, next], seed),
          limiter,
          600,
        );
        expect.soft(refused, `${name}, seed ${seed}: refused`).toBeLessThan(0.1);
        expect.soft(time, `${name}, seed ${seed}: time`).toBeLessThan(1.15);
      }
    }
  });
});

describe("two processes with one limit", () => {
  it.each(tellings)("both come to their end, told by %s", async (telling) => {
    for (const limits of Object.values(published)) {
      const limiter = { way: "fixed", telling, limits } as const;
      const callers = [
        { calls: 100, lanes: 8 },
        { calls: 100, lanes: 8, at: 7_000 },
      ];
      const outcomes = await runCallers(limiter, callers, 5);
      const { refused } = judged(outcomes, limiter, 200);
      expect(refused).toBeLessThan(0.25);
      for (const { ms } of outcomes) expect(ms).toBeLessThan(4 * ideal(limiter, 200));
    }
  });

  it("share a limit that the server tells without loss", async () => {
    for (const telling of ["reset", "reset 0"] as const) {
      const limiter = { way: "fixed", telling, limits: published["30 a minute, 5 a second"] } as const;
      const callers = [
        { calls: 100, lanes: 8 },
        { calls: 100, lanes: 8, at: 7_000 },
      ];
      const outcomes = await runCallers(limiter, callers, 5);
      for (const { ms } of outcomes) expect(ms).toBeLessThan(1.1 * ideal(limiter, 200));
    }
  });
});

/** A pacer in a time of its own, and what it notices. */
function start(limits?: { calls: number; ms: number }[]) {
  const { clock, run } = virtualTime(7);
  const notices: Waiting[] = [];
  const timers: number[] = [];
  const watched = {
    ...clock,
    after: (ms: number, work: () => void) => {
      timers.push(ms);
      return clock.after(ms, work);
    },
  };
  const pacer = createPacer({
    clock: watched,
    ...(limits ? { limits } : {}),
    notify: (waiting) => void notices.push(waiting),
  });
  const answer = (status: number | undefined, said: Partial<Announcement> = {}) =>
    pacer.answered(clock.now(), status, { ...silent, ...said });
  return { clock, run, pacer, notices, timers, answer };
}

describe("a server without limits", () => {
  it("is called at once, and no timer is set", () => {
    const { pacer, timers, answer } = start();
    for (let call = 0; call < 20_000; call++) {
      expect(pacer.turn()).toBeUndefined();
      answer(call % 7 === 0 ? 404 : 200);
    }
    expect(Array.from({ length: 1_000 }, () => pacer.turn()).every((turn) => turn === undefined)).toBe(true);
    expect(timers).toEqual([]);
  });
});

describe("a call that waits", () => {
  const limit = { calls: 1, ms: 60_000 };

  it("ends at once when it is cancelled, and gives its place to the next", async () => {
    const { pacer, run, clock, answer } = start([limit]);
    expect(pacer.turn()).toBeUndefined();
    answer(200);
    const stop = new AbortController();
    const [first, second] = [pacer.turn(stop.signal), pacer.turn()];
    const began = clock.now();
    stop.abort();
    expect(await first).toBe("cancelled");
    expect(clock.now()).toBe(began);
    await run();
    expect(await second).toBe("go");
    expect(clock.now() - began).toBeLessThanOrEqual(60_001);
  });

  it("is cancelled before it begins by a signal that has come", async () => {
    const { pacer, answer } = start([limit]);
    pacer.turn();
    answer(200);
    expect(await pacer.turn(AbortSignal.abort())).toBe("cancelled");
  });

  it("is told after five seconds, once, with the limit and how long it takes", async () => {
    const { pacer, run, clock, notices, answer } = start([limit]);
    const began = clock.now();
    pacer.turn();
    answer(200);
    const waiting = [pacer.turn(), pacer.turn(), pacer.turn()];
    await run(began + 4_999);
    expect(notices).toEqual([]);
    await run(began + 5_001);
    expect(notices).toMatchObject([{ limit, announced: true, calls: 3 }]);
    void waiting[0]?.then(() => answer(200));
    await run(began + 50_000);
    expect(notices).toHaveLength(1);
  });

  it("waits as long as Retry-After says, in seconds or as a date", async () => {
    for (const value of ["20", new Date(1_000_000 + 20_000).toUTCString()]) {
      const { pacer, run, clock } = start();
      pacer.turn();
      const began = clock.now();
      pacer.answered(began, 429, announcementIn({ "retry-after": value }, 1_000_000));
      const turn = pacer.turn();
      await run(began + 19_999);
      let came: Turn | undefined;
      void turn?.then((found) => {
        came = found;
      });
      await run(began + 19_999);
      expect(came).toBeUndefined();
      await run(began + 22_000);
      expect(came).toBe("go");
    }
  });

  it("gives up when the server asks for more than an hour", async () => {
    const { pacer, answer } = start();
    pacer.turn();
    answer(429, { retryMs: 7_200_000 });
    expect(await pacer.turn()).toBe("too long");
  });

  it("gives up when no call got through for an hour", async () => {
    const { pacer, run, clock, answer } = start();
    const began = clock.now();
    let ended: Turn | undefined;
    const refuse = () => {
      answer(429);
      void pacer.turn()?.then((came) => {
        if (came === "go") refuse();
        else ended = came;
      });
    };
    pacer.turn();
    refuse();
    await run(began + 3_599_000);
    expect(ended).toBeUndefined();
    await run(began + 3_601_000);
    expect(ended).toBe("too long");
  });
});

describe("any limit", () => {
  it("lets all calls through, whatever it tells", async () => {
    const limits = fc.array(
      fc.record({ calls: fc.integer({ min: 2, max: 60 }), ms: fc.constantFrom(1_000, 10_000, 60_000) }),
      {
        minLength: 1,
        maxLength: 2,
      },
    );
    const limiters = fc.record({ way: fc.constantFrom(...ways), telling: fc.constantFrom(...tellings), limits });
    const property = fc.asyncProperty(
      limiters,
      fc.integer({ min: 1, max: 12 }),
      fc.nat(),
      async (limiter, lanes, seed) => {
        const [outcome] = await runCallers(limiter, [{ calls: 60, lanes }], seed);
        expect((outcome?.answers ?? 0) - (outcome?.refused ?? 0)).toBe(60);
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });
});

describe("what an answer says of limits", () => {
  it("is read from the headers of Ory Network", () => {
    const headers = {
      "x-ratelimit-limit": "5, 5;w=1, 30;w=60",
      "x-ratelimit-remaining": "4",
      "x-ratelimit-reset": "1",
    };
    expect(announcementIn(headers, 0)).toEqual({
      limits: [perSecond(5), perMinute(30)],
      calls: 5,
      remaining: 4,
      resetMs: 1_000,
      retryMs: undefined,
    });
  });

  it("is nothing where the reset is 0, which servers also say long before", () => {
    expect(announcementIn({ "x-ratelimit-reset": "0" }, 0).resetMs).toBeUndefined();
  });

  it("is read from the second of the epoch, too", () => {
    expect(announcementIn({ "x-ratelimit-reset": "1800000030" }, 1_800_000_000_000).resetMs).toBe(30_000);
  });

  it("is nothing that is not a count, whatever is sent", () => {
    const values = fc.oneof(fc.string(), fc.constantFrom("-1", "1e9", "NaN", "5;w=0", "0;w=1", ";;;w=", "5, 5;w=x"));
    const property = fc.property(values, values, values, values, (limit, remaining, reset, retry) => {
      const said = announcementIn(
        {
          "x-ratelimit-limit": limit,
          "x-ratelimit-remaining": remaining,
          "x-ratelimit-reset": reset,
          "retry-after": retry,
        },
        0,
      );
      for (const { calls, ms } of said.limits) expect([calls > 0, ms >= 1_000]).toEqual([true, true]);
      for (const pause of [said.resetMs ?? 1, said.retryMs ?? 1]) expect(pause).toBeGreaterThan(0);
      expect(said.remaining ?? 0).toBeGreaterThanOrEqual(0);
    });
    fc.assert(property);
  });
});
