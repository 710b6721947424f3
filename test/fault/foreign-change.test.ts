// Knows what others do to a server and to a state between our operations, and what must then be there.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPlugin } from "../../provider/host/plugin/plugin.ts";
import type { Values } from "../../provider/lifecycle/value.ts";
import { startHydra } from "../../tools/hydra.mts";
import { change, clientPath, rawGet, rawPost, secretWorks, trustPath } from "../property/server.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault.ts";
import { admin, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { startStack } from "./stack.ts";

let proxy: FaultProxy;
beforeAll(async () => {
  proxy = await startFaultProxy(hydra.adminUrl);
});
beforeEach(() => proxy.spoil(undefined));
afterAll(() => proxy[Symbol.asyncDispose]());

const settings = { adminUrl: hydra.adminUrl };
const urnOf = (type: string, name: string) => `urn:pulumi:dev::program::hydra:index:${type}::${name}`;

/** A process of the plugin, for one operation. */
const startPlugin = (adminUrl = hydra.adminUrl) => {
  const plugin = createPlugin(
    () => async () => undefined,
    () => new AbortController().signal,
  );
  plugin.configure({ adminUrl });
  return plugin;
};

describe("a default that this server is configured with", () => {
  it.skipIf(process.env.HYDRA_ADMIN_URL)("comes back, though what Hydra ships with was put in its place", async () => {
    await using own = await startHydra({ settings: { "oidc.dynamic_client_registration.default_scope": ["a", "b"] } });
    const held = startStack("OAuth2Client", { adminUrl: own.adminUrl });
    await held.up({});
    const url = `${own.adminUrl}${clientPath(String(held.recorded()?.id))}`;
    const scope = async () => ((await (await fetch(url)).json()) as Values).scope;
    expect(await scope()).toBe("a b");
    const body = JSON.stringify([{ op: "replace", path: "/scope", value: "offline_access offline openid" }]);
    await fetch(url, { method: "PATCH", headers: { "content-type": "application/json" }, body });
    await held.refresh();
    expect(await held.up({})).toEqual({ did: "update" });
    expect(await scope()).toBe("a b");
    expect(await held.up({})).toEqual({ did: "nothing" });
  });
});

describe("a client secret", () => {
  const watching = { ...settings, publicUrl: hydra.publicUrl, checkSecrets: true };
  const start = async (program: Values) => {
    const held = startStack("OAuth2Client", watching);
    await held.up(program);
    const state = (): Values => held.recorded()?.state ?? {};
    const works = (secret: unknown) =>
      secretWorks(String(state().clientId), String(secret), String(state().tokenEndpointAuthMethod));
    return { held, state, works };
  };

  it("is not found changed when the way to send it is", async () => {
    const { held, state } = await start({});
    await change(String(state().clientId), { token_endpoint_auth_method: "client_secret_post" });
    await held.refresh();
    expect(state()).toMatchObject({ tokenEndpointAuthMethod: "client_secret_post" });
    expect(state()).not.toHaveProperty("__clientSecretChanged");
  });

  it("that was found changed stays so, though nobody asks any more", async () => {
    const { held, state, works } = await start({});
    await change(String(state().clientId), { client_secret: "a stolen secret" });
    await held.refresh();
    held.configure(settings);
    await held.refresh();
    expect(state()).toMatchObject({ __clientSecretChanged: true });
    expect(await held.up({})).toEqual({ did: "update" });
    expect(await works(state().clientSecret)).toBe(true);
  });

  it("that was changed by others and is to be rotated is a new one", async () => {
    const { held, state, works } = await start({ secretRotation: { trigger: "1" } });
    const before = state().clientSecret;
    await change(String(state().clientId), { client_secret: "a stolen secret" });
    await held.refresh();
    expect(await held.up({ secretRotation: { trigger: "2" } })).toEqual({ did: "update" });
    expect([await works(before), await works("a stolen secret"), await works(state().clientSecret)]).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe("lifespans", () => {
  const name = "implicitGrantIdTokenLifespan";

  it.each([{ [name]: "1h" }, {}])("of a resource with a new name outlive the one with the old (%o)", async (old) => {
    const { client_id: clientId } = await rawPost("/admin/clients", {});
    const [inputs, next] = [
      { clientId: String(clientId), ...old },
      { clientId: String(clientId), [name]: "2h" },
    ];
    const { id, properties } = await startPlugin().create({ urn: urnOf("ClientLifespans", "old") }, inputs);
    const plugin = startPlugin();
    const made = await plugin.create({ urn: urnOf("ClientLifespans", "new") }, next);
    await plugin.delete({ urn: urnOf("ClientLifespans", "old") }, id, properties);
    const lifespan = async () => (await rawGet(clientPath(id))).implicit_grant_id_token_lifespan;
    expect(await lifespan()).toBe("2h0m0s");
    await startPlugin().delete({ urn: urnOf("ClientLifespans", "new") }, made.id, made.properties);
    expect(await lifespan()).toBe(null);
  });

  it("that the program before named are nobody's when a refresh compares them, and somebody's after a check", async () => {
    const plugin = startPlugin();
    const [before, now] = [
      { clientId: "web", [name]: "1h" },
      { clientId: "web", [name]: "2h" },
    ];
    const compared = (type: string, inputs: Record<string, string>) =>
      plugin.diff({ urn: urnOf(type, "it") }, "web", before, inputs);
    expect((await compared("ClientLifespans", before)).changed).toEqual([]);
    await plugin.check({ urn: urnOf("OAuth2Client", "it") }, {}, now, new Uint8Array());
    expect((await compared("OAuth2Client", now)).changed).toContain(name);
    await expect(compared("ClientLifespans", before)).rejects.toThrow('the lifespans of client "web" have two owners');
  });

  it("that a client's update may have set are taken back with the next one", async () => {
    const held = startStack("OAuth2Client", { adminUrl: proxy.url, timeout: 1, retries: 0 });
    await held.up({});
    proxy.spoilFirst({ forward: "all", answer: "reset" }, 1, "PATCH");
    expect(await held.up({ [name]: "1h" })).toMatchObject({ outcome: "kept" });
    expect(await held.up({})).toEqual({ did: "update" });
    const live = await rawGet(clientPath(String(held.recorded()?.id)));
    expect(live.implicit_grant_id_token_lifespan).toBe(null);
    expect(await held.up({})).toEqual({ did: "nothing" });
  });
});

describe("a trust whose state", () => {
  const urn = urnOf("TrustedJwtIssuer", "it");
  const expiresAt = "2099-01-31T00:00:00Z";
  const make = async () => {
    const jwk = generateKey().publicJwk;
    const program = { issuer: randomUUID(), subject: "alice", scope: ["read"], jwk, expiresAt };
    const trust = await startPlugin().create({ urn }, program);
    const sibling = await startPlugin().create({ urn: `${urn}s` }, { ...program, subject: "bob" });
    return { program, trust, sibling };
  };
  const subjectsOf = async (issuer: string) => {
    const { body } = await admin.get(`/admin/trust/grants/jwt-bearer/issuers?issuer=${issuer}`);
    return (body.list as Values[]).map(({ subject }) => subject);
  };

  it.each([
    ["lacks the issuer", { issuer: null }],
    ["lacks the key", { jwk: null }],
    ["lacks the kid", { jwk: { kty: "EC" } }],
    ["names another issuer", { issuer: "another" }],
    ["lacks everything", { issuer: null, subject: null, scope: null, jwk: null, expiresAt: null }],
  ])("%s is deleted all the same, and nothing else", async (_, edit) => {
    const { program, trust } = await make();
    await startPlugin().delete({ urn }, trust.id, { ...trust.properties, ...(edit as object) });
    expect((await admin.get(trustPath(trust.id))).status).toBe(404);
    expect(await subjectsOf(program.issuer)).toEqual(["bob"]);
    // Nor is it an error when it is gone.
    await startPlugin().delete({ urn }, trust.id, { ...trust.properties, ...(edit as object) });
    expect(await subjectsOf(program.issuer)).toEqual(["bob"]);
  });

  it("is of another server says nothing about the key on this one", async () => {
    // The first server of all cannot show the key of an issuer that is a URL.
    const program = { issuer: `https://${randomUUID()}.example`, subject: "alice", scope: ["read"], expiresAt };
    const [mine, theirs] = [generateKey("ES256", "shared").publicJwk, generateKey("ES256", "shared").publicJwk];
    await rawPost("/admin/trust/grants/jwt-bearer/issuers", {
      issuer: program.issuer,
      subject: "bob",
      scope: ["read"],
      expires_at: expiresAt,
      jwk: theirs,
    });
    const plugin = startPlugin();
    const inputs = { ...program, jwk: mine };
    await plugin.check({ urn }, {}, inputs, new Uint8Array());
    plugin.diff({ urn }, randomUUID(), { ...inputs, connection: "gone" }, inputs);
    const made = plugin.create({ urn }, inputs);
    // It is refused where the key can be read, and made in doubt where not.
    const outcome = await made.then(({ properties }) => properties.__keyUnconfirmed, String);
    expect([true, expect.stringContaining("the server already has another key")]).toContainEqual(outcome);
  });

  it("is right is deleted though the list does not show it", async () => {
    const { trust } = await make();
    proxy.spoilFirst({ forward: "nothing", answer: { status: 200, body: "[]" } }, 1, "GET");
    await startPlugin(proxy.url).delete({ urn }, trust.id, trust.properties);
    expect((await admin.get(trustPath(trust.id))).status).toBe(404);
  });
});
