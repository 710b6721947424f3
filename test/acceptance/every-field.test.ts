// Knows for every input of an OAuth2Client two values and what the server says of it when it is set, changed and unset.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { oauth2Client } from "../../provider/resources/oauth2-client/definition.ts";
import { admin, clientCredentials, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { json, program } from "../support/program.ts";
import { sectorRedirectUris } from "../support/sector-document.ts";
import { errorsOf, recorded, recordedOne } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

/** Two values of a field, and what the server's JSON holds when it has none; `absent` when it has no such member. */
interface Values {
  a: unknown;
  b: unknown;
  unset: unknown;
}

type Fields = Record<string, Values>;

const absent = Symbol("absent");

const text = (a: string, b: string, unset: unknown = ""): Values => ({ a, b, unset });
const optionalText = (a: string, b: string): Values => text(a, b, absent);
const list = (a: readonly string[], b: readonly string[], unset: unknown = []): Values => ({ a, b, unset });
const flag = (unset: unknown = false): Values => ({ a: true, b: false, unset });
const lifespan = (a: string, b: string): Values => ({ a, b, unset: null });

const keys = [generateKey(), generateKey("RS256")].map(({ publicJwk }) => publicJwk);

/** What a confidential client can have side by side. */
const web: Fields = {
  clientName: text("Web", "Shop"),
  clientUri: text("https://web.example", "http://shop.example/home"),
  logoUri: text("https://web.example/logo.png", "https://shop.example/logo.svg"),
  policyUri: text("https://web.example/policy", "https://shop.example/policy"),
  tosUri: text("https://web.example/terms", "https://shop.example/terms"),
  contacts: list(["b@web.example", "a@web.example"], ["a@web.example"]),
  owner: text("team a", "team b"),
  metadata: { a: { team: "a", nested: { list: [1, "two", null] } }, b: { team: "b" }, unset: {} },
  grantTypes: list(["client_credentials", "authorization_code"], ["client_credentials", "refresh_token"]),
  responseTypes: list(["code"], ["code", "id_token"]),
  scope: text("write read", "read", "offline_access offline openid"),
  audience: list(["https://b.example", "https://a.example"], ["https://a.example"]),
  redirectUris: list(["https://web.example/callback", "app:/callback"], ["https://web.example/other"]),
  postLogoutRedirectUris: list(
    ["https://web.example/bye"],
    ["https://web.example/bye", "https://web.example/ciao"],
    absent,
  ),
  allowedCorsOrigins: list(["https://web.example", "https://*.web.example"], ["http://shop.example:8080"]),
  tokenEndpointAuthMethod: text("client_secret_post", "private_key_jwt", "client_secret_basic"),
  tokenEndpointAuthSigningAlg: optionalText("RS256", "ES256"),
  jwks: { a: { keys }, b: { keys: keys.slice(0, 1) }, unset: {} },
  requestObjectSigningAlg: optionalText("RS256", "ES256"),
  requestUris: list(["https://web.example/request"], ["https://shop.example/request"], absent),
  subjectType: text("pairwise", "public", "public"),
  userinfoSignedResponseAlg: text("RS256", "none", "none"),
  accessTokenStrategy: optionalText("opaque", "jwt"),
  skipConsent: flag(),
  skipLogoutConsent: flag(),
  backchannelLogoutUri: optionalText("https://web.example/backchannel", "https://shop.example/backchannel"),
  backchannelLogoutSessionRequired: flag(absent),
  frontchannelLogoutUri: optionalText("https://web.example/frontchannel", "https://shop.example/frontchannel"),
  frontchannelLogoutSessionRequired: flag(absent),
  authorizationCodeGrantAccessTokenLifespan: lifespan("1h1m0s", "2h1m0s"),
  authorizationCodeGrantIdTokenLifespan: lifespan("1h2m0s", "2h2m0s"),
  authorizationCodeGrantRefreshTokenLifespan: lifespan("1h3m0s", "2h3m0s"),
  clientCredentialsGrantAccessTokenLifespan: lifespan("1h4m0s", "2h4m0s"),
  implicitGrantAccessTokenLifespan: lifespan("1h5m0s", "2h5m0s"),
  implicitGrantIdTokenLifespan: lifespan("1h6m0s", "2h6m0s"),
  jwtBearerGrantAccessTokenLifespan: lifespan("1h7m0s", "2h7m0s"),
  refreshTokenGrantAccessTokenLifespan: lifespan("1h8m0s", "2h8m0s"),
  refreshTokenGrantIdTokenLifespan: lifespan("1h9m0s", "2h9m0s"),
  refreshTokenGrantRefreshTokenLifespan: lifespan("1h10m0s", "2h10m0s"),
};

/** What excludes something above. */
const remote: Fields = {
  jwksUri: optionalText("https://web.example/keys", "https://shop.example/keys"),
  clientName: text("Remote", "Far"),
  implicitGrantIdTokenLifespan: lifespan("1h6m0s", "2h6m0s"),
};

/** What Hydra has since v25.4.0. */
const device: Fields = {
  deviceAuthorizationGrantAccessTokenLifespan: lifespan("1h11m0s", "2h11m0s"),
  deviceAuthorizationGrantIdTokenLifespan: lifespan("1h12m0s", "2h12m0s"),
  deviceAuthorizationGrantRefreshTokenLifespan: lifespan("1h13m0s", "2h13m0s"),
};

/** What the server fetches, and checks, when it is set. */
const sector = ["sectorIdentifierUri"];

/** Tested for what it does; no answer of the server repeats it. */
const secret = ["clientSecret"];

/** What Hydra does not have: it never changes, says where, or is about the secret, another client or what is recorded. */
const local = ["clientId", "connection", "secretRotation", "recreateTrigger", "keepRegistrationToken"];

type Variant = keyof Values;

const argsOf = (fields: Fields, variant: "a" | "b") =>
  Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, values[variant]]));

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What the server's JSON should hold for the fields: false is nothing where it leaves unset members out. */
const expected = (fields: Fields, variant: Variant) => {
  const wire = (values: Values) => (values[variant] === false ? values.unset : values[variant]);
  return Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, wire(values)]));
};

