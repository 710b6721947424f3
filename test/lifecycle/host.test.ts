// Knows the life of every resource, once for both hosts; what differs between them stands in one table of test/support/host.ts.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorOf, failing, type Properties, secret, typedUnknowns, unknown } from "../support/engine.ts";
import { startGateway } from "../support/gateway.ts";
import { bare, differences, type Held, type Host, startHost } from "../support/host.ts";
import { admin, clientCredentials, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";

const expiresAt = "2099-01-31T00:00:00Z";
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const path = (id: string) => `/admin/clients/${encodeURIComponent(id)}`;
const live = async (id: string) => (await admin.get(path(id))).body;
const exists = async (id: string) => (await admin.get(path(id))).status === 200;
const filled = {
  scope: "offline_access offline openid",
  subjectType: "public",
  tokenEndpointAuthMethod: "client_secret_basic",
  userinfoSignedResponseAlg: "none",
};
const newTrust = () => {
  const { publicJwk: jwk } = generateKey();
  return { issuer: `idp-${randomUUID()}`, subject: "alice", scope: ["read"], jwk, expiresAt };
};
const without = (values: object, ...names: string[]): Properties =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

describe.each(["plugin", "dynamic"] as const)("on the %s host", (name) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(name);
  });
  afterAll(() => host[Symbol.asyncDispose]());

  /** Inputs as the host checks them. */
  const checked = async (type: string, news: Properties, olds: Properties = {}) => {
    const { inputs, failures } = await host.check(type, news, olds);
    expect(failures).toEqual([]);
    return inputs;
  };
  const made = async (type: string, news: Properties) => {
    const inputs = await checked(type, news);
    return { inputs, held: await host.create(type, inputs) };
  };
  /** What a diff says that both hosts can say. */
  const planned = async (type: string, held: Held, inputs: Properties, by = host) => {
    const { changes, replaces, deleteBeforeReplace } = await by.diff(type, held, inputs);
    return [changes, replaces, deleteBeforeReplace];
  };
  const nothing = ["NONE", [], false];
  const inPlace = ["SOME", [], false];
  /** The same of what cannot be beside its replacement, which the program may ask for whatever changed. */
  const nothingInItsPlace = ["NONE", [], true];
  const inItsPlace = ["SOME", [], true];

  it("a client is made, found unchanged, drifts, is put back, updated and deleted", async () => {
    const news = {
      clientName: "Web",
      grantTypes: ["client_credentials"],
      metadata: { team: "a", list: [1, { b: null }] },
    };
    const { inputs, held } = await made("OAuth2Client", news);
    expect(inputs).toEqual({ ...news, __clientId: held.id });
    const state = {
      ...news,
      ...filled,
      __clientId: true,
      clientId: held.id,
      clientSecret: expect.stringMatching(/^[\w-]{43}$/),
      clientSecretExpiresAt: 0,
      createdAt: time,
      updatedAt: time,
    };
    expect(bare(held.state)).toEqual(state);
    expect(await planned("OAuth2Client", held, await checked("OAuth2Client", news, inputs))).toEqual(nothing);
    expect(await host.read("OAuth2Client", held, inputs)).toEqual({ ...held, inputs });

    await admin.patch(path(held.id), [{ op: "replace", path: "/client_name", value: "Drift" }]);
    const drifted = await host.read("OAuth2Client", held, inputs);
    expect(drifted?.inputs).toEqual({ ...inputs, clientName: "Drift" });
    expect(bare(drifted?.state)).toEqual({ ...(bare(held.state) as object), clientName: "Drift", updatedAt: time });
    const found = { id: held.id, state: drifted?.state ?? {} };
    expect(await planned("OAuth2Client", found, inputs)).toEqual(inPlace);
    const repaired = await host.update("OAuth2Client", found, inputs);
    expect(bare(repaired.state)).toEqual(state);
    expect((await live(held.id)).client_name).toBe("Web");

    const inside = { ...inputs, metadata: { ...news.metadata, team: "b" }, contacts: ["a", "b"] };
    const recorded = { id: held.id, state: { ...repaired.state, contacts: ["a"] } };
    expect((await host.diff("OAuth2Client", recorded, inside)).detail).toEqual(differences.places.named[name]);

    const edit = await checked("OAuth2Client", { clientName: "Shop", contacts: ["ops"], owner: null }, inputs);
    expect(without(edit, "owner")).toEqual({ clientName: "Shop", contacts: ["ops"], __clientId: held.id });
    expect(await planned("OAuth2Client", repaired, edit)).toEqual(inPlace);
    const updated = await host.update("OAuth2Client", repaired, edit);
    expect(bare(updated.state)).toEqual({
      ...without(state, "metadata", "grantTypes"),
      clientName: "Shop",
      contacts: ["ops"],
    });
    expect(await live(held.id)).toMatchObject({ client_name: "Shop", contacts: ["ops"], metadata: {} });
    expect(await planned("OAuth2Client", updated, edit)).toEqual(nothing);

    await host.delete("OAuth2Client", updated);
    expect(await exists(held.id)).toBe(false);
    expect(await host.read("OAuth2Client", updated, edit)).toBe(undefined);
    await host.delete("OAuth2Client", updated);
    const [, message] = await failing(host.update("OAuth2Client", updated, inputs));
    expect(message).toContain("somebody deleted it outside of Pulumi; run `pulumi refresh`, then `pulumi up`");
  });

  it("a client's secret is made, kept, rotated, given, and works", async () => {
    const news = { grantTypes: ["client_credentials"], scope: "read" };
    const { inputs, held } = await made("OAuth2Client", news);
    const works = async ({ id, state }: Held) =>
      (await clientCredentials({ id, secret: String(bare(state.clientSecret)) })).status === 200;
    expect(await works(held)).toBe(true);
    const updated = await host.update("OAuth2Client", held, { ...inputs, clientName: "Web" });
    expect([await works(updated), updated.state.clientSecret]).toEqual([true, held.state.clientSecret]);

    const rotating = { ...inputs, secretRotation: { trigger: "1" } };
    expect(await planned("OAuth2Client", updated, rotating)).toEqual(inPlace);
    const rotated = await host.update("OAuth2Client", updated, rotating);
    expect([await works(rotated), bare(rotated.state.clientSecret) === bare(held.state.clientSecret)]).toEqual([
      true,
      false,
    ]);
    expect(await planned("OAuth2Client", rotated, rotating)).toEqual(nothing);

    const giving = { ...inputs, clientSecret: secret("a secret given") };
    expect(await planned("OAuth2Client", rotated, giving)).toEqual(inPlace);
    const given = await host.update("OAuth2Client", rotated, giving);
    expect([await works(given), bare(given.state.clientSecret)]).toEqual([true, "a secret given"]);
    expect(await planned("OAuth2Client", given, giving)).toEqual(nothing);
    const read = await host.read("OAuth2Client", given, giving);
    expect(read?.state).toEqual(given.state);
    expect(without(read?.inputs ?? {}, ...Object.keys(inputs))).toEqual(
      Object.fromEntries(differences.refresh.recorded[name].map((property) => [property, secret("a secret given")])),
    );
    // Not sent again, it stays: nobody asked for another one.
    expect(await planned("OAuth2Client", given, inputs)).toEqual(nothing);
    const texts = Object.entries(given.state).filter(([, value]) => typeof bare(value) === "string");
    const marked = texts.filter(([, value]) => typeof value !== "string").map(([property]) => property);
    expect(marked).toEqual(differences.secrets.marked[name]);
    await host.delete("OAuth2Client", given);
  });

  it("a client is replaced where its id changes, and two of them do not collide", async () => {
    const [first, second] = [`first-${randomUUID()}`, `second-${randomUUID()}`];
    const { inputs, held } = await made("OAuth2Client", { clientId: first });
    expect(inputs).toEqual({ clientId: first });
    expect(await planned("OAuth2Client", held, { clientId: second })).toEqual(["SOME", ["clientId"], false]);
    const { held: next } = await made("OAuth2Client", { clientId: second });
    await host.delete("OAuth2Client", held);
    expect([await exists(first), await exists(second)]).toEqual([false, true]);
    await using later = await startHost(name);
    const [, message] = await failing(later.create("OAuth2Client", { clientId: second }));
    expect(message).toContain(`a client with the id "${second}" exists already and was not created by this resource`);
    await host.delete("OAuth2Client", next);
  });

  it("lifespans are set, drift, are put back, move to another client and are cleared", async () => {
    const [a, b] = [await made("OAuth2Client", {}), await made("OAuth2Client", {})];
    const news = { clientId: a.held.id, implicitGrantIdTokenLifespan: "90m" };
    const { inputs, held } = await made("ClientLifespans", news);
    expect([inputs, held]).toEqual([news, { id: a.held.id, state: news }]);
    expect(await planned("ClientLifespans", held, { ...news, implicitGrantIdTokenLifespan: "1h30m" })).toEqual(
      nothingInItsPlace,
    );
    await admin.put(`${path(a.held.id)}/lifespans`, { implicit_grant_access_token_lifespan: "5m" });
    const drifted = await host.read("ClientLifespans", held, inputs);
    expect(drifted?.inputs).toEqual({ clientId: a.held.id, implicitGrantAccessTokenLifespan: "5m0s" });
    const found = { id: held.id, state: drifted?.state ?? {} };
    await using later = await startHost(name);
    expect(await planned("ClientLifespans", found, inputs, later)).toEqual(inItsPlace);
    expect(await later.update("ClientLifespans", found, inputs)).toEqual(held);
    const members = ["implicit_grant_id_token_lifespan", "implicit_grant_access_token_lifespan"];
    expect(Object.entries(await live(a.held.id)).filter(([member]) => members.includes(member))).toEqual([
      ["implicit_grant_access_token_lifespan", null],
      ["implicit_grant_id_token_lifespan", "1h30m0s"],
    ]);
    const moved = { ...news, clientId: b.held.id };
    expect(await planned("ClientLifespans", held, moved)).toEqual(["SOME", ["clientId"], false]);
    const { held: next } = await made("ClientLifespans", moved);
    await host.delete("ClientLifespans", held);
    expect((await live(a.held.id)).implicit_grant_id_token_lifespan).toBe(null);
    expect((await live(b.held.id)).implicit_grant_id_token_lifespan).toBe("1h30m0s");
    await host.delete("OAuth2Client", b.held);
    expect(await host.read("ClientLifespans", next, moved)).toBe(undefined);
    await host.delete("ClientLifespans", next);
    await host.delete("OAuth2Client", a.held);
  });

  it("a trust is replaced by every change, the old one first where both would share a key", async () => {
    const trust = newTrust();
    const { inputs, held } = await made("TrustedJwtIssuer", trust);
    expect([inputs, held.state]).toEqual([trust, { ...trust, createdAt: time }]);
    expect(await host.read("TrustedJwtIssuer", held, inputs)).toEqual({ ...held, inputs });
    expect(await planned("TrustedJwtIssuer", held, { ...trust, expiresAt: "2099-01-31T02:00:00+02:00" })).toEqual(
      nothingInItsPlace,
    );
    const wider = { ...trust, scope: ["read", "write"] };
    expect(await planned("TrustedJwtIssuer", held, wider)).toEqual(["SOME", ["scope"], true]);
    await host.delete("TrustedJwtIssuer", held);
    const { held: next } = await made("TrustedJwtIssuer", wider);
    const rekeyed = { ...wider, jwk: generateKey("ES256", "next").publicJwk };
    expect(await planned("TrustedJwtIssuer", next, rekeyed)).toEqual(["SOME", ["jwk"], false]);
    await host.delete("TrustedJwtIssuer", next);
    expect(await host.read("TrustedJwtIssuer", next, wider)).toBe(undefined);
    await host.delete("TrustedJwtIssuer", next);
  });

  it("lifespans that two resources of one operation would own are refused", async () => {
    const { inputs, held } = await made("OAuth2Client", {});
    const claiming = { ...inputs, implicitGrantIdTokenLifespan: "1h" };
    await host.diff("OAuth2Client", held, claiming);
    const lifespans = { clientId: held.id, implicitGrantAccessTokenLifespan: "1h" };
    const [, message] = await failing(host.create("ClientLifespans", lifespans));
    expect(message).toMatch(/^could not create ClientLifespans: .*OAuth2Client/);
    expect((await live(held.id)).implicit_grant_access_token_lifespan).toBe(null);
    await host.delete("OAuth2Client", held);
  });

  it("wrong inputs are refused in the same words", async () => {
    const key = { ...generateKey().publicJwk, d: "private" };
    const wrong: [type: string, news: Properties, reasons: string[]][] = [
      [
        "OAuth2Client",
        { clientUri: 3, redirectUris: ["/callback"], implicitGrantIdTokenLifespan: "1d", clientSecrett: "x" },
        [
          "clientUri: must be a string: put the number in quotes",
          "redirectUris[0]: must be an absolute URI, such as https://app.example/callback",
          'implicitGrantIdTokenLifespan: must be in hours, because Hydra has no unit for days: write "24h"',
          "clientSecrett: is not a property of this resource; did you mean clientSecret?",
        ],
      ],
      [
        "OAuth2Client",
        { clientSecret: "short", jwks: { keys: [{ kid: "a" }] } },
        [
          "clientSecret: must have at least 6 bytes; omit it, and the provider generates one",
          "jwks.keys[0]: must be a public JSON Web Key (RFC 7517): kty RSA with n and e, EC with crv, x and y, or OKP with crv and x",
        ],
      ],
      [
        "OAuth2Client",
        { contacts: [1, null, {}], secretRotation: { when: "now" } },
        [
          "contacts[0]: must be a string: put the number in quotes",
          "contacts[1]: is required",
          "contacts[2]: must be a string",
          "secretRotation.trigger: is required",
          "secretRotation.when: is not a property of this resource",
        ],
      ],
      ["ClientLifespans", {}, ["clientId: is required"]],
      [
        "TrustedJwtIssuer",
        { ...newTrust(), jwk: key, expiresAt: "tomorrow" },
        [
          "jwk.d: is private key material; give the public key only",
          'expiresAt: must be a date and time with a time zone (RFC 3339), such as "2030-01-31T00:00:00Z"',
        ],
      ],
      ["TrustedJwtIssuer", {}, ["issuer: is required", "jwk: is required", "expiresAt: is required"]],
    ];
    for (const [type, news, reasons] of wrong) {
      expect((await host.check(type, news)).failures.map(([, reason]) => reason)).toEqual(reasons);
    }
    const { failures } = await host.check("OAuth2Client", { clientUri: 3, redirectUris: ["/"], clientSecret: "short" });
    expect(failures.map(([property]) => property)).toEqual(differences.failures.on[name]);
  });

  it("what is not known yet passes, and counts as a change", async () => {
    const { inputs, held } = await made("OAuth2Client", {
      clientName: "Web",
      contacts: ["a"],
      metadata: { team: "a" },
    });
    const kinds = [unknown, ...Object.values(typedUnknowns)];
    for (const value of kinds) {
      const news = { clientName: value, contacts: ["a", value], metadata: { team: value }, clientId: value };
      expect((await host.check("OAuth2Client", news)).failures).toEqual([]);
      expect(await planned("OAuth2Client", held, { ...inputs, metadata: { team: value } })).toEqual(inPlace);
      expect(await planned("OAuth2Client", held, { ...inputs, clientId: value })).toEqual([
        "SOME",
        ["clientId"],
        false,
      ]);
    }
    await host.delete("OAuth2Client", held);
  });

  it("a client that did not become as asked stays in the state, and the next update repairs it", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using other = await startHost(name, gateway.url);
    const id = randomUUID();
    const body = { client_id: id, client_name: "Another", scope: filled.scope, subject_type: "public" };
    const answer = { ...body, token_endpoint_auth_method: "client_secret_basic", userinfo_signed_response_alg: "none" };
    gateway.answer({ status: 201, headers: { "content-type": "application/json" }, body: JSON.stringify(answer) });
    const news = { __clientId: id, clientName: "Web" };
    const { code, message, kept } = await errorOf(other.create("OAuth2Client", news));
    const reason = "clientName: the server accepted it but did not keep it [not-kept]";
    expect([code, message]).toEqual(["UNKNOWN", `could not create OAuth2Client: ${reason}`]);
    expect([kept?.id, kept?.reasons]).toEqual([id, [reason]]);
    expect(bare(kept?.properties)).toEqual({
      // The stock server adds its text to what succeeds alone.
      ...host.sent("OAuth2Client", {}),
      ...filled,
      __clientId: true,
      clientId: id,
      clientName: "Another",
      clientSecret: expect.stringMatching(/^[\w-]{43}$/),
    });

    gateway.answer(undefined);
    await admin.post("/admin/clients", { client_id: id, client_name: "Another" });
    const held = { id, state: kept?.properties ?? {} };
    expect(await planned("OAuth2Client", held, news)).toEqual(inPlace);
    const repaired = await other.update("OAuth2Client", held, news);
    expect(bare(repaired.state)).toMatchObject({ clientName: "Web", clientSecret: bare(held.state.clientSecret) });
    await host.delete("OAuth2Client", repaired);
  });

  it("what is under way when the engine cancels ends within five seconds, and says what may have been done", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using other = await startHost(name, gateway.url);
    gateway.answer("hang");
    const id = randomUUID();
    const created = errorOf(other.create("OAuth2Client", { __clientId: id }));
    await expect.poll(() => gateway.received.length, { timeout: 10_000 }).toBe(1);
    const start = Date.now();
    await other.engine.cancel();
    const { code, message } = await created;
    expect(Date.now() - start).toBeLessThan(5_000);
    expect([code, message]).toEqual(["UNKNOWN", expect.stringContaining(`it may have created the client "${id}"`)]);
  });

  it("a warning is shown", async () => {
    const soon = { ...newTrust(), expiresAt: new Date(Date.now() + 5_400_000).toISOString() };
    expect((await host.check("TrustedJwtIssuer", soon)).failures).toEqual([]);
    const warning = "expiresAt: the trust expires in 2 hours; set a later date";
    const shown = {
      logged: () => host.engine.logged.map(({ message }) => message).join(),
      written: host.engine.written,
    };
    await expect.poll(shown[differences.warnings.shown[name]], { timeout: 10_000 }).toContain(warning);
  });

  it("a date that moves at each run, because the program computes it from the current time, is warned of", async () => {
    const from = (time: number) => new Date(time).toISOString();
    const day = 86_400_000;
    const created = Date.now() - day;
    const trust = { ...newTrust(), expiresAt: from(created + 30 * day) };
    const held = { id: randomUUID(), state: { ...trust, createdAt: from(created) } };
    const shown = {
      logged: () => host.engine.logged.map(({ message }) => message).join(),
      written: host.engine.written,
    }[differences.warnings.shown[name]];
    const warning =
      "A program that computes it from the current time replaces the trust at each `up`; write a fixed date";
    const fixed = await checked("TrustedJwtIssuer", { ...trust, expiresAt: "2199-01-31T00:00:00Z" });
    expect(await planned("TrustedJwtIssuer", held, fixed)).toEqual(["SOME", ["expiresAt"], true]);
    expect(shown()).not.toContain(warning);
    const moved = await checked("TrustedJwtIssuer", { ...trust, expiresAt: from(Date.now() + 30 * day) });
    expect(await planned("TrustedJwtIssuer", held, moved)).toEqual(["SOME", ["expiresAt"], true]);
    await expect.poll(shown, { timeout: 10_000 }).toContain(warning);
  });

  it("what only the plugin can do fails on the other host, and nothing else does", async () => {
    const { held } = await made("OAuth2Client", {});
    const succeeds = (call: Promise<unknown>) =>
      call.then(
        () => true,
        () => false,
      );
    expect(await succeeds(host.engine.read(host.token("OAuth2Client"), held.id))).toBe(differences.import.reads[name]);
    for (const call of [
      host.engine.invoke("hydra:index:getOAuth2Client", { clientId: held.id }),
      host.engine.list(host.token("OAuth2Client"), {}),
    ]) {
      expect(await succeeds(call)).toBe(differences.questions.answer[name]);
    }
    await host.delete("OAuth2Client", held);
  });

  it("an error of the server says what was tried, on what, and leaves the state alone", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using other = await startHost(name, gateway.url);
    gateway.answer({ status: 403, headers: { "content-type": "application/json" }, body: '{"error":"forbidden"}' });
    const held = { id: "web", state: { clientId: "web", clientName: "Web" } };
    const calls = {
      create: other.create("OAuth2Client", { clientId: "web" }),
      read: other.read("OAuth2Client", held, {}),
      update: other.update("OAuth2Client", held, { clientId: "web", owner: "me" }),
      delete: other.delete("OAuth2Client", held),
    };
    for (const [verb, call] of Object.entries(calls)) {
      const { message, kept } = await errorOf(call);
      const object = verb === "create" ? "OAuth2Client" : 'OAuth2Client "web"';
      expect([message.startsWith(`could not ${verb} ${object}: `), message.includes("(403 "), kept]).toEqual([
        true,
        true,
        undefined,
      ]);
    }
  });
});

describe("what differs between the hosts", () => {
  it("stands in docs/hosts.md", () => {
    const page = readFileSync("docs/hosts.md", "utf8");
    const rows = Object.values(differences).map(({ what, dynamic, plugin }) => `| ${what} | ${dynamic} | ${plugin} |`);
    expect(rows.filter((row) => !page.includes(row))).toEqual([]);
  });
});
