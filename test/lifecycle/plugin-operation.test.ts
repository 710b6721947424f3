// Knows what the plugin does to a server, call by call, and what it tells the engine to record of it.
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, errorOf, failing, secret, startEngine, typedUnknowns, unknown } from "../support/engine.ts";
import { startGateway } from "../support/gateway.ts";
import { admin, clientCredentials, hydra, jwtBearer, tokenUrl } from "../support/hydra.ts";
import { generateKey, signJwt } from "../support/key.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

const path = (id: string) => `/admin/clients/${encodeURIComponent(id)}`;
const live = async (id: string) => (await admin.get(path(id))).body;
const filled = {
  scope: "offline_access offline openid",
  subjectType: "public",
  tokenEndpointAuthMethod: "client_secret_basic",
  userinfoSignedResponseAlg: "none",
};
const filledByServer = {
  scope: "offline_access offline openid",
  subject_type: "public",
  token_endpoint_auth_method: "client_secret_basic",
  userinfo_signed_response_alg: "none",
};
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const anySecret = { ...secret(expect.any(String)) };
const expiresAt = "2099-01-31T00:00:00Z";

/** The members of what a call returned. */
const without = (values: object, ...names: string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

/** A client made through the plugin. */
const newClient = async (args: object = {}) => {
  const { inputs } = await engine.check("OAuth2Client", { ...args }, {}, randomBytes(32));
  return { inputs, ...(await engine.create("OAuth2Client", inputs)) };
};

/** A trust as a program writes it, under an issuer and key of its own. */
const newTrust = (issuer = `idp-${randomUUID()}`) => {
  const key = generateKey();
  return { key, trust: { issuer, subject: "alice", scope: ["read"], jwk: key.publicJwk, expiresAt } };
};

/** The mark of what was read without a state, until an update writes it. */
const imported = { __imported: true };

/** Every input of a type as a preview shows it where it will not be set: null is known, what is left out is not. */
function unset(type: string) {
  const { resources } = JSON.parse(readFileSync("dist/schema.json", "utf8")) as {
    resources: Record<string, { inputProperties: object }>;
  };
  const names = Object.keys(resources[`hydra:index:${type}`]?.inputProperties ?? {});
  return Object.fromEntries(names.map((name) => [name, null]));
}

describe("Create", () => {
  it("promises in a preview what is certain, and makes nothing", async () => {
    const before = await engine.list("hydra:index:OAuth2Client", {});
    const clientName = `preview ${randomUUID()}`;
    const news = { clientName, contacts: [unknown], clientSecret: secret("a secret"), owner: secret("me") };
    const { inputs } = await engine.check("OAuth2Client", news, {}, randomBytes(32));
    const filled = ["clientId", "scope", "subjectType", "tokenEndpointAuthMethod", "userinfoSignedResponseAlg"];
    expect(await engine.create("OAuth2Client", inputs, { preview: true })).toEqual({
      id: "",
      properties: { ...unset("OAuth2Client"), ...news, ...Object.fromEntries(filled.map((name) => [name, unknown])) },
    });
    expect(await engine.create("ClientLifespans", { clientId: typedUnknowns.object }, { preview: true })).toEqual({
      id: "",
      properties: { ...unset("ClientLifespans"), clientId: unknown },
    });
    const { trust } = newTrust();
    expect(await engine.create("TrustedJwtIssuer", trust, { preview: true })).toEqual({
      id: "",
      properties: { ...unset("TrustedJwtIssuer"), ...trust },
    });
    const after = await engine.list("hydra:index:OAuth2Client", {});
    expect(after.filter(({ name }) => name === clientName)).toEqual([]);
    expect(after.length).toBeGreaterThanOrEqual(before.length);
  });

  it("makes a client under the chosen id, and marks what is secret", async () => {
    const metadata = { team: "a", nested: { list: [1, null, "x"] } };
    const keepRegistrationToken = true;
    const news = {
      clientName: "Web",
      grantTypes: ["client_credentials"],
      metadata,
      owner: secret("me"),
      keepRegistrationToken,
    };
    const { inputs, id, properties } = await newClient(news);
    expect(id).toBe(inputs.__clientId);
    expect(properties).toEqual({
      ...news,
      ...filled,
      clientId: id,
      __clientId: true,
      clientSecret: anySecret,
      registrationAccessToken: anySecret,
      registrationClientUri: expect.stringContaining(id),
      createdAt: time,
      updatedAt: time,
      clientSecretExpiresAt: 0,
    });
    expect(await live(id)).toMatchObject({ client_id: id, client_name: "Web", owner: "me", metadata });
    const { value } = properties.clientSecret as { value: string };
    expect((await clientCredentials({ id, secret: value })).status).toBe(200);
  });

  it("keeps a client in the state that did not become as asked, however much there is to keep", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using other = await startEngine({ config: { adminUrl: gateway.url } });
    const id = randomUUID();
    const answer = {
      ...filledByServer,
      client_id: id,
      client_name: "Another",
      metadata: { large: "x".repeat(60_000) },
    };
    gateway.answer({ status: 201, headers: { "content-type": "application/json" }, body: JSON.stringify(answer) });
    const news = { __clientId: id, clientName: "Web", metadata: answer.metadata };
    const { code, message, kept } = await errorOf(other.create("OAuth2Client", news));
    const reason = "clientName: the server accepted it but did not keep it [not-kept]";
    expect([code, message]).toEqual(["UNKNOWN", `could not create OAuth2Client: ${reason}`]);
    expect(kept?.id).toBe(id);
    expect(kept?.reasons).toEqual([reason]);
    expect(kept?.properties).toMatchObject({
      clientId: id,
      clientName: "Another",
      metadata: answer.metadata,
      clientSecret: anySecret,
    });
  });

  it("says what to do when the server refuses, and that nothing was made", async () => {
    const { id } = await newClient();
    expect(await failing(engine.create("OAuth2Client", { clientId: id }))).toEqual([
      "FAILED_PRECONDITION",
      expect.stringContaining(
        `could not create OAuth2Client: a client with the id "${id}" exists already and was not created by this resource; if you renamed or moved the resource`,
      ),
    ]);
    const { trust } = newTrust();
    await engine.create("TrustedJwtIssuer", trust);
    const [code, message] = await failing(engine.create("TrustedJwtIssuer", trust));
    expect([code, message]).toEqual([
      "FAILED_PRECONDITION",
      expect.stringContaining(
        "a trust of this issuer, subject and kid exists already and was not created by this resource",
      ),
    ]);
  });

  it("leaves it open whether something was made when no answer comes, and says whose time is over", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using other = await startEngine({ config: { adminUrl: gateway.url } });
    gateway.answer("hang");
    const late = "; customTimeouts allows 1 s for it";
    const id = randomUUID();
    expect(await failing(other.create("OAuth2Client", { __clientId: id }, { timeout: 1 }))).toEqual([
      "UNKNOWN",
      `could not create OAuth2Client: cancelled (POST /admin/clients); it may have created the client "${id}"${late}; before the next \`pulumi up\`, ` +
        `adopt it on the plugin with \`pulumi import hydra:index:OAuth2Client web ${id}\`, or delete it with \`hydra delete oauth2-client ${id} --endpoint ${gateway.url}\` [in-doubt]`,
    ]);
    const state = { clientId: "web", clientName: "Web" };
    expect(await failing(other.update("OAuth2Client", "web", state, { clientId: "web" }, { timeout: 1 }))).toEqual([
      "FAILED_PRECONDITION",
      `could not update OAuth2Client "web": cancelled (GET /admin/clients/web)${late}; raise customTimeouts, or remove it [time-limit]`,
    ]);
  });
});

