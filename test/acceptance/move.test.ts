// Knows how a stack moves from one host to the other, and that Hydra is not touched and nothing secret is lost.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { Workspace } from "../../tools/workspace.mts";
import { startGateway } from "../support/gateway.ts";
import { admin, clientCredentials, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { encrypted, errorsOf, filesHolding, recorded } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");
const trusts = "/admin/trust/grants/jwt-bearer/issuers";

/** Every kind of resource: a generated secret, one that was given, resources below others. */
function fixture() {
  const [given, issuer, secret, set] = [randomUUID(), `idp-${randomUUID()}`, `given-${randomUUID()}`, randomUUID()];
  const key = generateKey();
  const pair = { ...key.publicJwk, ...key.privateKey.export({ format: "jwk" }) };
  const jwk = generateKey().publicJwk;
  const trust = { issuer, subject: "alice", jwk, expiresAt: "2099-01-31T00:00:00Z" };
  const statements = (clientName: string) => [
    `const web = new hydra.OAuth2Client("web", { clientName: "${clientName}", grantTypes: ["client_credentials"], metadata: { team: "a" }, keepRegistrationToken: true });`,
    `new hydra.OAuth2Client("given", { clientId: "${given}", clientSecret: process.env.GIVEN, owner: pulumi.secret("me"), implicitGrantIdTokenLifespan: "90m" });`,
    'new hydra.ClientLifespans("web", { clientId: web.clientId, refreshTokenGrantIdTokenLifespan: "2h" }, { parent: web });',
    'const group = new pulumi.ComponentResource("my:index:Group", "group");',
    `new hydra.TrustedJwtIssuer("idp", ${json(trust)}, { parent: group });`,
    `new hydra.JsonWebKey("signing", { set: "${set}", alg: "ES256" });`,
    `new hydra.JsonWebKey("own", { set: "${set}", privateKey: JSON.parse(process.env.KEY) });`,
    'new hydra.Revocation("leak", { clientId: web.clientId, triggers: { incident: 1 } });',
    "const { clientId, clientSecret, registrationAccessToken, registrationClientUri } = web;",
    "module.exports = { clientId, clientSecret, registrationAccessToken, registrationClientUri };",
  ];
  return { given, issuer, secret, set, pair, statements };
}

const all = (operation: string) => ({
  "OAuth2Client web": operation,
  "OAuth2Client given": operation,
  "ClientLifespans web": operation,
  "Group group": "same",
  "TrustedJwtIssuer idp": operation,
  "Revocation leak": operation,
  "JsonWebKey signing": operation,
  "JsonWebKey own": operation,
});

/** Everything that the stack made, as Hydra has it. */
async function onServer(stack: Workspace, { given, issuer, set }: ReturnType<typeof fixture>): Promise<unknown[]> {
  const { clientId } = await stack.outputs();
  const ofTrusts = `${trusts}?issuer=${issuer}`;
  const paths = [`/admin/clients/${clientId}`, `/admin/clients/${given}`, ofTrusts, `/admin/keys/${set}`];
  return Promise.all(paths.map((path) => admin.get(path)));
}

/** What is recorded of each resource; the text that the dynamic host needs is not part of it. */
async function outputsIn(stack: Workspace): Promise<Record<string, Record<string, unknown>>> {
  const entries = Object.entries(await recorded(stack)).map(([name, { outputs }]) => {
    // After a write Hydra says another time than when it made the client.
    const { __provider: _, updatedAt: __, ...rest } = outputs;
    return [name, rest] as const;
  });
  return Object.fromEntries(entries);
}

const hosts = {
  "the dynamic host": { write: program, type: "pulumi-nodejs:dynamic/hydra", first: "update" },
  "the plugin": { write: pluginProgram, type: "hydra:index", first: "same" },
} as const;

describe.each([
  ["the dynamic host", "the plugin"],
  ["the plugin", "the dynamic host"],
] as const)("a stack that moves from %s to %s", (from, to) => {
  it("keeps every object and every secret, and Hydra hears of nothing but reads", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    const made = fixture();
    const { given, issuer, secret, pair, statements } = made;
    await using stack = await workspace({
      files: hosts[from].write(...statements("Web")),
      config: { "hydra:adminUrl": gateway.url },
      path: [plugin],
      env: { GIVEN: secret, KEY: json(pair) },
    });
    expect(errorsOf(await stack.up())).toEqual([]);
    const [before, outputs, state] = [await onServer(stack, made), await stack.outputs(), await outputsIn(stack)];
    gateway.received.length = 0;

    await stack.write(hosts[to].write(...statements("Web")));
    const preview = await stack.preview("--diff");
    expect([preview.operations, preview.diagnostics]).toEqual([all(hosts[to].first), []]);
    const moved = await stack.up();
    expect([moved.operations, moved.diagnostics]).toEqual([all(hosts[to].first), []]);
    const again = await stack.up();
    expect([again.operations, again.diagnostics]).toEqual([all("same"), []]);
    const refreshed = await stack.refresh();
    expect([refreshed.operations, refreshed.diagnostics]).toEqual([all("same"), []]);

    expect(gateway.received.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(await onServer(stack, made)).toEqual(before);
    expect(await stack.outputs()).toEqual(outputs);
    expect(await outputsIn(stack)).toEqual(state);
    const resources = Object.values(await recorded(stack));
    expect(resources).toHaveLength(Object.keys(all("same")).length - 1);
    expect(resources.every(({ urn }) => urn.includes(hosts[to].type) && !urn.includes(hosts[from].type))).toBe(true);
    expect(state["OAuth2Client web"]).toMatchObject({ clientSecret: encrypted, registrationAccessToken: encrypted });
    expect(state["OAuth2Client given"]).toMatchObject({ clientSecret: encrypted, owner: encrypted });
    const client = { id: String(outputs.clientId), secret: String(outputs.clientSecret) };
    expect((await clientCredentials(client)).status).toBe(200);
    for (const text of [secret, client.secret, String(outputs.registrationAccessToken), String(pair.d)]) {
      expect(await filesHolding(stack, text)).toEqual([]);
    }

    // From here on it is a stack like any other.
    await stack.write(hosts[to].write(...statements("Shop")));
    expect((await stack.up()).operations).toEqual({ ...all("same"), "OAuth2Client web": "update" });
    expect((await admin.get(`/admin/clients/${client.id}`)).body.client_name).toBe("Shop");
    expect((await stack.destroy()).code).toBe(0);
    expect((await admin.get(`/admin/clients/${given}`)).status).toBe(404);
    expect((await admin.get(`${trusts}?issuer=${issuer}`)).body).toEqual({ list: [] });
  });
});

describe("one program on both hosts", () => {
  const both = (...lines: string[]) => ({
    "index.js": ['const [dynamic, plugin] = [require("pulumi-hydra"), require("pulumi-hydra/plugin")];', ...lines].join(
      "\n",
    ),
  });

  it("moves a resource to an explicit provider, and refuses to have it twice", async () => {
    const id = randomUUID();
    const eu = `const eu = new plugin.Provider("eu", { adminUrl: "${hydra.adminUrl}" });`;
    const onDynamic = `new dynamic.OAuth2Client("web", { clientId: "${id}" });`;
    const onPlugin = `new plugin.OAuth2Client("web", { clientId: "${id}" }, { provider: eu });`;
    await using stack = await workspace({
      files: both(eu, onDynamic, 'new plugin.OAuth2Client("api", {}, { provider: eu });'),
      config: { "hydra:adminUrl": hydra.adminUrl },
      path: [plugin],
    });
    const made = { "hydra eu": "create", "OAuth2Client web": "create", "OAuth2Client api": "create" };
    expect((await stack.up()).operations).toEqual(made);
    const before = await admin.get(`/admin/clients/${id}`);

    await stack.write(both(eu, onPlugin, onDynamic));
    const refused = await stack.preview();
    expect([refused.code === 0, errorsOf(refused).join()]).toEqual([
      false,
      expect.stringMatching(/Duplicate resource/),
    ]);
    await stack.write(both(eu, onPlugin));
    expect((await stack.up()).operations).toEqual({
      "hydra eu": "same",
      "OAuth2Client web": "same",
      "OAuth2Client api": "delete",
    });
    expect(await admin.get(`/admin/clients/${id}`)).toEqual(before);
    await stack.destroy();
  });
});

it("tells a client's id in the preview of an edit on the dynamic host, so that nothing seems to be replaced", async () => {
  const declare = (clientName: string) =>
    program(
      `const web = new hydra.OAuth2Client("web", { clientName: "${clientName}" });`,
      'new hydra.ClientLifespans("web", { clientId: web.clientId, implicitGrantIdTokenLifespan: "2h" });',
    );
  await using stack = await workspace({ files: declare("Web"), config: { "hydra:adminUrl": hydra.adminUrl } });
  await stack.up();
  await stack.write(declare("Shop"));
  expect((await stack.preview()).operations).toEqual({ "OAuth2Client web": "update", "ClientLifespans web": "same" });
  await stack.destroy();
});
