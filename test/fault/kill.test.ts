// Knows that kills at random points leave nothing behind that is not admitted, and that the next up converges.
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Cycle, type Kills, lineOf, startKills } from "./kill.ts";

const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const count = 20;

let kills: Kills;
beforeAll(async () => {
  kills = await startKills(inject("installation"), seed);
});
afterAll(() => kills[Symbol.asyncDispose]());

describe("a kill at a random point", () => {
  it("is followed by an up that reaches what is declared, with nothing doubled, lost or left", async () => {
    const cycles: Cycle[] = [];
    // A point that is not reached kills nobody; such cycles are not counted, and there are not many.
    while (cycles.filter(({ hit }) => hit).length < count && cycles.length < 2 * count)
      cycles.push(await kills.cycle());
    const lines = cycles.map((cycle, index) => lineOf(cycle, index + 1));
    console.log([`kills: seed ${seed}`, ...lines].join("\n"));
    const wrong = cycles.filter((cycle) => cycle.wrong.length > 0).map((cycle) => [lineOf(cycle, 0), cycle.output]);
    expect(wrong, `seed ${seed}`).toEqual([]);
    expect(cycles.filter(({ hit }) => hit)).toHaveLength(count);
  });
});
