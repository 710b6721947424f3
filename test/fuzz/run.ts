// How many cases run, from which seed, and what no case may do, whatever it is about.

import * as fc from "fast-check";
import { afterAll, expect, it } from "vitest";

/** Cases of all properties together. */
const allRuns = Number(process.env.FUZZ_RUNS ?? 3_000);
const seed = Number(process.env.FUZZ_SEED ?? Math.trunc(Math.random() * 2 ** 31));
/** Nothing here takes long; what has not ended by then hangs. */
const patience = 30_000;

const shared = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const shape = () => shared.map((prototype) => Reflect.ownKeys(prototype).length).join();
const innate = shape();

/** What became of a piece of work: a value, or an error for people. */
export type Outcome = { readonly value: unknown } | { readonly message: string };

/** Runs what a host would run, and wants it to end, well or by an error that was meant. */
export async function outcomeOf(work: () => unknown): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("a defect: it hangs")), patience);
  });
  try {
    return { value: await Promise.race([Promise.resolve().then(work), late]) };
  } catch (error) {
    if (!(error instanceof Error)) throw new Error(`thrown and no error: ${fc.stringify(error)}`);
    if (/\bdefect\b/.test(error.message) || !/ \[[a-z-]+\]$/.test(error.message)) throw error;
    return { message: error.message };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a property, its share of all cases. */
export function fuzz<Case>(
  name: string,
  share: number,
  cases: fc.Arbitrary<Case>,
  tell: (one: Case) => Promise<void> | void,
): void {
  const numRuns = Math.max(1, Math.round(allRuns * share));
  let done = 0;
  it(name, { timeout: Math.max(120_000, allRuns * 50) }, async () => {
    const property = fc.asyncProperty(cases, async (one) => {
      await tell(one);
      if (shape() !== innate) throw new Error("a prototype has other members than before");
      done++;
    });
    const {
      failed,
      counterexample,
      errorInstance,
      seed: used,
      counterexamplePath,
    } = await fc.check(property, { seed, numRuns });
    if (failed) {
      const again = `FUZZ_SEED=${used} FUZZ_RUNS=${allRuns} (path ${counterexamplePath})`;
      const found = fc.stringify(counterexample).slice(0, 4_000);
      const error = errorInstance as Error | undefined;
      throw new Error(`${name}: ${error?.stack || error?.message}\n${found}\n${again}`);
    }
    expect(done).toBe(numRuns);
  });
  afterAll(() => console.log(`fuzz: ${done} of ${numRuns} cases "${name}", FUZZ_SEED=${seed}`));
}
