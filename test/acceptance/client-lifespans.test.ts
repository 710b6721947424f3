// Knows how a ClientLifespans lives through the Pulumi CLI; what the server then has is read from it directly.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { clientLifespans } from "../../provider/resources/client-lifespans/definition.ts";
import { admin, clientCredentials, hydra } from "../support/hydra.ts";
import { json, program } from "../support/program.ts";
import { errorsOf, recorded, stepsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const config = { "hydra:adminUrl": hydra.adminUrl };

const names = [
  "authorizationCodeGrantAccessTokenLifespan",
  "authorizationCodeGrantIdTokenLifespan",
  "authorizationCodeGrantRefreshTokenLifespan",
  "clientCredentialsGrantAccessTokenLifespan",
  "implicitGrantAccessTokenLifespan",
  "implicitGrantIdTokenLifespan",
  "jwtBearerGrantAccessTokenLifespan",
  "refreshTokenGrantAccessTokenLifespan",
  "refreshTokenGrantIdTokenLifespan",
  "refreshTokenGrantRefreshTokenLifespan",
];

const deviceNames = [
  "deviceAuthorizationGrantAccessTokenLifespan",
  "deviceAuthorizationGrantIdTokenLifespan",
  "deviceAuthorizationGrantRefreshTokenLifespan",
];

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const each = (value: (index: number) => unknown) =>
  Object.fromEntries(names.map((name, index) => [name, value(index)]));
const inHydra = (values: object) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [snakeCase(name), value]));
const none = inHydra(each(() => null));

async function newClient(client: object = {}): Promise<string> {
  const { body } = await admin.post("/admin/clients", client);
  return String(body.client_id);
}

const live = async (id: string) => (await admin.get(`/admin/clients/${id}`)).body;

async function lifespansOf(id: string): Promise<Record<string, unknown>> {
  const client = await live(id);
  return Object.fromEntries(Object.keys(none).map((name) => [name, client[name]]));
}

const problem = (text: string) =>
  `ClientLifespans web: pulumi-nodejs:dynamic/hydra:ClientLifespans resource 'web' has a problem: ${text}`;

const declare = (args: object) => program(`new hydra.ClientLifespans("web", ${json(args)});`);