describe("An answer that does not come", () => {
  it("is told of after five seconds, once, before anything has failed", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using other = await startEngine({ config: { adminUrl: gateway.url, retries: 0, timeout: 7 } });
    gateway.answer("hang");
    const reads = ["a", "b"].map((id) => failing(other.read("OAuth2Client", id, { clientId: id })));
    await expect.poll(() => other.logged.length, { timeout: 6_500 }).toBe(1);
    expect(await Promise.all(reads)).toEqual(
      [1, 2].map(() => ["FAILED_PRECONDITION", expect.stringContaining("no answer within 7 s")]),
    );
    const message =
      /^the provider has waited 5 s for an answer: no answer yet \(GET http:\S+\/admin\/clients\/[ab]\); nothing has failed: it waits up to 7 s for each answer, and retries \[still-trying\]$/;
    expect(other.logged.map(({ severity, message }) => [severity, message])).toEqual([
      [2, expect.stringMatching(message)],
    ]);
  });
});

describe("Read", () => {
  it("imports a client: what differs from a default becomes its inputs, and nothing secret does", async () => {
    const id = `import ${randomUUID()}`;
    await admin.post("/admin/clients", {
      client_id: id,
      client_secret: "a secret nobody knows",
      client_name: "Theirs",
      redirect_uris: ["https://a.example"],
      scope: "read",
      implicit_grant_id_token_lifespan: "90m",
    });
    const inputs = {
      clientId: id,
      clientName: "Theirs",
      redirectUris: ["https://a.example"],
      scope: "read",
      implicitGrantIdTokenLifespan: "1h30m0s",
    };
    const found = await engine.read("OAuth2Client", id);
    expect(found).toEqual({
      id,
      inputs,
      properties: {
        ...filled,
        ...inputs,
        ...imported,
        createdAt: time,
        updatedAt: time,
        clientSecretExpiresAt: 0,
      },
    });
    const { inputs: checked, failures } = await engine.check("OAuth2Client", { ...found.inputs }, { ...found.inputs });
    expect([checked, failures]).toEqual([found.inputs, []]);
    expect((await engine.diff("OAuth2Client", id, { ...found.properties }, checked)).changes).toBe("NONE");
    // `.get()` sends its arguments, of which there are none.
    expect(await engine.read("OAuth2Client", id, {}, {})).toEqual(found);
  });

  it("imports lifespans and a trust, so that the same inputs change nothing", async () => {
    const { id } = await newClient();
    await admin.put(`${path(id)}/lifespans`, { implicit_grant_id_token_lifespan: "2h" });
    const lifespans = { clientId: id, implicitGrantIdTokenLifespan: "2h0m0s" };
    expect(await engine.read("ClientLifespans", id)).toEqual({
      id,
      properties: { ...lifespans, ...imported },
      inputs: lifespans,
    });

    const { trust } = newTrust();
    const { id: trustId, properties } = await engine.create("TrustedJwtIssuer", trust);
    const found = await engine.read("TrustedJwtIssuer", trustId);
    expect(found).toEqual({ id: trustId, properties: { ...properties, ...imported }, inputs: trust });
    expect((await engine.diff("TrustedJwtIssuer", trustId, properties, trust)).changes).toBe("NONE");
  });

  it("answers with nothing for what is gone", async () => {
    const nothing = { id: "", properties: undefined, inputs: undefined };
    expect(await engine.read("OAuth2Client", randomUUID())).toEqual(nothing);
    expect(await engine.read("ClientLifespans", randomUUID(), { clientId: "x" }, {})).toEqual(nothing);
    const { trust } = newTrust();
    expect(await engine.read("TrustedJwtIssuer", randomUUID(), trust, trust)).toEqual(nothing);
  });

  it("carries secrets on that no server shows, still marked", async () => {
    const { id, properties, inputs } = await newClient({
      clientSecret: "a secret",
      owner: secret("me"),
      clientName: "W",
    });
    await admin.patch(path(id), [{ op: "replace", path: "/client_name", value: "Drift" }]);
    const found = await engine.read("OAuth2Client", id, properties, inputs);
    expect(found.properties).toEqual({ ...properties, clientName: "Drift", updatedAt: time });
    expect(found.inputs).toEqual({ ...inputs, clientName: "Drift" });
    expect(found.inputs?.clientSecret).toEqual(secret("a secret"));

    const generated = await newClient();
    const again = await engine.read("OAuth2Client", generated.id, generated.properties, generated.inputs);
    expect(again.properties).toEqual(generated.properties);
    expect(again.inputs).toEqual({ __clientId: generated.id });
  });

  it("records no private key that others stored on the server", async () => {
    const { privateKey, publicJwk } = generateKey();
    const jwk = { ...publicJwk, ...privateKey.export({ format: "jwk" }) };
    const { id, properties, inputs } = await newClient({ jwks: { keys: [publicJwk] } });
    const patched = await admin.patch(path(id), [{ op: "replace", path: "/jwks", value: { keys: [jwk, jwk] } }]);
    expect([patched.status, JSON.stringify(patched.body).includes(String(jwk.d))]).toEqual([200, true]);
    const imported = await engine.read("OAuth2Client", id);
    const refreshed = await engine.read("OAuth2Client", id, properties, inputs);
    const looked = await engine.invoke("hydra:index:getOAuth2Client", { clientId: id });
    const updated = await engine.update("OAuth2Client", id, properties, { ...inputs, clientName: "Web" });
    expect(imported.inputs?.jwks).toEqual({ keys: [publicJwk, publicJwk] });
    expect(looked.result?.jwks).toEqual({ keys: [publicJwk, publicJwk] });
    for (const answer of [imported, refreshed, looked, updated]) expect(JSON.stringify(answer)).not.toContain(jwk.d);

    const { trust, key } = newTrust();
    const pair = { ...trust.jwk, ...key.privateKey.export({ format: "jwk" }) };
    const stored = await admin.put(`/admin/keys/${trust.issuer}`, { keys: [pair] });
    expect(stored.status).toBe(200);
    const made = await engine.create("TrustedJwtIssuer", trust);
    const read = await engine.read("TrustedJwtIssuer", made.id);
    expect(read.inputs).toEqual(trust);
    expect(JSON.stringify([made, read])).not.toContain(pair.d);
  });

  it("warns of a trust whose key no answer shows, and the next update records the program's", async () => {
    // No server can show the key of a kid that ends with a slash.
    const [issuer, kid] = [`idp-${randomUUID()}`, `kid-${randomUUID()}/`];
    const { trust } = newTrust(issuer);
    const inputs = { ...trust, jwk: { ...trust.jwk, kid } };
    const { id } = await engine.create("TrustedJwtIssuer", inputs);
    const before = engine.logged.length;
    const found = await engine.read("TrustedJwtIssuer", id);
    expect(found.inputs).toEqual({ ...inputs, jwk: { kid } });
    expect(engine.logged.slice(before)).toEqual([
      {
        severity: 2,
        urn: "urn:pulumi:dev::program::hydra:index:TrustedJwtIssuer::web",
        message:
          "jwk: this server cannot show the key of this trust; write the key into the program, and the next `up` records it without touching the trust [key-unread]",
      },
    ]);
    const state = { ...found.properties };
    const planned = await engine.diff("TrustedJwtIssuer", id, state, inputs);
    expect([planned.diffs, planned.replaces]).toEqual([["jwk"], []]);
    const updated = await engine.update("TrustedJwtIssuer", id, state, inputs);
    expect(updated).toEqual({ ...without(state, "__jwkUnread", "__imported"), jwk: inputs.jwk });
    expect((await engine.diff("TrustedJwtIssuer", id, updated, inputs)).changes).toBe("NONE");
    const refreshed = await engine.read("TrustedJwtIssuer", id, updated, inputs);
    expect(refreshed).toEqual({ id, properties: updated, inputs });

    // It can be deleted although its key was never read.
    await engine.delete("TrustedJwtIssuer", id, state);
    expect((await engine.invoke("hydra:index:getTrustedJwtIssuers", { issuer })).result).toEqual({ issuers: [] });
  });
});

