// Knows that a program's life before a call limit only takes longer: by the Pulumi CLI and the packed plugin, the limit scaled up.
import { describe, expect, inject, it } from "vitest";
import { hydra } from "../support/hydra.ts";
import { type Limit, startLimitedServer, type Telling } from "../support/limiter.ts";
import { type LimitedStep, liveLimited } from "./limited-life.ts";

/** 30 a minute and 5 a second, ten times as fast; without a word from the server, a limit of a second. */
const limits: readonly [Telling, readonly Limit[]][] = [
  ["reset 0", [{ calls: 30, ms: 6_000 }]],
  ["nothing", [{ calls: 5, ms: 1_000 }]],
];

describe("twenty clients with lifespans before a call limit", () => {
  it.each(limits)("live as without it, where the server tells by %s", async (telling, limits) => {
    await using server = await startLimitedServer(hydra.adminUrl, {
      writes: { way: "fixed", telling, limits },
      lists: { way: "fixed", telling, limits },
    });
    const writes: Partial<Record<LimitedStep, number>> = {};
    const sum = { answers: 0, refused: 0, seconds: 0 };
    await liveLimited(inject("installation"), server, 20, (step, seconds, seen) => {
      writes[step] = seen.writes;
      sum.answers += seen.writes + seen.others + seen.refused;
      sum.refused += seen.refused;
      sum.seconds += seconds;
    });
    console.log(`call limit: ${sum.refused} of ${sum.answers} answers were 429, ${sum.seconds.toFixed(0)} s`);
    // A transaction that Hydra lost is written again.
    expect(writes.up).toBeGreaterThanOrEqual(40);
    expect(writes.edit).toBeGreaterThanOrEqual(40);
    expect(writes.refresh).toBe(0);
    expect(writes.destroy).toBeGreaterThanOrEqual(40);
    // Each of the three processes that write learns the limit by itself.
    expect(sum.refused / sum.answers).toBeLessThan(0.25);
  });
});
