// Ties docs/troubleshooting.md to the source: each message has its row, and each row its message.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Message, messages } from "../support/message.ts";

const page = "docs/troubleshooting.md";

/** What Pulumi says, and people ask us about. */
const foreign = [
  "no resource plugin 'pulumi-resource-hydra' found",
  "method GenerateProgram not implemented",
  "no name for provider",
  "cannot be deleted because it is protected",
];

/** The excerpts in the first column of the page's tables. */
const excerpts = [...readFileSync(page, "utf8").matchAll(/^\| `([^`]+)` \|/gm)].map(([, excerpt = ""]) => excerpt);

const said = messages("provider", "sdk");

/** An excerpt says enough with this many letters, or with all that a shorter message has. */
const enough = 10;

/** Whether an excerpt's words between its `…` all stand in a message, and are no more common than they need to be. */
function shows(excerpt: string, { parts }: Message): boolean {
  const words = excerpt.split("…").map((text) => text.trim());
  const length = (texts: readonly string[]) => texts.join("").replace(/[^a-z]/gi, "").length;
  return (
    length(words) >= Math.min(enough, length(parts)) && words.every((text) => parts.some((part) => part.includes(text)))
  );
}

describe("the page on troubleshooting", () => {
  it("has a row for every message that the source can say", () => {
    expect(said.length).toBeGreaterThan(60);
    const silent = said.filter((message) => !excerpts.some((excerpt) => shows(excerpt, message)));
    expect(silent.map(({ place, parts }) => `${place} has no row in ${page}: ${parts.join("…")}`)).toEqual([]);
  });

  it("has no row for a message that nothing says", () => {
    const stale = excerpts.filter(
      (excerpt) => !foreign.includes(excerpt) && !said.some((message) => shows(excerpt, message)),
    );
    expect(stale).toEqual([]);
  });

  it("has one row for each message", () => {
    expect(excerpts.filter((excerpt, index) => excerpts.indexOf(excerpt) !== index)).toEqual([]);
  });
});