describe("Update", () => {
  it("promises in a preview what stays and what is named, and changes nothing", async () => {
    const { id, inputs, properties } = await newClient({
      clientName: "Web",
      contacts: ["a"],
      clientSecret: "a secret",
      keepRegistrationToken: true,
    });
    const before = await live(id);
    const news = {
      __clientId: inputs.__clientId,
      keepRegistrationToken: true,
      clientName: "Shop",
      clientSecret: secret("a secret"),
      tosUri: unknown,
    };
    const preview = await engine.update("OAuth2Client", id, properties, news, { preview: true });
    expect(preview).toEqual({
      ...unset("OAuth2Client"),
      ...without(properties, "contacts", "__clientId"),
      clientName: "Shop",
      tosUri: unknown,
      updatedAt: unknown,
      registrationAccessToken: secret(unknown),
    });
    const rotating = { ...without(inputs, "clientSecret"), secretRotation: { trigger: "1" } };
    const rotated = await engine.update("OAuth2Client", id, properties, rotating, { preview: true });
    expect(rotated.clientSecret).toEqual(secret(unknown));
    expect(await live(id)).toEqual(before);
  });

  it("changes what differs and records what the server then says", async () => {
    const { id, inputs, properties } = await newClient({ clientName: "Web", metadata: { team: "a" } });
    const news = { ...inputs, clientName: "Shop", metadata: { team: secret("b") } };
    const updated = await engine.update("OAuth2Client", id, properties, news);
    expect(updated).toEqual({
      ...properties,
      clientName: "Shop",
      metadata: secret({ team: "b" }),
      updatedAt: time,
    });
    expect(await live(id)).toMatchObject({ client_name: "Shop", metadata: { team: "b" } });
    expect((await engine.diff("OAuth2Client", id, updated, news)).changes).toBe("NONE");
  });

  it("keeps what was recorded when only a part of it could be done", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using other = await startEngine({ config: { adminUrl: gateway.url } });
    const answer = { ...filledByServer, client_id: "web", client_name: "Another" };
    gateway.answer({ status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(answer) });
    const state = { ...filled, clientId: "web", clientName: "Another", clientSecret: secret("a secret") };
    const { code, message, kept } = await errorOf(
      other.update("OAuth2Client", "web", state, { clientId: "web", clientName: "Web" }),
    );
    const reason = "clientName: the server accepted it but did not keep it [not-kept]";
    expect([code, message]).toEqual(["UNKNOWN", `could not update OAuth2Client "web": ${reason}`]);
    expect(kept).toEqual({ id: "web", reasons: [reason], properties: state });
  });

  it("refuses what only a replacement can do, unless it is to be ignored", async () => {
    const { trust } = newTrust();
    const { id, properties } = await engine.create("TrustedJwtIssuer", trust);
    const news = { ...trust, scope: ["write"] };
    expect(await failing(engine.update("TrustedJwtIssuer", id, properties, news))).toEqual([
      "FAILED_PRECONDITION",
      `could not update TrustedJwtIssuer "${id}": scope: cannot change in place; delete and recreate the resource [needs-replacement]`,
    ]);
    expect(await engine.update("TrustedJwtIssuer", id, properties, news, { ignore: ["scope"] })).toEqual(properties);
  });

  it("says that an object is gone", async () => {
    const id = randomUUID();
    const [code, message] = await failing(
      engine.update("OAuth2Client", id, { clientId: id }, { clientId: id, owner: "me" }),
    );
    expect([code, message]).toEqual([
      "FAILED_PRECONDITION",
      expect.stringContaining("somebody deleted it outside of Pulumi; run `pulumi refresh`, then `pulumi up`"),
    ]);
  });
});

