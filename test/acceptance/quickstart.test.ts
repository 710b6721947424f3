// Knows the life of a stack of examples/quickstart: up, up again, an edit, destroy, and what Hydra does with what it makes.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { example } from "../../tools/example.mts";
import type { Workspace } from "../../tools/workspace.mts";
import { admin, clientCredentials, hydra, jwtBearer, type TokenClient, tokenUrl } from "../support/hydra.ts";
import { generateKey, signJwt } from "../support/key.ts";
import { quickstart, quickstartOutputs } from "../support/quickstart.ts";

const key = generateKey();
const claims = { iss: "https://ci.example", sub: "deploy", aud: tokenUrl };

let stack: Workspace;
let web: string;
let machine: Required<Pick<TokenClient, "id" | "secret">>;

beforeAll(async () => {
  stack = await quickstart(key);
});

afterAll(() => stack[Symbol.asyncDispose]());

// One stack, whose life the tests follow in order.
describe("examples/quickstart", () => {
  it("creates two clients, the machine's lifespans and a trust", async () => {
    const { code, operations } = await stack.up();
    expect({ code, operations }).toEqual({ code: 0, operations: all("create") });
    const outputs = await quickstartOutputs(stack);
    web = outputs.webClientId;
    machine = { id: outputs.machineClientId, secret: outputs.machineClientSecret };

    expect((await admin.get(`/admin/clients/${web}`)).body).toMatchObject({
      client_name: "Shop",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      scope: "openid offline_access",
      redirect_uris: ["http://127.0.0.1:5555/callback"],
      post_logout_redirect_uris: ["http://127.0.0.1:5555/"],
      metadata: { team: "shop" },
    });
    expect((await admin.get(`/admin/clients/${machine.id}`)).body).toMatchObject({
      client_name: "Nightly report",
      token_endpoint_auth_method: "client_secret_basic",
      grant_types: ["client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
      scope: "orders.read",
      client_credentials_grant_access_token_lifespan: "10m0s",
      jwt_bearer_grant_access_token_lifespan: null,
    });
    expect(await trusts()).toEqual([
      {
        id: expect.any(String),
        issuer: "https://ci.example",
        subject: "deploy",
        allow_any_subject: false,
        scope: ["orders.read"],
        public_key: { set: "https://ci.example", kid: key.kid },
        created_at: expect.any(String),
        expires_at: "2036-01-01T00:00:00Z",
      },
    ]);
  });

  it("keeps the machine's secret encrypted in the state", async () => {
    expect(await stack.exportStack()).not.toContain(machine.secret);
  });

  it("gives the machine a token that expires after the declared ten minutes", async () => {
    const { status, body } = await clientCredentials(machine);
    expect(status).toBe(200);
    // A second may pass between the moment Hydra fixes the end and the moment it counts what is left.
    expect(body.expires_in).toBeOneOf([599, 600]);
  });

  it("gives a token for what the trusted issuer signed", async () => {
    const { status, body } = await jwtBearer(machine, signJwt(key, claims), { scope: "orders.read" });
    expect(status).toBe(200);
    expect(await introspect(body.access_token)).toMatchObject({
      active: true,
      client_id: machine.id,
      sub: "deploy",
      scope: "orders.read",
    });
  });

  it("gives no token for what another key signed, or for another subject", async () => {
    const stranger = generateKey("ES256", key.kid);
    for (const assertion of [signJwt(stranger, claims), signJwt(key, { ...claims, sub: "root" })]) {
      const { status, body } = await jwtBearer(machine, assertion, { scope: "orders.read" });
      expect({ status, error: body.error }).toEqual({ status: 400, error: "invalid_grant" });
    }
  });

  it("has nothing to do on a second up", async () => {
    const { code, operations } = await stack.up();
    expect({ code, operations }).toEqual({ code: 0, operations: all("same") });
  });

  it("updates in place the one client whose field is edited", async () => {
    const { body: before } = await admin.get(`/admin/clients/${web}`);
    const { "index.ts": program = "" } = await example("quickstart");
    await stack.write({ "index.ts": program.replace('team: "shop"', 'team: "shop", tier: 1') });

    const { code, operations } = await stack.up();
    expect({ code, operations }).toEqual({ code: 0, operations: { ...all("same"), "OAuth2Client web": "update" } });
    const { body: after } = await admin.get(`/admin/clients/${web}`);
    expect(after).toEqual({ ...before, metadata: { team: "shop", tier: 1 }, updated_at: after.updated_at });
  });

  it("leaves nothing behind", async () => {
    const { code, operations } = await stack.destroy();
    expect({ code, operations }).toEqual({ code: 0, operations: all("delete") });
    expect((await admin.get(`/admin/clients/${web}`)).status).toBe(404);
    expect((await admin.get(`/admin/clients/${machine.id}`)).status).toBe(404);
    expect(await trusts()).toEqual([]);
    const { status, body } = await clientCredentials(machine);
    expect({ status, error: body.error }).toEqual({ status: 401, error: "invalid_client" });
  });
});

function all(operation: string): Record<string, string> {
  const resources = ["OAuth2Client web", "OAuth2Client machine", "ClientLifespans machine", "TrustedJwtIssuer ci"];
  return Object.fromEntries(resources.map((resource) => [resource, operation]));
}

/** The trusts in this test's key; the server may hold others. */
async function trusts(): Promise<unknown[]> {
  const { body } = await admin.get("/admin/trust/grants/jwt-bearer/issuers?issuer=https%3A%2F%2Fci.example");
  const list = z.array(z.looseObject({ public_key: z.object({ kid: z.string(), set: z.string() }) })).parse(body.list);
  return list.filter((trust) => trust.public_key.kid === key.kid);
}

async function introspect(token: unknown): Promise<unknown> {
  const body = new URLSearchParams({ token: String(token) });
  return (await fetch(`${hydra.adminUrl}/admin/oauth2/introspect`, { method: "POST", body })).json();
}
