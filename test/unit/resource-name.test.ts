// Knows how resources of an adopted estate are named.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Nameable, resourceNames } from "../../provider/cli/resource-name.ts";

const client = (key: string, ...words: (string | undefined)[]): Nameable => ({ kind: "client", key, words });

const long = "x".repeat(80);

describe("names of resources", () => {
  it("are what people call the things, as identifiers allow it", () => {
    const words = ["Web", "Café Zoë (EU)", "  a::b  ", "1password", "Hydra", "null", "🦀", "日本語", "ﬁne", long];
    expect(resourceNames(words.map((word) => client(word, word)))).toEqual([
      ...["web", "cafe-zoe-eu", "a-b", "client-1password", "client-hydra", "client-null"],
      // What has no letter that identifiers allow is told apart by its key.
      ...["client-7224c588fa988754", "client-77710aedc74ecfa3", "fine", "x".repeat(50)],
    ]);
  });

  it("say more while others have the same name", () => {
    const names = resourceNames([
      client("1", "Web", "shop", "a1"),
      client("2", "web", "team", "b2"),
      client("3", "WEB", "team", "c3"),
      client("4", "Web", undefined, "d4"),
      client("5", "Batch", "shop", "e5"),
    ]);
    expect(names).toEqual(["web-shop", "web-team-b2", "web-team-c3", "web-d4", "batch"]);
  });

  it("differ in more than dashes", () => {
    expect(resourceNames([client("1", "web-1", "a"), client("2", "web1", "b")])).toEqual(["web-1-a", "web1-b"]);
  });

  it("are one for each, and the same in whatever order an estate is read", () => {
    const word = fc.option(fc.constantFrom("Web", "web", "a", "a b", "b", "", "1", "é", "client", "hydra"), {
      nil: undefined,
    });
    const estate = fc.uniqueArray(fc.tuple(fc.string(), word, word, word), { selector: ([key]) => key, maxLength: 40 });
    fc.assert(
      fc.property(estate, (items) => {
        const all = items.map(([key, ...words]) => client(key, ...words));
        const names = resourceNames(all);
        expect(new Set(names.map((name) => name.replaceAll("-", ""))).size).toBe(all.length);
        expect(names.filter((name) => !/^[a-z][a-z0-9-]*$/.test(name))).toEqual([]);
        expect(resourceNames(all.toReversed())).toEqual(names.toReversed());
      }),
    );
  });
});