describe("Delete", () => {
  it("takes away what is there, and is content when nothing is", async () => {
    const { id, properties } = await newClient();
    await engine.delete("OAuth2Client", id, properties);
    expect((await admin.get(path(id))).status).toBe(404);
    await engine.delete("OAuth2Client", id, properties);

    const owner = await newClient();
    const { id: lifespans, properties: state } = await engine.create("ClientLifespans", {
      clientId: owner.id,
      implicitGrantIdTokenLifespan: "1h",
    });
    await engine.delete("ClientLifespans", lifespans, state);
    expect(await live(owner.id)).toMatchObject({ implicit_grant_id_token_lifespan: null });
    await engine.delete("ClientLifespans", lifespans, state);

    const { trust } = newTrust();
    const made = await engine.create("TrustedJwtIssuer", trust);
    await engine.delete("TrustedJwtIssuer", made.id, made.properties);
    expect((await engine.read("TrustedJwtIssuer", made.id)).id).toBe("");
    await engine.delete("TrustedJwtIssuer", made.id, made.properties);
  });
});

describe("Invoke", () => {
  it("finds clients by id, name and owner", async () => {
    const owner = `owner ${randomUUID()}`;
    const { id, properties } = await newClient({ clientName: "Web", owner, metadata: { a: [1] } });
    const client = without(properties, "__clientId", "clientSecret");
    const { result, failures } = await engine.invoke("hydra:index:getOAuth2Client", { clientId: id });
    expect(failures).toEqual([]);
    expect(without(result ?? {}, "grantTypes", "responseTypes")).toEqual(
      without(client, "grantTypes", "responseTypes"),
    );
    expect(await engine.invoke("hydra:index:getOAuth2Clients", { owner })).toEqual({
      result: { clients: [result] },
      failures: [],
    });
    expect((await engine.invoke("hydra:index:getOAuth2Clients", { owner, clientName: "Shop" })).result).toEqual({
      clients: [],
    });
    // A program's null is no name to look for.
    expect((await engine.invoke("hydra:index:getOAuth2Clients", { owner, clientName: null })).result).toEqual({
      clients: [result],
    });
  });

  it("finds trusts by id and issuer, without their keys", async () => {
    const { trust } = newTrust();
    const { id, properties } = await engine.create("TrustedJwtIssuer", trust);
    const found = { ...without(properties, "jwk"), id, kid: trust.jwk.kid };
    expect((await engine.invoke("hydra:index:getTrustedJwtIssuer", { id })).result).toEqual(found);
    expect((await engine.invoke("hydra:index:getTrustedJwtIssuers", { issuer: trust.issuer })).result).toEqual({
      issuers: [found],
    });
  });

  it("asks what a token is, and which consent a subject gave", async () => {
    const { key, trust } = newTrust();
    await engine.create("TrustedJwtIssuer", trust);
    const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const { id, properties } = await newClient({ grantTypes: [grant], scope: "read" });
    const { value } = properties.clientSecret as { value: string };
    const assertion = signJwt(key, { iss: trust.issuer, sub: "alice", aud: tokenUrl });
    const { body } = await jwtBearer({ id, secret: value }, assertion, { scope: "read" });
    const about = async (args: object) =>
      (await engine.invoke("hydra:index:introspectToken", { token: secret(body.access_token), ...args })).result;
    expect(await about({})).toMatchObject({
      active: true,
      clientId: id,
      sub: "alice",
      scope: "read",
      tokenUse: "access_token",
    });
    expect(await about({ scope: null })).toMatchObject({ active: true });
    expect(await about({ scope: "write" })).toEqual({ active: false });
    expect(await about({ token: "no token" })).toEqual({ active: false });
    expect((await engine.invoke("hydra:index:getConsentSessions", { subject: "nobody" })).result).toEqual({
      sessions: secret([]),
    });
  });

  it("tells what is wrong with a call", async () => {
    const call = (name: string, args: object) => engine.invoke(`hydra:index:${name}`, { ...args });
    expect((await call("getOAuth2Client", {})).failures).toEqual([["clientId", "clientId: is required"]]);
    expect((await call("getTrustedJwtIssuer", { id: 3, more: 1 })).failures).toEqual([
      ["id", "id: must be a string: put the number in quotes"],
      ["", "more: is not a property of this resource"],
    ]);
    const id = randomUUID();
    expect(await failing(call("getOAuth2Client", { clientId: id }))).toEqual([
      "FAILED_PRECONDITION",
      `could not call getOAuth2Client: clientId: there is no client "${id}" [not-found]`,
    ]);
    expect(await failing(call("getTrustedJwtIssuer", { id }))).toEqual([
      "FAILED_PRECONDITION",
      `could not call getTrustedJwtIssuer: id: there is no trusted JWT issuer "${id}" [not-found]`,
    ]);
    const names = {
      "hydra:index:getNothing": "getNothing",
      "other:index:getOAuth2Client": "other:index:getOAuth2Client",
      "": "",
    };
    for (const [token, name] of Object.entries(names)) {
      expect(await failing(engine.invoke(token, {}))).toEqual([
        "FAILED_PRECONDITION",
        `pulumi-hydra has no function ${JSON.stringify(name)}; install the version of the plugin that the program's package has [unknown-type]`,
      ]);
    }
  });
});

