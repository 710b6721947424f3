// Every field of a client, changed behind Pulumi's back in every way there is: seen on its property, and put back.

import { writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { snakeCase } from "../../provider/hydra/naming.ts";
import type { Values } from "../../provider/lifecycle/value.ts";
import { clientLifespans } from "../../provider/resources/client-lifespans/definition.ts";
import { lifespanNames } from "../../provider/resources/field/lifespan.ts";
import { oauth2Client } from "../../provider/resources/oauth2-client/definition.ts";
import { admin, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { sectorRedirectUris } from "../support/sector-document.ts";
import { create, destroy, type Held, preview, refresh, up } from "./engine.ts";
import { type Abilities, change, clientPath, probe, rawGet } from "./server.ts";

let abilities: Abilities;
beforeAll(async () => {
  abilities = await probe();
});
const key = (kid: string) => ({ keys: [generateKey("ES256", kid).publicJwk] });

/** Two values of each field that does not take any text. */
const samples: Readonly<Record<string, readonly [unknown, unknown]>> = {
  contacts: [["a@a.example"], ["b@a.example", "a@a.example"]],
  metadata: [{ team: "a", list: [1, { deep: null }] }, { team: "b" }],
  grantTypes: [["client_credentials"], ["refresh_token", "client_credentials"]],
  responseTypes: [["code"], ["code", "id_token"]],
  audience: [["https://api.example"], ["https://other.example"]],
  redirectUris: [["https://a.example/1"], ["https://a.example/2", "https://a.example/1"]],
  postLogoutRedirectUris: [["https://a.example/out"], ["https://a.example/away"]],
  allowedCorsOrigins: [["https://a.example"], ["https://b.example"]],
  requestUris: [["https://a.example/r"], ["https://b.example/r"]],
  clientUri: ["https://a.example", "https://b.example"],
  logoUri: ["https://a.example/l", "https://b.example/l"],
  policyUri: ["https://a.example/p", "https://b.example/p"],
  tosUri: ["https://a.example/t", "https://b.example/t"],
  jwksUri: ["https://a.example/jwks", "https://b.example/jwks"],
  jwks: [key("one"), key("other")],
  tokenEndpointAuthMethod: ["client_secret_post", "none"],
  tokenEndpointAuthSigningAlg: ["RS256", "ES256"],
  requestObjectSigningAlg: ["RS256", "ES256"],
  subjectType: ["pairwise", "public"],
  userinfoSignedResponseAlg: ["RS256", "none"],
  accessTokenStrategy: ["jwt", "opaque"],
  scope: ["read write", "write read"],
  sectorIdentifierUri: [`${hydra.sectorDocuments}/a.json`, `${hydra.sectorDocuments}/b.json`],
};

function samplesOf(name: string): readonly [unknown, unknown] {
  const schema = oauth2Client.inputs.shape[name] as { safeParse(value: unknown): { success: boolean } };
  if (lifespanNames.includes(name)) return ["90m", "2h"];
  return samples[name] ?? (schema.safeParse(true).success ? [true, false] : ["first", "second"]);
}

/** What every client has, so that a field can stand beside what it needs. */
const around = (name: string): Values => {
  if (name === "postLogoutRedirectUris") return { redirectUris: ["https://a.example/1"] };
  return name === "sectorIdentifierUri" ? { redirectUris: sectorRedirectUris } : {};
};

const ways = ["changed", "emptied", "unset", "set"] as const;
type Way = (typeof ways)[number];

function emptyOf(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  return typeof value === "string" ? "" : typeof value === "boolean" ? false : {};
}

/** What is written behind Pulumi's back. */
function written(way: Way, name: string): unknown {
  const [one, other] = samplesOf(name);
  if (way === "set") return one;
  if (way === "changed") return other;
  return way === "unset" || lifespanNames.includes(name) ? null : emptyOf(one);
}

// A switch that was never set is null, and off when it was.
const meaning = (value: unknown) => (value === false ? null : value);

const table = new Map<string, Map<Way, string>>();

async function drift(resource: typeof oauth2Client | typeof clientLifespans, name: string, way: Way): Promise<string> {
  const [one] = samplesOf(name);
  const wire = snakeCase(name);
  const isClient = resource.type === "OAuth2Client";
  const owner = isClient ? undefined : await create(oauth2Client, {});
  const base: Values = isClient ? around(name) : { clientId: owner?.id };
  const program = way === "set" ? base : { ...base, [name]: one };
  const made = await create(resource, program);
  const before = await rawGet(clientPath(made.id));
  await change(made.id, { [wire]: written(way, name) });
  const drifted = await rawGet(clientPath(made.id));
  try {
    if (isDeepStrictEqual(drifted[wire], before[wire])) return "the server keeps the value";
    const read = (await refresh(resource, made)) as Held;
    const foreign = way === "set" && isClient && lifespanNames.includes(name);
    expect(preview(resource, program, read).changed).toStrictEqual(foreign ? [] : [name]);
    const repaired = await up(resource, program, read);
    const after = await rawGet(clientPath(made.id));
    expect(meaning(after[wire])).toStrictEqual(meaning(foreign ? drifted[wire] : before[wire]));
    expect(preview(resource, program, (await refresh(resource, repaired)) as Held).changed).toStrictEqual([]);
    return foreign ? "unmanaged, unchanged" : "reported, reverted";
  } finally {
    await destroy(oauth2Client, owner ?? made);
  }
}

const clientFields = Object.keys(oauth2Client.inputs.shape).filter(
  (name) => !oauth2Client.fields[name]?.local && !["clientId", "clientSecret"].includes(name),
);

for (const resource of [oauth2Client, clientLifespans] as const) {
  const names = resource.type === "OAuth2Client" ? clientFields : lifespanNames;
  describe(`drift of ${resource.type}`, () => {
    it.concurrent.for(names)("is seen and put back on %s", async (name, context) => {
      if (name === "sectorIdentifierUri" && !hydra.sectorDocuments) {
        return context.skip("a Hydra that runs already does not trust the certificate of the document that it fetches");
      }
      if (oauth2Client.fields[name]?.since === "v25.4.0" && !abilities.deviceLifespans) {
        return context.skip("this server does not have the field: it came with v25.4.0");
      }
      if (name === "subjectType" && !abilities.pairwise) return context.skip("this server allows no pairwise subjects");
      const cells = new Map<Way, string>();
      table.set(`${resource.type}.${name}`, cells);
      for (const way of ways) cells.set(way, await drift(resource, name, way));
      expect(new Set(cells.values())).not.toStrictEqual(new Set(["the server keeps the value"]));
    });
  });
}

afterAll(async () => {
  const { body } = await admin.get("/version");
  const rows = [...table].map(([name, cells]) => `| ${name} | ${ways.map((way) => cells.get(way)).join(" | ")} |`);
  const text = [
    `Hydra ${String(body.version)}`,
    "",
    `| field | ${ways.join(" | ")} |`,
    "|---|---|---|---|---|",
    ...rows.sort(),
  ];
  if (process.env.DRIFT_TABLE) writeFileSync(process.env.DRIFT_TABLE, `${text.join("\n")}\n`);
  else
    console.log(
      `drift: ${table.size} fields in ${ways.length} ways on Hydra ${String(body.version)} at ${hydra.adminUrl}`,
    );
});
