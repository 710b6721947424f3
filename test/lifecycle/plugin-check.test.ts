// Knows what the plugin says of inputs before anything is made: Check and Diff in the engine's own words.
import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, output, secret, startEngine, typedUnknowns, unknown, urnOf } from "../support/engine.ts";
import { hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({
    config: { adminUrl: hydra.adminUrl, connections: { eu: { adminUrl: "http://127.0.0.1:1" } } },
  });
});
afterAll(() => engine[Symbol.asyncDispose]());

const without = (values: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

const expiresAt = "2099-01-31T00:00:00Z";

describe("Check", () => {
  it("returns the inputs as they came: unset ones left out, secrets marked, and the id that was chosen", async () => {
    const jwks = { keys: [generateKey().publicJwk] };
    const inputs = { clientName: "Web", contacts: [], metadata: { a: null, b: [1, { c: "d" }] }, jwks };
    expect(await engine.check("OAuth2Client", { ...inputs, owner: null, clientSecret: "a secret" })).toEqual({
      inputs: { ...inputs, clientSecret: secret("a secret"), __clientId: expect.stringMatching(/^[\da-f-]{36}$/) },
      failures: [],
    });
  });

  it("marks a property as secret whose value is secret anywhere", async () => {
    const { inputs, failures } = await engine.check("OAuth2Client", {
      clientId: "web",
      clientName: secret("Web"),
      contacts: ["a", secret("b")],
      metadata: { deep: { deeper: [output({ value: "c", secret: true })] }, open: output({ value: "d" }) },
      owner: output({ value: "me", dependencies: [urnOf("OAuth2Client", "other")] }),
      clientSecret: secret(unknown),
    });
    expect([inputs, failures]).toEqual([
      {
        clientId: "web",
        clientName: secret("Web"),
        contacts: secret(["a", "b"]),
        metadata: secret({ deep: { deeper: ["c"] }, open: "d" }),
        owner: "me",
        clientSecret: secret(unknown),
      },
      [],
    ]);
  });

  it("lets unknown values pass in every position, whatever they stand for", async () => {
    const news = {
      clientId: unknown,
      skipConsent: typedUnknowns.bool,
      contacts: typedUnknowns.array,
      redirectUris: ["https://web.example", unknown],
      metadata: { team: unknown, list: [{ count: typedUnknowns.number }] },
      jwks: { keys: [typedUnknowns.object, { kty: "EC", crv: unknown }] },
      secretRotation: { trigger: unknown },
      implicitGrantIdTokenLifespan: output({}),
      clientUri: output({ secret: true }),
    };
    expect(await engine.check("OAuth2Client", news)).toEqual({
      inputs: {
        clientId: unknown,
        skipConsent: unknown,
        contacts: unknown,
        redirectUris: ["https://web.example", unknown],
        metadata: { team: unknown, list: [{ count: unknown }] },
        jwks: { keys: [unknown, { kty: "EC", crv: unknown }] },
        secretRotation: { trigger: unknown },
        implicitGrantIdTokenLifespan: unknown,
        clientUri: secret(unknown),
      },
      failures: [],
    });
    const trust = { issuer: unknown, subject: unknown, jwk: { kid: unknown }, expiresAt: unknown };
    expect((await engine.check("TrustedJwtIssuer", trust)).failures).toEqual([]);
    expect((await engine.check("TrustedJwtIssuer", { ...trust, jwk: unknown })).failures).toEqual([]);
    expect((await engine.check("ClientLifespans", { clientId: unknown })).failures).toEqual([]);
  });

  it("names the place of a failure, unless the engine would print a secret for it", async () => {
    const { failures } = await engine.check("OAuth2Client", {
      clientUri: 3,
      redirectUris: ["https://web.example", "/callback"],
      metadata: 3,
      implicitGrantIdTokenLifespan: "1d",
      clientSecret: "short",
      contacts: secret("a secret"),
      jwks: { keys: "none" },
      clientSecrett: "a secret under a wrong name",
      secretRotation: { trigger: 1, when: "now" },
    });
    expect(failures).toEqual([
      ["", "clientSecret: must have at least 6 bytes; omit it, and the provider generates one"],
      ["clientUri", "clientUri: must be a string: put the number in quotes"],
      ["", "contacts: must be a list"],
      ["redirectUris[1]", "redirectUris[1]: must be an absolute URI, such as https://app.example/callback"],
      ["jwks.keys", "jwks.keys: must be a list"],
      ["secretRotation.trigger", "secretRotation.trigger: must be a string: put the number in quotes"],
      ["secretRotation.when", "secretRotation.when: is not a property of this resource"],
      [
        "implicitGrantIdTokenLifespan",
        'implicitGrantIdTokenLifespan: must be in hours, because Hydra has no unit for days: write "24h"',
      ],
      ["", "clientSecrett: is not a property of this resource; did you mean clientSecret?"],
    ]);
    const key = { ...generateKey().publicJwk, d: "private" };
    const trust = { issuer: "idp", subject: "alice", expiresAt: "tomorrow" };
    expect((await engine.check("TrustedJwtIssuer", { ...trust, jwk: key })).failures).toEqual([
      ["jwk.d", "jwk.d: is private key material; give the public key only"],
      ["expiresAt", 'expiresAt: must be a date and time with a time zone (RFC 3339), such as "2030-01-31T00:00:00Z"'],
    ]);
    expect((await engine.check("TrustedJwtIssuer", { ...trust, expiresAt, jwk: "a private key" })).failures).toEqual([
      ["", "jwk: must be an object"],
    ]);
    expect((await engine.check("ClientLifespans", {})).failures).toEqual([["clientId", "clientId: is required"]]);
  });

  it("chooses the same id for the same seed, another one for another, and keeps what was chosen", async () => {
    const chosen = async (olds: object, seed?: Uint8Array) =>
      (await engine.check("OAuth2Client", {}, { ...olds }, seed)).inputs.__clientId;
    const [seed, other] = [randomBytes(32), randomBytes(32)];
    const first = await chosen({}, seed);
    expect(first).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(await chosen({}, seed)).toBe(first);
    expect(await chosen({}, other)).not.toBe(first);
    expect(await chosen({})).not.toBe(await chosen({}));
    expect(await chosen({ __clientId: "chosen before" }, seed)).toBe("chosen before");
    expect(await chosen({ clientId: "named before" }, seed)).toBe("named before");
    expect((await engine.check("OAuth2Client", { clientId: "named" }, { __clientId: "c" }, seed)).inputs).toEqual({
      clientId: "named",
    });
  });
});

describe("Diff", () => {
  const state = {
    clientId: "web",
    clientName: "Web",
    redirectUris: ["https://a.example", "https://b.example", "https://c.example"],
    metadata: { team: "a", nested: { deep: [1, 2] }, "dotted.name": "x" },
    scope: "offline_access offline openid",
    subjectType: "public",
    tokenEndpointAuthMethod: "client_secret_basic",
    userinfoSignedResponseAlg: "none",
    clientSecret: secret("a secret"),
    createdAt: "2024-01-01T00:00:00Z",
    updatedAt: "2024-01-01T00:00:00Z",
  };
  const inputs = {
    clientId: "web",
    clientName: "Web",
    redirectUris: state.redirectUris,
    metadata: state.metadata,
    clientSecret: secret("a secret"),
  };
  const side = {
    changes: "NONE",
    diffs: [],
    replaces: [],
    stables: ["clientId", "createdAt"],
    deleteBeforeReplace: false,
    hasDetail: false,
    detail: {},
  };
  const diff = (news: object, ignore: string[] = [], olds: object = state) =>
    engine.diff("OAuth2Client", "web", { ...olds }, { ...news }, { ignore });

  it("finds nothing where only marks, spellings, orders of members, nulls and empty values differ", async () => {
    // Said without any change, too: the program may ask for a replacement, and two clients cannot have one id.
    const none = { ...side, deleteBeforeReplace: true };
    expect(await diff(inputs)).toEqual(none);
    const spelt = {
      ...inputs,
      clientName: secret("Web"),
      clientSecret: "a secret",
      metadata: { "dotted.name": "x", nested: { deep: [1, 2] }, team: output({ value: "a" }) },
      contacts: [],
      owner: null,
      tosUri: "",
      skipConsent: false,
      scope: "",
    };
    expect(await diff(spelt)).toEqual(none);
    expect(await diff({ ...without(inputs, "clientId", "clientSecret"), __clientId: "web" })).toEqual(side);
  });

  it("names each place that differs, and how", async () => {
    const news = {
      ...without(inputs, "clientName"),
      contacts: ["ops@web.example"],
      redirectUris: ["https://a.example", "https://B.example"],
      metadata: { team: "b", nested: { deep: [1, 2, 3] }, more: true },
      clientSecret: secret("another secret"),
    };
    expect(await diff(news)).toEqual({
      ...side,
      changes: "SOME",
      deleteBeforeReplace: true,
      diffs: ["clientSecret", "clientName", "contacts", "metadata", "redirectUris"],
      hasDetail: true,
      detail: {
        clientSecret: "UPDATE",
        clientName: "DELETE",
        contacts: "ADD",
        "metadata.team": "UPDATE",
        "metadata.nested.deep[2]": "ADD",
        'metadata["dotted.name"]': "DELETE",
        "metadata.more": "ADD",
        "redirectUris[1]": "UPDATE",
        "redirectUris[2]": "DELETE",
      },
    });
  });

  it("tells what replaces, and what has to be deleted first", async () => {
    expect(await diff({ ...inputs, clientId: "shop", clientName: "Shop" })).toEqual({
      changes: "SOME",
      diffs: ["clientId", "clientName"],
      replaces: ["clientId"],
      stables: [],
      deleteBeforeReplace: false,
      hasDetail: true,
      detail: { clientId: "UPDATE_REPLACE", clientName: "UPDATE" },
    });

    const { publicJwk } = generateKey();
    const trust = { issuer: "idp", subject: "alice", scope: ["read"], jwk: publicJwk, expiresAt };
    const change = async (news: object) => {
      const found = await engine.diff(
        "TrustedJwtIssuer",
        "id",
        { ...trust, createdAt: expiresAt },
        { ...trust, ...news },
      );
      return [found.detail, found.replaces, found.deleteBeforeReplace];
    };
    expect(await change({ scope: ["read", "write"] })).toEqual([{ "scope[1]": "ADD_REPLACE" }, ["scope"], true]);
    expect(await change({ subject: null, allowAnySubject: true })).toEqual([
      { subject: "DELETE_REPLACE", allowAnySubject: "ADD_REPLACE" },
      ["subject", "allowAnySubject"],
      true,
    ]);
    expect(await change({ jwk: { ...publicJwk, kid: "next" } })).toEqual([
      { "jwk.kid": "UPDATE_REPLACE" },
      ["jwk"],
      false,
    ]);
    expect(await change({ connection: "eu" })).toEqual([{ connection: "ADD_REPLACE" }, ["connection"], false]);
    expect(await change({ expiresAt: "2099-01-31T01:00:00+01:00" })).toEqual([{}, [], true]);

    const lifespans = { clientId: "web", implicitGrantIdTokenLifespan: "90m" };
    const moved = { clientId: "shop", implicitGrantIdTokenLifespan: "1h30m" };
    expect(await engine.diff("ClientLifespans", "web", lifespans, moved)).toMatchObject({
      replaces: ["clientId"],
      deleteBeforeReplace: false,
      detail: { clientId: "UPDATE_REPLACE" },
    });
  });

  it("takes an unknown value for a change, and one that may replace for a replacement", async () => {
    const news = {
      ...inputs,
      clientName: unknown,
      contacts: typedUnknowns.array,
      metadata: { ...state.metadata, team: unknown },
      redirectUris: [...state.redirectUris.slice(0, 2), unknown],
      clientSecret: secret(unknown),
    };
    expect(await diff(news)).toMatchObject({
      replaces: [],
      detail: {
        clientSecret: "UPDATE",
        clientName: "UPDATE",
        contacts: "ADD",
        "metadata.team": "UPDATE",
        "redirectUris[2]": "UPDATE",
      },
    });
    expect(await diff({ ...inputs, clientId: output({}) })).toMatchObject({
      replaces: ["clientId"],
      detail: { clientId: "UPDATE_REPLACE" },
    });
  });

  it("leaves out what is to be ignored, in any way a path can be written", async () => {
    const news = {
      ...inputs,
      clientId: "shop",
      clientName: "Shop",
      redirectUris: ["https://a.example", "https://B.example", "https://C.example"],
      metadata: { team: "b", nested: { deep: [0, 2] }, "dotted.name": "y" },
    };
    const left = async (...ignore: string[]) => Object.keys((await diff(news, ignore)).detail);
    const all = [
      "clientId",
      "clientName",
      "metadata.team",
      "metadata.nested.deep[0]",
      'metadata["dotted.name"]',
      "redirectUris[1]",
      "redirectUris[2]",
    ];
    expect((await left()).sort()).toEqual([...all].sort());
    const except = (...names: string[]) => all.filter((name) => !names.includes(name)).sort();
    expect((await left('metadata["team"]', '["clientName"]')).sort()).toEqual(except("metadata.team", "clientName"));
    expect((await left("metadata.nested", "redirectUris[1]")).sort()).toEqual(
      except("metadata.nested.deep[0]", "redirectUris[1]"),
    );
    expect((await left('metadata["dotted.name"]', "redirectUris[*]")).sort()).toEqual(
      except('metadata["dotted.name"]', "redirectUris[1]", "redirectUris[2]"),
    );
    // A name that only begins like it is another one, and what is no path ignores nothing.
    expect((await left("client", "metadata.te", "redirectUris[", "")).sort()).toEqual(except());
    expect(await diff(news, ["clientId", "clientName", "metadata", "redirectUris"])).toEqual(side);
    const { replaces } = await diff(news, ["clientId"]);
    expect(replaces).toEqual([]);
  });

  it("shows drift the other way round when a refresh asks: what was read against the stored inputs", async () => {
    const drifted = { ...state, clientName: "Drift", skipConsent: true, redirectUris: ["https://a.example"] };
    expect((await diff(inputs, [], drifted)).detail).toEqual({
      clientName: "UPDATE",
      "redirectUris[1]": "ADD",
      "redirectUris[2]": "ADD",
      skipConsent: "DELETE",
    });
  });

  it("finds a secret changed that was found not to work, though nobody can read it back", async () => {
    expect(await diff(inputs, [], { ...state, __clientSecretChanged: true })).toMatchObject({
      diffs: ["clientSecret"],
      detail: { clientSecret: "UPDATE" },
    });
  });

  it("takes the key of an imported trust from the program where the server does not show it", async () => {
    const { publicJwk } = generateKey("ES256", `kid-${randomUUID()}`);
    const inputs = { issuer: "https://idp.example", subject: "alice", jwk: publicJwk, expiresAt };
    const state = { ...inputs, jwk: { kid: publicJwk.kid }, __jwkUnread: true, __keyUnconfirmed: true };
    const change = (news: object) => engine.diff("TrustedJwtIssuer", "id", state, { ...inputs, ...news });
    const found = await change({});
    expect([found.diffs, found.replaces]).toEqual([["jwk"], []]);
    expect(found.detail).toEqual({
      "jwk.alg": "ADD",
      "jwk.crv": "ADD",
      "jwk.kty": "ADD",
      "jwk.use": "ADD",
      "jwk.x": "ADD",
      "jwk.y": "ADD",
    });
    expect((await change({ jwk: { ...publicJwk, kid: "another" } })).replaces).toEqual(["jwk"]);
    expect((await change({ scope: ["read"] })).replaces).toEqual(["scope"]);
  });
});
