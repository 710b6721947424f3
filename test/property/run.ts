// How often, from which seed and how many at a time the stories run, and what is reported at the end.

import * as fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import type { Resource } from "../../provider/lifecycle/resource.ts";
import type { HydraOperation } from "../../provider/resources/memory.ts";
import { hydra } from "../support/hydra.ts";
import type { Fields, Plan } from "./plan.ts";

/** Configurations of all resources together. */
const allRuns = Number(process.env.PROPERTY_RUNS ?? 1_050);
const seed = Number(process.env.PROPERTY_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const lanes = 6;
const limit = Math.max(540_000, allRuns * 1_000);

/** What the stories were about: no test is worth much that never came upon anything. */
export interface Tally {
  edited: number;
  replaced: number;
  drifted: number;
}

let unique = 0;
const session = `${process.pid.toString(36)}-${Date.now().toString(36)}`;

/** A text that no other story has. */
export const uniqueName = () => `${session}-${++unique}`;

/** Runs random stories of a resource, its share of them, several at a time. */
export function property<Case extends Plan>(
  resource: Resource<HydraOperation>,
  fields: Fields,
  share: number,
  stories: fc.Arbitrary<Case>,
  tell: (story: Case, tally: Tally) => Promise<void>,
): void {
  const tally: Tally = { edited: 0, replaced: 0, drifted: 0 };
  const named = new Map(Object.keys(fields).map((name) => [name, 0]));
  let done = 0;

  it("has a generator for each field", () => {
    expect(Object.keys(fields).toSorted()).toStrictEqual(Object.keys(resource.inputs.shape).toSorted());
  });

  it("never reports what did not change, reports exactly what did, and puts it right", { timeout: limit }, async () => {
    const runs = Math.max(lanes, Math.round(allRuns * share));
    let broken: number | undefined;
    const lane = async (index: number) => {
      const once = fc.asyncProperty(stories, async (story) => {
        // Others leave the server to the one that looks for the smallest failure.
        if (broken !== undefined && broken !== index) return;
        try {
          await tell(story, tally);
        } catch (error) {
          broken ??= index;
          if (broken !== index) return;
          throw error;
        }
        for (const name of Object.keys(story.program)) named.set(name, (named.get(name) ?? 0) + 1);
        done++;
      });
      const numRuns = Math.floor(runs / lanes) + (index < runs % lanes ? 1 : 0);
      try {
        await fc.assert(once, {
          seed: seed + index,
          numRuns,
          includeErrorInReport: true,
          interruptAfterTimeLimit: limit * 0.9,
          markInterruptAsFailure: true,
        });
      } catch (error) {
        // The first lane begins with the seed of the run.
        const again = `PROPERTY_SEED=${seed + index} PROPERTY_RUNS=${allRuns} tells this story again`;
        throw new Error(`${again}\n${error instanceof Error ? error.message : String(error)}`);
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: lanes }, (_, index) => lane(index)));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    expect(done, "configurations").toBe(runs);
    if (runs >= 100)
      expect(
        [...named].filter(([, times]) => times === 0),
        "fields that no program named",
      ).toStrictEqual([]);
  });

  afterAll(() => {
    const { edited, replaced, drifted } = tally;
    console.log(
      `${resource.type}: ${done} configurations, ${edited} edited fields, ${replaced} replacements, ${drifted} drifted fields, ` +
        `PROPERTY_SEED=${seed}, Hydra ${hydra.version}`,
    );
  });
}
