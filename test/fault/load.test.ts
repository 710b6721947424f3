// Knows that many clients at once get over faults: the first run succeeds, nothing is lost, the memory stays small.
import { describe, expect, inject, it } from "vitest";
import { hydra } from "../support/hydra.ts";
import { lineOfRun, type Run, runLoad } from "./load.ts";

describe("forty clients with lifespans, a tenth of all answers faulty", () => {
  it("are created, refreshed, updated and destroyed at the first attempt", async () => {
    const load = { host: "plugin", clients: 40, faulty: 0.1, seed: Date.now() % 1_000_000 } as const;
    const runs: Run[] = [];
    const server = {
      ...hydra,
      stop: async () => undefined,
      log: () => "",
      [Symbol.asyncDispose]: async () => undefined,
    };
    await runLoad(inject("installation"), server, load, (run) => void runs.push(run));
    console.log([`load: seed ${load.seed}`, ...runs.map((run) => lineOfRun(load, run))].join("\n"));
    expect(runs.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(runs.map(({ operation }) => operation)).toEqual(["up", "refresh --expect-no-changes", "up", "destroy"]);
    expect(runs.reduce((sum, { spoiled }) => sum + spoiled, 0)).toBeGreaterThan(10);
    for (const { memory } of runs) expect(memory).toBeLessThan(300);
  });
});
