// Ties docs/operations.md to the official client, to our resources and functions, and to the tests that it names.

import { existsSync, readFileSync } from "node:fs";
import { JwkApi, OAuth2Api } from "@ory/hydra-client";
import { describe, expect, it } from "vitest";
import * as registry from "../../provider/registry.ts";

const page = readFileSync("docs/operations.md", "utf8");
const rows = [...page.matchAll(/^\| `(\w+)` \| `(\w+ \S+)` \| (.+) \|$/gm)].map(
  ([, operation = "", request = "", servedBy = ""]) => ({ operation, request, servedBy }),
);

const types = [...registry.resources, ...registry.functions].map(({ type }) => type);

/** Operations that the reference does not have; the page says so below its table. */
const devices = ["acceptUserCodeRequest", "oAuth2DeviceFlow", "performOAuth2DeviceVerificationFlow"];

/** The requests of the official client, by operation: `PUT /admin/clients/{id}`. */
function officialRequests(): Record<string, string> {
  const source = readFileSync("node_modules/@ory/hydra-client/dist/api.js", "utf8");
  const found = source.matchAll(/^ {8}(\w+): \(.*?const localVarPath = `([^`]+)`.*?method: '(\w+)'/gms);
  return Object.fromEntries([...found].map(([, name, path, method]) => [name, `${method} ${path}`]));
}

describe("the page of operations", () => {
  it("has each of the 28, and each of the 7 for keys, once, under the names and requests of the official client", () => {
    const namesOf = ({ prototype }: typeof OAuth2Api | typeof JwkApi) =>
      Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor" && !devices.includes(name));
    const [general, ofKeys] = [namesOf(OAuth2Api), namesOf(JwkApi)];
    expect(rows.map(({ operation }) => operation)).toEqual([...general.sort(), ...ofKeys.sort()]);
    expect([general.length, ofKeys.length]).toEqual([28, 7]);
    const official = officialRequests();
    const differing = rows.filter(({ operation, request }) => plain(official[operation] ?? "") !== plain(request));
    expect(differing).toEqual([]);
  });

  it("names resources, functions and tests that exist, for every operation one at least", () => {
    const servers = rows.map(({ operation, servedBy }) => {
      const named = [...servedBy.matchAll(/`([\w./:-]+)`/g)].map(([, name = ""]) => name);
      return { operation, named: named.filter((name) => types.includes(name) || existsSync(name)) };
    });
    expect(servers.filter(({ named }) => named.length === 0)).toEqual([]);
    const paths = [...page.matchAll(/`(test\/[^`]+)`/g)].map(([, path = ""]) => path);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
    const served = new Set(servers.flatMap(({ named }) => named));
    const unserved = types.filter((type) => !served.has(type));
    expect(unserved, "each stands in the row of an operation that it calls, in docs/operations.md").toEqual([]);
  });

  it("counts them right", () => {
    // The seven for keys stand below these.
    const general = rows.slice(0, 28);
    const served = general.filter(({ servedBy }) => types.some((type) => servedBy.includes(`\`${type}\``)));
    expect([served.length, general.length - served.length]).toEqual([17, 11]);
    expect(page).toContain("call seventeen of them.\nThe other eleven belong to applications");
  });

  it("names for an application's operation tests that run it", () => {
    const support = readFileSync("test/support/hydra.ts", "utf8");
    const silent = rows.flatMap(({ operation, request, servedBy }) =>
      [...servedBy.matchAll(/`(test\/[^`]+)`/g)].flatMap(([, file = ""]) => {
        const test = readFileSync(file, "utf8");
        const source = test.includes("support/hydra.ts") ? test + support : test;
        const calls = [`oauth2.${operation}(`, `\${hydra.publicUrl}${request.split(" ")[1]}\``];
        return calls.some((call) => source.includes(call)) ? [] : [`${file}: ${operation}`];
      }),
    );
    expect(silent).toEqual([]);
  });
});

/** The generated source escapes parameters in its own way. */
function plain(request: string): string {
  return request.replaceAll(/\{\w+\}/g, "{}");
}
