// Ties the package schema to the one of the last release: programs that were written for that one go on.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { breakingChanges, type ComparedSchema, unnamedChanges } from "../support/breaking-change.ts";

const read = (file: string) => JSON.parse(readFileSync(file, "utf8")) as ComparedSchema;
const current = read("schema.json");

/** The schemas of releases: `schema-<version>.json`, written when a version is released. */
const folder = "test/fixture";
const released = readdirSync(folder)
  .filter((name) => /^schema-\d/.test(name))
  .sort(new Intl.Collator("en", { numeric: true }).compare);

type Json = Record<string, unknown>;

/** The schema of today with another value in one place; without the place when there is no value. */
function changed(place: readonly string[], value: unknown): ComparedSchema {
  const copy = structuredClone(current);
  const owner = place.slice(0, -1).reduce((found, name) => found[name] as Json, copy as unknown as Json);
  const name = place.at(-1) ?? "";
  if (value === undefined) delete owner[name];
  else owner[name] = value;
  return copy;
}

describe("the schema of the last release", () => {
  const last = released.at(-1);
  it('is one whose programs go on, or CHANGELOG.md says under "Breaking" what does not', ({ skip }) => {
    skip(last === undefined, "no version was released yet, so there is no schema to hold this one against");
    const changes = breakingChanges(read(join(folder, last ?? "")), current);
    expect(unnamedChanges(changes, readFileSync("CHANGELOG.md", "utf8"))).toEqual([]);
  });
});

describe("a change of the schema", () => {
  const client = ["resources", "hydra:index:OAuth2Client"];
  const clients = ["functions", "hydra:index:getOAuth2Clients"];
  const { required = [] } = current.resources["hydra:index:OAuth2Client"] ?? {};
  const grants = current.types["hydra:index:GrantType"]?.enum ?? [];
  const integer = { type: "integer" };
  const text = { type: "string" };

  const cases: [what: string, place: string[], value: unknown, found: string[]][] = [
    ["nothing", ["name"], "hydra", []],
    ["a new resource", ["resources", "hydra:index:New"], { properties: {} }, []],
    ["a new input", [...client, "inputProperties", "fresh"], text, []],
    ["an output that is always there now", [...client, "required"], [...required, "createdAt"], []],
    ["a new name of a value", ["types", "hydra:index:GrantType", "enum"], [...grants, { value: "x" }], []],
    ["names for a string's values", [...client, "inputProperties", "scope"], { ...text, oneOf: [] }, []],
    ["a lost resource", client, undefined, ["`OAuth2Client` is removed"]],
    ["a lost input", [...client, "inputProperties", "scope"], undefined, ["`OAuth2Client.scope` is removed"]],
    ["a lost output", [...client, "properties", "createdAt"], undefined, ["`OAuth2Client.createdAt` is removed"]],
    [
      "another type",
      [...client, "inputProperties", "contacts", "items"],
      integer,
      ["`OAuth2Client.contacts` has another type"],
    ],
    [
      "an input that is required now",
      [...client, "requiredInputs"],
      ["scope"],
      ["`OAuth2Client.scope` is newly required"],
    ],
    [
      "an output that may be missing now",
      [...client, "required"],
      required.slice(1),
      [`\`OAuth2Client.${required[0]}\` is no longer always there`],
    ],
    [
      "an argument that is required now",
      [...clients, "inputs", "required"],
      ["owner"],
      ["`getOAuth2Clients.owner` is newly required"],
    ],
    [
      "a lost part of a result",
      [...clients, "outputs", "properties", "clients"],
      undefined,
      ["`getOAuth2Clients.clients` is removed"],
    ],
    [
      "another type of a setting",
      ["provider", "inputProperties", "timeout"],
      integer,
      ["`Provider.timeout` has another type"],
    ],
    [
      "a lost name of a value",
      ["types", "hydra:index:GrantType", "enum"],
      grants.slice(1),
      [`\`GrantType.${grants[0]?.value}\` is removed`],
    ],
  ];

  it.each(cases)("is told where it breaks programs: %s", (_, place, value, found) => {
    expect(breakingChanges(current, changed(place, value))).toEqual(found);
  });

  it("is named by its place in the section of the newest version", () => {
    const changes = ["`OAuth2Client.scope` is removed", "`OAuth2Client` is removed"];
    const named = "# Changelog\n\n## 2.0.0\n\n### Breaking\n\n- `OAuth2Client.scope` is gone.\n\n### Added\n";
    const unnamed = ["`OAuth2Client` is removed"];
    expect(unnamedChanges(changes, named)).toEqual(unnamed);
    expect(unnamedChanges(changes, named.replace("Breaking", "Changed"))).toEqual(changes);
    expect(unnamedChanges(changes, `${named}\n## 1.0.0\n\n### Breaking\n\n- \`OAuth2Client\`\n`)).toEqual(unnamed);
  });
});
