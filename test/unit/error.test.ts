// Knows what counts as absence: Hydra's own word, and nothing like it.

import { describe, expect, it } from "vitest";
import { codeOfAnswer } from "../../provider/hydra/error.ts";

describe("a 404", () => {
  it("is absence where it is Hydra's: an error, and a description that is empty", () => {
    const hydra = { error: "Unable to locate the resource", error_description: "" };
    expect(codeOfAnswer(404, hydra)).toBe("gone");
  });

  it.each([
    [{ error: "not_found", error_description: "No such client" }],
    [{ error: "Not Found", error_description: null }],
    [{ error: "Not Found" }],
    [{ error: { code: 404 }, error_description: "" }],
    [{ error_description: "" }],
    [undefined],
    [null],
    [""],
    [[]],
  ])("is no absence where it may be another's: %j", (json) => {
    expect(codeOfAnswer(404, json)).toBe("not-hydra");
  });

  it("alone says so: no other status means absence", () => {
    const hydra = { error: "Unable to locate the resource", error_description: "" };
    const found = [400, 401, 403, 405, 409, 410, 451, 500].map((status) => codeOfAnswer(status, hydra));
    expect(found).not.toContain("gone");
  });
});