describe("List", () => {
  it("names everything of a kind, or as much as is wanted, by ids that can be imported", async () => {
    const owner = `owner ${randomUUID()}`;
    const made = await Promise.all(["a", "b", "c"].map((clientName) => newClient({ clientName, owner })));
    const ids = made.map(({ id }) => id).sort();
    const listed = await engine.list("hydra:index:OAuth2Client", { owner });
    expect(listed.map(({ id }) => id).sort()).toEqual(ids);
    expect(listed.map(({ name }) => name).sort()).toEqual(["a", "b", "c"]);
    expect(await engine.list("hydra:index:OAuth2Client", { owner }, 2)).toEqual(listed.slice(0, 2));
    expect(await engine.list("hydra:index:OAuth2Client", { owner, clientName: "b" })).toEqual([
      { id: made[1]?.id, name: "b" },
    ]);
    const all = await engine.list("hydra:index:OAuth2Client", {});
    expect(all.filter(({ id }) => ids.includes(id))).toHaveLength(3);

    await engine.create("ClientLifespans", { clientId: ids[0], implicitGrantIdTokenLifespan: "1h" });
    const lifespans = await engine.list("hydra:index:ClientLifespans", {});
    expect(lifespans.filter(({ id }) => ids.includes(id)).map(({ id }) => id)).toEqual([ids[0]]);

    const { trust } = newTrust();
    const { id } = await engine.create("TrustedJwtIssuer", trust);
    expect(await engine.list("hydra:index:TrustedJwtIssuer", { issuer: trust.issuer })).toEqual([
      { id, name: trust.issuer },
    ]);
  });

  it("refuses a query that it would have to misunderstand", async () => {
    const listing = (token: string, query: object) => failing(engine.list(token, { ...query }));
    expect(await listing("hydra:index:OAuth2Client", { owner: 3 })).toEqual([
      "FAILED_PRECONDITION",
      "could not list OAuth2Client: owner: must be a string: put the number in quotes [input-invalid]",
    ]);
    expect(await listing("hydra:index:TrustedJwtIssuer", { owner: "me" })).toEqual([
      "FAILED_PRECONDITION",
      "could not list TrustedJwtIssuer: owner: is not a property of this resource [input-invalid]",
    ]);
    expect(await listing("hydra:index:Nothing", {})).toEqual([
      "FAILED_PRECONDITION",
      'pulumi-hydra has no resource "Nothing"; install the version of the plugin that the program\'s package has [unknown-type]',
    ]);
  });
});
