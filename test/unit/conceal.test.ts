// Knows how servers repeat what they were sent, and that nobody reads a secret there.

import { describe, expect, it } from "vitest";
import { conceal } from "../../provider/hydra/conceal.ts";

const secret = 'se+cret/ "ä"?&\n=';
const around = (text: string) => `before ${text} after`;

describe("a secret in a message", () => {
  it.each<[string, string]>([
    ["as it is", secret],
    ["as a JSON text", JSON.stringify(secret).slice(1, -1)],
    ["in a URL", encodeURIComponent(secret)],
    ["in a form", new URLSearchParams({ s: secret }).toString().slice(2)],
    ["in base64", Buffer.from(secret).toString("base64")],
    ["in base64url", Buffer.from(secret).toString("base64url")],
  ])("is replaced %s", (_, spelled) => {
    expect(conceal(around(spelled), [secret])).toBe("before [secret] after");
  });

  it.each([0, 1, 2, 3, 4])("is replaced inside the base64 of another text, %d letters in", (offset) => {
    const text = `${"x".repeat(offset)}${"a long enough secret"}:more`;
    const hidden = conceal(Buffer.from(text).toString("base64"), ["a long enough secret"]);
    expect(hidden).toContain("[secret]");
    expect(Buffer.from(hidden.replaceAll(/\[secret\]/g, ""), "base64").toString("latin1")).not.toContain("enough");
  });

  it("is replaced whole where another one is a part of it", () => {
    expect(conceal("abcdef-ghi abcdef", ["abcdef", "abcdef-ghi"])).toBe("[secret] [secret]");
  });

  it.each<[string, (text: string) => string]>([
    ["as it is", (text) => text],
    ["as a JSON text", (text) => JSON.stringify(text).slice(1, -1)],
    ["in a URL", encodeURIComponent],
    ["in base64", (text) => Buffer.from(text).toString("base64")],
    ["in the base64 of another text", (text) => Buffer.from(`x${text}`).toString("base64")],
  ])("ends the text where it is very long and begins %s, cut off or not", (_, spell) => {
    const long = `${'ä"b'.repeat(2_000)}`;
    expect(conceal(around(spell(long).slice(0, 6_000)), [long])).toMatch(/^before .{0,2}\[secret\]$/);
  });

  it("is replaced where its blanks have become one, and is no reason to replace anything where it is blank itself", () => {
    expect(conceal(around("ab cd"), ["ab \n  cd", "        "])).toBe("before [secret] after");
  });

  it("takes no longer to hide than its size explains", () => {
    const huge = [
      "ä".repeat(5_000_000),
      ...Array.from({ length: 10_000 }, (_, index) => `a secret of number ${index}`),
    ];
    const before = process.cpuUsage();
    conceal("x".repeat(65_536), huge);
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });

  it("is left when it is shorter than any secret: nothing could be read without it", () => {
    expect(conceal("use https here", ["https", "e", ""])).toBe("use https here");
  });
});
