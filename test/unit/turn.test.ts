// Knows that no more goes on at once than may, and that nobody who waits is forgotten.
import { describe, expect, it } from "vitest";
import { createTurns } from "../../provider/hydra/turn.ts";

describe("turns", () => {
  it("are given to so many at once, then in the order of asking", async () => {
    const turn = createTurns(2);
    let [now, most] = [0, 0];
    const done: number[] = [];
    const work = async (name: number) => {
      const leave = await turn(undefined);
      most = Math.max(most, ++now);
      await Promise.resolve();
      done.push(name);
      now--;
      leave();
    };
    await Promise.all([1, 2, 3, 4, 5].map(work));
    expect([most, done]).toEqual([2, [1, 2, 3, 4, 5]]);
  });

  it("pass over who has stopped waiting", async () => {
    const turn = createTurns(1);
    const leave = await turn(undefined);
    const stop = new AbortController();
    const [second, third] = [turn(stop.signal), turn(undefined)];
    stop.abort("stopped");
    await expect(second).rejects.toBe("stopped");
    leave();
    (await third)();
    await expect(turn(stop.signal)).rejects.toBe("stopped");
    (await turn(undefined))();
  });
});
