// Knows how Go reads durations: by its documentation, and by sums of units that have one meaning only.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDuration } from "../../provider/hydra/duration.ts";

const second = 1_000_000_000n;

describe("a duration", () => {
  it.for([
    ["1h", 3_600n * second],
    ["1h30m", 5_400n * second],
    ["90m", 5_400n * second],
    ["1.5h", 5_400n * second],
    [".5s", second / 2n],
    ["1m0.5s", 60n * second + second / 2n],
    ["100ms", second / 10n],
    ["3\u00b5s", 3_000n],
    ["3\u03bcs", 3_000n],
    ["3us", 3_000n],
    ["7ns", 7n],
    ["0", 0n],
    ["-0", 0n],
    ["-1h", -3_600n * second],
    ["+1h", 3_600n * second],
    ["-9223372036854775808ns", -(2n ** 63n)],
  ] as const)("%s has its length", ([text, nanoseconds]) => {
    expect(parseDuration(text)).toBe(nanoseconds);
  });

  it.for(["", "1", "90", "1d", "1 h", "h", "-", "1h-30m", ".h", "1,5h", "1H", "9223372036854775808ns", "292y", "1e3s"])(
    "%j is none",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it("is the sum of its parts, in any order and grouping", () => {
    const units = { h: 3_600n, m: 60n, s: 1n } as const;
    const part = fc.tuple(fc.bigInt(0n, 10_000n), fc.constantFrom("h", "m", "s"));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const text = parts.map(([count, unit]) => `${count}${unit}`).join("");
        const sum = parts.reduce((total, [count, unit]) => total + count * units[unit as "h" | "m" | "s"] * second, 0n);
        expect(parseDuration(text)).toBe(sum);
      }),
    );
  });
});