/** What it holds. */
async function observed(id: string, fields: Fields): Promise<Record<string, unknown>> {
  const { body } = await admin.get(`/admin/clients/${id}`);
  const value = (name: string) => (name in body ? body[name] : absent);
  return Object.fromEntries(Object.keys(fields).map((name) => [name, value(snakeCase(name))]));
}

const clear = (value: unknown) => {
  if (Array.isArray(value)) return [];
  if (typeof value === "object") return {};
  return typeof value === "boolean" ? false : "";
};

const hasDeviceLifespans = async () => {
  const { body } = await admin.post("/admin/clients", { device_authorization_grant_id_token_lifespan: "1h0m0s" });
  return body.device_authorization_grant_id_token_lifespan === "1h0m0s";
};

const config = { "hydra:adminUrl": hydra.adminUrl };

describe("every field of an OAuth2Client", () => {
  it("has two values here, and only fields that exist have", () => {
    const all = [web, remote, device].flatMap(Object.keys);
    const named = new Set([...all, ...sector, ...secret, ...local]);
    expect([...named].sort()).toEqual(Object.keys(oauth2Client.inputs.shape).sort());
    for (const [name, { a, b }] of Object.entries({ ...web, ...remote, ...device })) {
      expect([name, a]).not.toEqual([name, b]);
    }
  });

  it("is set, changed and unset on the server, and an empty value means unset", async () => {
    const ids = { web: randomUUID(), remote: randomUUID() };
    const secrets = { a: `a-${randomUUID()}`, b: `b-${randomUUID()}` };
    const declare = (webArgs: object, remoteArgs: object) =>
      program(
        `new hydra.OAuth2Client("web", ${json({ clientId: ids.web, ...webArgs })});`,
        `new hydra.OAuth2Client("remote", ${json({ clientId: ids.remote, ...remoteArgs })});`,
      );
    const variant = (name: "a" | "b") =>
      declare({ ...argsOf(web, name), clientSecret: secrets[name] }, argsOf(remote, name));
    const both = (op: string) => ({ "OAuth2Client remote": op, "OAuth2Client web": op });
    const live = async () => ({ web: await observed(ids.web, web), remote: await observed(ids.remote, remote) });
    const wanted = (name: Variant) => ({ web: expected(web, name), remote: expected(remote, name) });

    await using stack = await workspace({ files: variant("a"), config });
    const up = async () => {
      const operation = await stack.up();
      expect(errorsOf(operation)).toEqual([]);
      return operation.operations;
    };
    expect(await up()).toEqual(both("create"));
    expect(await live()).toEqual(wanted("a"));
    expect((await stack.refresh()).operations).toEqual(both("same"));
    expect(await up()).toEqual(both("same"));

    await stack.write(variant("b"));
    expect(await up()).toEqual(both("update"));
    expect(await live()).toEqual(wanted("b"));

    await stack.write(declare({}, {}));
    expect(await up()).toEqual(both("update"));
    expect(await live()).toEqual(wanted("unset"));
    // The secret stays what it was last.
    const answers = [secrets.a, secrets.b].map(
      async (of) => (await clientCredentials({ id: ids.web, secret: of })).status,
    );
    expect(await Promise.all(answers)).toEqual([401, 400]);

    const empty = (fields: Fields) => {
      const clearable = Object.entries(fields).filter(([name]) => !name.endsWith("Lifespan"));
      return Object.fromEntries(clearable.map(([name, { a }]) => [name, clear(a)]));
    };
    await stack.write(declare(empty(web), empty(remote)));
    expect(await up()).toEqual(both("same"));

    await stack.write(variant("b"));
    await up();
    expect(await live()).toEqual(wanted("b"));
    await stack.write(declare(empty(web), empty(remote)));
    expect(await up()).toEqual(both("update"));
    expect(await live()).toEqual(wanted("unset"));
  });

  it("includes the lifespans of the device grant, where the server has them", async (ctx) => {
    if (!(await hasDeviceLifespans())) ctx.skip(`Hydra ${hydra.version} has no device lifespans: v25.4.0 has`);
    const id = randomUUID();
    const declare = (args: object) => program(`new hydra.OAuth2Client("web", ${json({ clientId: id, ...args })});`);
    await using stack = await workspace({ files: declare(argsOf(device, "a")), config });
    await stack.up();
    expect(await observed(id, device)).toEqual(expected(device, "a"));
    await stack.write(declare(argsOf(device, "b")));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "update" });
    expect(await observed(id, device)).toEqual(expected(device, "b"));
    await stack.write(declare({}));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "update" });
    expect(await observed(id, device)).toEqual(expected(device, "unset"));
  });

  it("is reported when the server drops it in silence, and the client stays in the state", async (ctx) => {
    if (await hasDeviceLifespans()) ctx.skip(`Hydra ${hydra.version} has every field`);
    const id = randomUUID();
    const declare = (args: object) => program(`new hydra.OAuth2Client("web", ${json({ clientId: id, ...args })});`);
    await using stack = await workspace({ files: declare(argsOf(device, "a")), config });
    const dropped = await stack.up();
    expect(dropped.code).not.toBe(0);
    const reasons = Object.keys(device).map(
      (name) => `\t* ${name}: the server accepted it but did not keep it; it needs Hydra v25.4.0 or later [not-kept]`,
    );
    expect(errorsOf(dropped)).toEqual([
      ["OAuth2Client web: 3 errors occurred:", ...reasons].join("\n"),
      "update failed",
    ]);
    expect(Object.keys(await recorded(stack))).toEqual(["OAuth2Client web"]);
    await stack.write(declare({}));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "update" });
    expect((await recordedOne(stack, "OAuth2Client web")).id).toBe(id);
  });

  it("includes sectorIdentifierUri, which the server fetches", async (ctx) => {
    if (!hydra.sectorDocuments) ctx.skip("a Hydra that runs already does not trust the certificate of this test");
    const id = randomUUID();
    const declare = (args: object) =>
      program(`new hydra.OAuth2Client("web", ${json({ clientId: id, redirectUris: sectorRedirectUris, ...args })});`);
    const live = async () => (await admin.get(`/admin/clients/${id}`)).body.sector_identifier_uri;
    const [a, b] = [`${hydra.sectorDocuments}/a.json`, `${hydra.sectorDocuments}/b.json`];

    await using stack = await workspace({ files: declare({ sectorIdentifierUri: a }), config });
    expect(errorsOf(await stack.up())).toEqual([]);
    expect(await live()).toBe(a);
    await stack.write(declare({ sectorIdentifierUri: b }));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "update" });
    expect(await live()).toBe(b);
    await stack.write(declare({}));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "update" });
    expect(await live()).toBe(undefined);
    expect((await stack.destroy()).code).toBe(0);
  });
});
