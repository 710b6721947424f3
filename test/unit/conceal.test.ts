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

  it("is left when it is shorter than any secret: nothing could be read without it", () => {
    expect(conceal("use https here", ["https", "e", ""])).toBe("use https here");
  });
});
