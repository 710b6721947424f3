// Knows that Pulumi's own check of package schemas takes ours, and finds what is wrong with another.
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { workspace } from "../support/workspace.ts";

describe("pulumi schema check", () => {
  it("has neither an error nor a warning for the schema of the package", async () => {
    const text = await readFile("dist/schema.json", "utf8");
    const flawed = text.replace('"#/types/hydra:index:OAuth2ClientSecretRotation"', '"#/types/hydra:index:Nothing"');
    await using stack = await workspace({ files: { "index.js": "", "flawed.json": flawed } });
    const { code, stdout, stderr } = await stack.run("schema", "check", resolve("dist/schema.json"));
    expect([code, stdout + stderr]).toEqual([0, ""]);
    const found = await stack.run("schema", "check", join(stack.folder, "flawed.json"));
    expect([found.code, /type hydra:index:Nothing not found/.test(found.stderr)]).toEqual([1, true]);
  });
});
