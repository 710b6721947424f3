// Knows how JSON is read and written back: numbers that JavaScript cannot hold, depth, and what is none.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exact, parseJson } from "../../provider/hydra/json.ts";

/** Read, then written back. */
const again = (text: string) => JSON.stringify(exact(parseJson(text) as object));

describe("a number", () => {
  const odd = [
    "9007199254740993",
    "1e400",
    "-1e400",
    "0.1e-400",
    "-0",
    "-0.0",
    "1.0",
    "1E2",
    "1e+3",
    `${"9".repeat(400)}`,
  ];
  it.each([...odd, "0.1234567890123456789012345", "12345678901234567890123456789", "0", "-1", "1.5", "100"])(
    "is written back as it was read: %s",
    (number) => {
      for (const text of [`{"metadata":{"a":${number}}}`, `[${number},{"b":[[${number}]]}]`])
        expect(again(text)).toBe(text);
    },
  );

  it("is plain where it is read: a number, or its text where no number of JavaScript is that large", () => {
    const text = '{"a":9007199254740993,"b":1e400,"c":0.1e-400,"d":[-1e999],"e":1.0}';
    expect(parseJson(text)).toEqual({ a: 9007199254740992, b: "1e400", c: 0, d: ["-1e999"], e: 1 });
    const long = "9".repeat(400);
    expect(parseJson(`[${long}]`)).toEqual([long]);
  });

  it("inside of a text is a text", () => {
    const text = '{"a":"1e400, 9007199254740993","b":": 1e400"}';
    expect([parseJson(text), again(text)]).toEqual([JSON.parse(text), text]);
  });

  it("of any spelling is written back as it was read, and never read as infinite", () => {
    const digits = (max: number) => fc.stringMatching(new RegExp(`^(0|[1-9][0-9]{0,${max}})$`));
    const number = fc
      .tuple(
        fc.boolean(),
        digits(330),
        fc.option(fc.stringMatching(/^[0-9]{1,30}$/)),
        fc.option(fc.tuple(fc.constantFrom("e", "E", "e+", "e-"), digits(3))),
      )
      .map(
        ([minus, whole, part, power]) =>
          `${minus ? "-" : ""}${whole}${part === null ? "" : `.${part}`}${power?.join("") ?? ""}`,
      );
    fc.assert(
      fc.property(number, fc.constantFrom('{"a":%}', "[[%]]", '{"a":[1,%,2]}'), (written, around) => {
        const text = around.replace("%", written);
        expect(again(text)).toBe(text);
        expect(JSON.stringify(parseJson(text))).not.toContain("null");
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("JSON", () => {
  it("keeps members of every name", () => {
    const text = '{"__proto__":{"a":1.0},"constructor":2}';
    expect(again(text)).toBe(text);
  });

  it("that is none, or nests in more than 128 levels, is nothing", () => {
    const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    expect(["{", "", "<html>", nested(130)].map(parseJson)).toEqual([undefined, undefined, undefined, undefined]);
    expect(parseJson(nested(128))).toBeInstanceOf(Array);
  });

  it("of an object that was made here is as it is", () => {
    const made = { a: 1 };
    expect(exact(made)).toBe(made);
  });

  it("with long numbers is read in a time that its size explains", () => {
    const begin = performance.now();
    for (const text of [
      `[${"9".repeat(308)}${`,${"9".repeat(308)}`.repeat(10_000)}]`,
      `["${"1e1".repeat(1_000_000)}"]`,
    ])
      parseJson(text);
    expect(performance.now() - begin).toBeLessThan(2_000);
  });
});