describe("ClientLifespans", () => {
  it("knows every lifespan that this test knows, and no other", () => {
    expect([...names, ...deviceNames, "clientId", "connection"].sort()).toEqual(
      Object.keys(clientLifespans.inputs.shape).sort(),
    );
  });

  it("sets, changes and clears each lifespan in place, and nothing else of the client", async () => {
    // A client with jwks_uri is where v2.3.0 refuses to change lifespans alone.
    const id = await newClient({
      client_name: "Web",
      jwks_uri: "https://web.example/keys",
      metadata: { team: "a" },
      client_secret: "a-secret-of-its-own",
      grant_types: ["client_credentials"],
    });
    const before = await live(id);
    const first = each((index) => `${index + 1}h0m0s`);
    await using stack = await workspace({ files: declare({ clientId: id, ...first }), config });
    expect((await stack.up()).operations).toEqual({ "ClientLifespans web": "create" });
    expect(await live(id)).toEqual({ ...before, ...inHydra(first), updated_at: expect.any(String) });
    expect((await stack.up()).operations).toEqual({ "ClientLifespans web": "same" });

    // The same durations, written differently, are no change.
    await stack.write(declare({ clientId: id, ...each((index) => `${(index + 1) * 60}m`) }));
    expect((await stack.up()).operations).toEqual({ "ClientLifespans web": "same" });

    const second = each((index) => `${index}m30s`);
    await stack.write(declare({ clientId: id, ...second, implicitGrantIdTokenLifespan: "0s" }));
    expect((await stack.up()).operations).toEqual({ "ClientLifespans web": "update" });
    expect(await lifespansOf(id)).toEqual({
      ...inHydra(second),
      authorization_code_grant_access_token_lifespan: "30s",
      implicit_grant_id_token_lifespan: "0s",
    });

    const one = { refreshTokenGrantIdTokenLifespan: "1h30m0s" };
    await stack.write(declare({ clientId: id, ...one }));
    expect((await stack.up()).operations).toEqual({ "ClientLifespans web": "update" });
    expect(await lifespansOf(id)).toEqual({ ...none, ...inHydra(one) });

    expect((await stack.destroy()).operations).toEqual({ "ClientLifespans web": "delete" });
    expect(await live(id)).toEqual({ ...before, updated_at: expect.any(String) });
    expect((await clientCredentials({ id, secret: "a-secret-of-its-own" })).status).toBe(200);
  });

  it("is replaced when its clientId changes: the old client's lifespans are cleared", async () => {
    const [first, second] = [await newClient(), await newClient()];
    const one = { implicitGrantIdTokenLifespan: "1h0m0s" };
    await using stack = await workspace({ files: declare({ clientId: first, ...one }), config });
    await stack.up();
    await stack.write(declare({ clientId: second, ...one }));
    const replaced = await stack.up();
    expect(stepsOf(replaced)).toEqual([
      "create-replacement ClientLifespans web",
      "replace ClientLifespans web",
      "delete-replaced ClientLifespans web",
    ]);
    expect([await lifespansOf(first), await lifespansOf(second)]).toEqual([none, { ...none, ...inHydra(one) }]);
  });

  it("lives beside the OAuth2Client of the same program: neither undoes the other", async () => {
    const both = (name: string) =>
      program(
        `const web = new hydra.OAuth2Client("web", ${json({ clientName: name })});`,
        'new hydra.ClientLifespans("web", { clientId: web.clientId, implicitGrantIdTokenLifespan: "1h" });',
        "module.exports = { id: web.id };",
      );
    const bothAre = (op: string) => ({ "OAuth2Client web": op, "ClientLifespans web": op });
    await using stack = await workspace({ files: both("Web"), config });
    expect((await stack.up()).operations).toEqual(bothAre("create"));
    const id = String((await stack.outputs()).id);
    expect(await lifespansOf(id)).toEqual({ ...none, implicit_grant_id_token_lifespan: "1h0m0s" });
    expect((await stack.refresh()).operations).toEqual(bothAre("same"));
    await stack.write(both("Shop"));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "update", "ClientLifespans web": "same" });
    expect(await live(id)).toMatchObject({ client_name: "Shop", implicit_grant_id_token_lifespan: "1h0m0s" });

    await admin.delete(`/admin/clients/${id}`);
    const destroyed = await stack.destroy();
    expect([destroyed.code, errorsOf(destroyed)]).toEqual([0, []]);
    expect(destroyed.operations).toEqual(bothAre("delete"));
  });

  it("shows what was changed outside on refresh and puts it back on up; a client that is gone takes it along", async () => {
    const id = await newClient();
    const args = { clientId: id, implicitGrantIdTokenLifespan: "1h0m0s" };
    await using stack = await workspace({ files: declare(args), config });
    await stack.up();

    const drift = { implicit_grant_id_token_lifespan: "2h0m0s", implicit_grant_access_token_lifespan: "3h0m0s" };
    expect((await admin.put(`/admin/clients/${id}/lifespans`, drift)).status).toBe(200);
    expect((await stack.refresh()).operations).toEqual({ "ClientLifespans web": "update" });
    expect((await recorded(stack))["ClientLifespans web"]?.outputs).toEqual({
      __provider: 'exports.handler = () => require("pulumi-hydra/dynamic/client-lifespans")',
      clientId: id,
      implicitGrantIdTokenLifespan: "2h0m0s",
      implicitGrantAccessTokenLifespan: "3h0m0s",
    });
    expect((await stack.up()).operations).toEqual({ "ClientLifespans web": "update" });
    expect(await lifespansOf(id)).toEqual({ ...none, implicit_grant_id_token_lifespan: "1h0m0s" });

    await admin.delete(`/admin/clients/${id}`);
    expect((await stack.refresh()).operations).toEqual({ "ClientLifespans web": "delete" });
    expect(await recorded(stack)).toEqual({});
    await newClient({ client_id: id });
    expect((await stack.up()).operations).toEqual({ "ClientLifespans web": "create" });
    expect(await lifespansOf(id)).toEqual({ ...none, implicit_grant_id_token_lifespan: "1h0m0s" });
  });

  it("refuses lifespans that it does not name, a missing client, and bad arguments", async () => {
    const id = await newClient({ implicit_grant_id_token_lifespan: "1h0m0s" });
    const args = { clientId: id, implicitGrantAccessTokenLifespan: "2h" };
    await using stack = await workspace({ files: declare(args), config });
    const foreign = await stack.up();
    expect(foreign.operations).toEqual({ "ClientLifespans web": "create failed" });
    expect(errorsOf(foreign)).toEqual([
      `ClientLifespans web: could not create ClientLifespans: the client "${id}" has lifespans that these inputs do not ` +
        "name: implicitGrantIdTokenLifespan; ClientLifespans owns all lifespans of a client; " +
        "if you renamed or moved the resource in the program, give its old name or parent in the option `aliases`; " +
        "if Pulumi is replacing it (`--replace`, `pulumi state taint`), set the option `deleteBeforeReplace: true`; otherwise remove them from the " +
        "OAuth2Client that sets them, then name them here; or clear them first [other-lifespans]",
      "update failed",
    ]);
    expect(await lifespansOf(id)).toEqual({ ...none, implicit_grant_id_token_lifespan: "1h0m0s" });

    const nobody = randomUUID();
    await stack.write(declare({ clientId: nobody }));
    expect(errorsOf(await stack.up())).toEqual([
      `ClientLifespans web: could not create ClientLifespans: clientId: there is no client "${nobody}"; ` +
        "give the id of one that exists, or, if somebody deleted it, run `pulumi refresh` and `pulumi up` [not-found]",
      "update failed",
    ]);

    await stack.write(declare({ implicitGrantIdTokenLifespan: "1d", implicitGrantTokenLifespan: "1h", clientIds: [] }));
    const bad = await stack.preview();
    expect(bad.code).not.toBe(0);
    expect(errorsOf(bad)).toEqual([
      problem("clientId: is required"),
      problem('implicitGrantIdTokenLifespan: must be in hours, because Hydra has no unit for days: write "24h"'),
      problem("clientIds: is not a property of this resource; did you mean clientId?"),
      problem(
        "implicitGrantTokenLifespan: is not a property of this resource; did you mean implicitGrantIdTokenLifespan?",
      ),
    ]);
    expect(await recorded(stack)).toEqual({});
  });
});
