// Knows the traps of real servers, one test for each: what Hydra does, and that it does nobody harm here.
import { fail } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { configure } from "../../provider/configuration/configuration.ts";
import { type Explanation, inWords } from "../../provider/explained.ts";
import { OperationError } from "../../provider/host/operation-error.ts";
import type { Values } from "../../provider/lifecycle/value.ts";
import { clientLifespans } from "../../provider/resources/client-lifespans/definition.ts";
import { oauth2Client } from "../../provider/resources/oauth2-client/definition.ts";
import { trustedJwtIssuer } from "../../provider/resources/trusted-jwt-issuer/definition.ts";
import { create, destroy, type Held, preview, refresh, up } from "../property/engine.ts";
import {
  clientPath,
  probe,
  rawDelete,
  rawGet,
  rawPut,
  secretWorks,
  trustPath,
  trustsPath,
} from "../property/server.ts";
import { type CannedAnswer, type Gateway, startGateway } from "../support/gateway.ts";
import { admin, hydra, jwtBearer, tokenUrl } from "../support/hydra.ts";
import { generateKey, signJwt } from "../support/key.ts";

const lifespan = "client_credentials_grant_access_token_lifespan";
const client = (program: Values) => create(oauth2Client, program);
const changes = (program: Values, held: Held) => preview(oauth2Client, program, held).changed;
const urn = undefined;
const { signal } = new AbortController();
const readBack = async (held: Held) => (await refresh(oauth2Client, held)) as Held;

/** A server between, and one client as it is read through it. */
async function through(gateway: Gateway, settings: Values = {}) {
  const { server } = configure((key) => ({ adminUrl: gateway.url, retries: 2, timeout: 5, ...settings })[key], {});
  const { api, memory } = server(undefined, () => undefined);
  return (id: string) => oauth2Client.read({ api, memory, urn, signal, warn: () => undefined }, { id, state: {} });
}

/** Answers the first request in Hydra's place, then passes on. */
function answerFirst(gateway: Gateway, answer: CannedAnswer, work: () => Promise<unknown>): Promise<unknown> {
  gateway.answer(() => {
    gateway.answer(undefined);
    return answer;
  });
  return work();
}

describe("absence, errors and retries", () => {
  it("a 404 that is not Hydra's JSON says nothing about a client: a wrong base path, the public port", async () => {
    const held = await client({});
    const paths = [`${hydra.adminUrl}/nowhere`, hydra.publicUrl];
    for (const adminUrl of paths) {
      const { server } = configure((key) => ({ adminUrl, retries: 0 })[key], {});
      const warn = () => undefined;
      const reading = oauth2Client.read({ ...server(undefined, warn), urn, signal, warn }, held);
      await expect(reading).rejects.toMatchObject({ code: "not-hydra", status: 404 });
    }
    await destroy(oauth2Client, held);
  });

  it.each([
    '{"error":{"code":404,"status":"Not Found","message":"Requested url does not match any rules"}}',
    '{"timestamp":"2026-01-01T00:00:00Z","status":404,"error":"Not Found","path":"/admin/clients/some"}',
    '{"error":"Not Found"}',
    '{"error":"not_found","error_description":"No such route"}',
    '{"error":"invalid_request","error_description":"The requested resource does not exist","status":404}',
    '{"error":"Not Found","error_description":null}',
    '{"message":"no Route matched with those values"}',
  ])("a 404 in the JSON of another server is no absence: %s", async (body) => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    gateway.answer({ status: 404, headers: { "content-type": "application/json" }, body });
    await expect((await through(gateway))("some")).rejects.toMatchObject({ code: "not-hydra", status: 404 });
  });

  it.each([401, 403, 500])("%d never means that a client is gone", async (status) => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    gateway.answer({
      status,
      headers: { "content-type": "application/json" },
      body: '{"error":"Unable to locate the resource"}',
    });
    await expect((await through(gateway))("some")).rejects.toMatchObject({ status });
  });

  it.each<[string, CannedAnswer]>([
    [
      "400 of a lost transaction",
      { status: 400, body: '{"error":"Unable to serialize access due to a concurrent update","error_description":""}' },
    ],
    ["429", { status: 429, headers: { "retry-after": "1" }, body: "{}" }],
    ["502", { status: 502, body: "<html>bad gateway</html>" }],
    ["503", { status: 503, body: "" }],
    ["504", { status: 504, body: "" }],
  ])("%s is asked again", async (_, answering) => {
    const held = await client({});
    await using gateway = await startGateway({ target: hydra.adminUrl });
    const read = await through(gateway);
    await expect(answerFirst(gateway, answering, () => read(held.id))).resolves.toMatchObject({ id: held.id });
    expect(gateway.received).toHaveLength(2);
    await destroy(oauth2Client, held);
  });

  it("a 400 with an error code is a refusal, and is not asked again", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    gateway.answer({ status: 400, body: '{"error":"invalid_client_metadata","error_description":"no"}' });
    await expect((await through(gateway))("some")).rejects.toMatchObject({
      code: "refused",
      oauthError: "invalid_client_metadata",
    });
    expect(gateway.received).toHaveLength(1);
  });

  it("a 400 for a malformed id, which has none, is not asked again either", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    const said = { error: "The request was malformed or contained invalid parameters", error_description: "id" };
    gateway.answer({ status: 400, body: JSON.stringify(said) });
    await expect((await through(gateway))("some")).rejects.toMatchObject({ status: 400 });
    expect(gateway.received).toHaveLength(1);
  });

  it("a 502 that complains of insecure http says which header is missing", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    gateway.answer({ status: 502, body: "can not serve request over insecure http" });
    const reading = (await through(gateway, { retries: 0 }))("some");
    await expect(reading).rejects.toMatchObject({
      code: "forwarded-proto",
      advice: "set the header X-Forwarded-Proto: https in hydra:headers",
    });
  });

  it("a 500 for a secret of more than 72 bytes says that BCrypt takes no longer one", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    gateway.answer({ status: 500, body: '{"error":"error","error_description":"The error is unrecognizable"}' });
    const { server } = configure((key) => ({ adminUrl: gateway.url, retries: 0 })[key], {});
    const { api } = server(undefined, () => undefined);
    const hint =
      "; the client secret has more than 72 bytes, which Hydra cannot store with BCrypt (oauth2.hashers.algorithm)";
    for (const [secret, hinted] of [
      ["x".repeat(72), false],
      ["x".repeat(73), true],
      ["\u00fc".repeat(37), true],
    ] as const) {
      const patch = [{ op: "add", path: "/client_secret", value: secret }] as const;
      const writes = [
        api.createClient({ client_id: "a", client_secret: secret }),
        api.putClient("a", { client_secret: secret }),
        api.patchClient("a", patch),
      ];
      for (const written of writes) {
        const { message } = await written.then(
          () => new Error("no failure"),
          (error: Error) => error,
        );
        expect([message.startsWith("The error is unrecognizable (500 "), message.endsWith(hint)]).toEqual([
          true,
          hinted,
        ]);
      }
    }
  });

  it("a list of trusts that always names a next page ends at the first empty one", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    gateway.answer({ status: 200, headers: { link: '</list?page_token=more>; rel="next"' }, body: "[]" });
    const { server } = configure((key) => ({ adminUrl: gateway.url })[key], {});
    expect(await server(undefined, () => undefined).api.listTrusts("https://nobody.example")).toEqual([]);
    expect(gateway.received).toHaveLength(1);
  });

  it("a list says by its Link header whether it goes on, on every page; a gateway that removes it is found out", async () => {
    const owner = `owner-${randomUUID()}`;
    const held = await client({ owner });
    const { headers } = await fetch(`${hydra.adminUrl}/admin/clients?owner=${owner}`);
    expect(headers.get("link")).toMatch(/rel="/);
    const { server } = configure((key) => ({ adminUrl: hydra.adminUrl })[key], {});
    const { api } = server(undefined, () => undefined);
    expect((await api.listClients({ owner })).map(({ client_id }) => client_id)).toEqual([held.id]);
    expect(await api.listConsentSessions("nobody")).toEqual([]);
    await using gateway = await startGateway({ target: hydra.adminUrl });
    gateway.answer({
      status: 200,
      headers: { "content-type": "application/json" },
      body: `[{"client_id":"${held.id}"}]`,
    });
    const { server: through } = configure((key) => ({ adminUrl: gateway.url })[key], {});
    await expect(through(undefined, () => undefined).api.listClients({ owner })).rejects.toThrow(
      "the list has no Link header that can be read",
    );
    await destroy(oauth2Client, held);
  });
});

describe("clients", () => {
  it("PUT replaces everything: an update leaves foreign lifespans, metadata and the secret as they are", async () => {
    const program = { metadata: { team: "a" }, clientSecret: "a long secret" };
    const held = await client(program);
    await rawPut(`${clientPath(held.id)}/lifespans`, { [lifespan]: "7m" });
    await up(oauth2Client, { ...program, clientName: "new" }, held);
    const live = await rawGet(clientPath(held.id));
    expect([live.client_name, live[lifespan], live.metadata]).toEqual(["new", "7m0s", { team: "a" }]);
    expect(await secretWorks(held.id, "a long secret", "client_secret_basic")).toBe(true);
    await destroy(oauth2Client, held);
  });

  it("v2.3.0 refuses a PATCH and lifespans of a client with jwks_uri: both change all the same", async () => {
    const program = { jwksUri: "https://a.example/jwks" };
    const held = await client(program);
    const lifespans = await create(clientLifespans, {
      clientId: held.id,
      clientCredentialsGrantAccessTokenLifespan: "5m",
    });
    const updated = await up(oauth2Client, { ...program, clientName: "new" }, held);
    const live = await rawGet(clientPath(held.id));
    expect([live.client_name, live.jwks_uri, live[lifespan]]).toEqual(["new", "https://a.example/jwks", "5m0s"]);
    await destroy(clientLifespans, lifespans);
    expect((await rawGet(clientPath(held.id)))[lifespan]).toBeNull();
    await destroy(oauth2Client, updated);
  });

  it("v2.3.0 has a client with jwks_uri written as a whole: numbers of others stay letter by letter", async () => {
    const numbers =
      '{"a":9007199254740993,"b":1e400,"c":0.1e-400,"d":-0,"e":1.0,"f":[0.12345678901234567890123],"g":1E2}';
    const clientId = randomUUID();
    const body = `{"client_id":"${clientId}","jwks_uri":"https://a.example/jwks","metadata":${numbers}}`;
    const headers = { "content-type": "application/json" };
    const made = await fetch(`${hydra.adminUrl}/admin/clients`, { method: "POST", headers, body });
    expect(made.status).toBe(201);
    const live = async () => (await fetch(`${hydra.adminUrl}${clientPath(clientId)}`)).text();
    const held = await create(clientLifespans, { clientId, clientCredentialsGrantAccessTokenLifespan: "5m" });
    expect(await live()).toContain(`"metadata":${numbers}`);
    expect(await live()).toContain(`"${lifespan}":"5m0s"`);
    const changed = await up(clientLifespans, { clientId, clientCredentialsGrantAccessTokenLifespan: "6m" }, held);
    expect(await live()).toContain(`"metadata":${numbers}`);
    await destroy(clientLifespans, changed);
    expect(await live()).toContain(`"metadata":${numbers}`);
    const adopted = await refresh(oauth2Client, { id: clientId, inputs: {}, state: {} });
    expect(adopted?.state.metadata).toEqual({
      a: 9007199254740992,
      b: "1e400",
      c: 0,
      d: 0,
      e: 1,
      f: [0.12345678901234568],
      g: 100,
    });
    await rawDelete(clientPath(clientId));
  });

  it("v2.3.0 ignores a PATCH that clears a lifespan: it is cleared all the same, and others stay", async () => {
    const named = { clientCredentialsGrantAccessTokenLifespan: "5m" };
    const held = await client(named);
    await rawPut(`${clientPath(held.id)}/lifespans`, {
      [lifespan]: "5m",
      jwt_bearer_grant_access_token_lifespan: "9m",
    });
    await up(oauth2Client, {}, held);
    const live = await rawGet(clientPath(held.id));
    expect([live[lifespan], live.jwt_bearer_grant_access_token_lifespan]).toEqual([null, "9m0s"]);
    await destroy(oauth2Client, held);
  });

  it("v2.3.0 ignores a PATCH that removes: texts, lists, keys and metadata are cleared all the same", async () => {
    const program = {
      clientName: "a",
      owner: "a",
      scope: "read",
      audience: ["a"],
      clientUri: "https://a.example",
      metadata: { a: 1 },
      jwks: { keys: [generateKey().publicJwk] },
      tokenEndpointAuthMethod: "client_secret_post",
    };
    const held = await client(program);
    const cleared = await up(oauth2Client, {}, held);
    const live = await rawGet(clientPath(held.id));
    expect([live.client_name, live.owner, live.audience, live.client_uri, live.metadata, live.jwks]).toEqual([
      "",
      "",
      [],
      "",
      {},
      {},
    ]);
    expect([live.scope, live.token_endpoint_auth_method]).toEqual([
      "offline_access offline openid",
      "client_secret_basic",
    ]);
    await destroy(oauth2Client, cleared);
  });

  it("jwks and jwks_uri exclude each other, even an empty one: each can follow the other", async () => {
    const jwks = { keys: [generateKey().publicJwk] };
    const published = { jwksUri: "https://a.example/jwks" };
    let held = await client({ jwks });
    held = await up(oauth2Client, published, held);
    held = await up(oauth2Client, { jwks }, held);
    expect(changes({ jwks }, await readBack(held))).toEqual([]);
    await destroy(oauth2Client, held);
  });

  it("POST answers null where GET answers an empty value: neither is a change", async () => {
    const held = await client({});
    expect(changes({}, held)).toEqual([]);
    expect(changes({}, await readBack(held))).toEqual([]);
    expect(changes({ contacts: [], metadata: {}, jwks: {}, skipLogoutConsent: false }, held)).toEqual([]);
    await destroy(oauth2Client, held);
  });

  it("PUT answers a wrong created_at: the recorded one does not move", async () => {
    const program = { jwksUri: "https://a.example/jwks" };
    const held = await client(program);
    const created = (await rawGet(clientPath(held.id))).created_at;
    const updated = await up(oauth2Client, { ...program, clientName: "new" }, held);
    expect(updated.state.createdAt).toBe(created);
    await destroy(oauth2Client, updated);
  });

  it("an update ends the registration access token: it does not stay in the state", async () => {
    const program = { keepRegistrationToken: true };
    const held = await client(program);
    expect(held.state.registrationAccessToken).toMatch(/^ory_at_/);
    const updated = await up(oauth2Client, { ...program, clientName: "new" }, held);
    expect(updated.state.registrationAccessToken).toBe(undefined);
    expect(updated.state.registrationClientUri).toBe(held.state.registrationClientUri);
    await destroy(oauth2Client, updated);
  });

  it("fields that a server does not know are dropped in silence: that fails on the property, and the client is kept", async (context) => {
    if ((await probe()).deviceLifespans) return context.skip("this server has all fields");
    const failed: unknown = await client({ deviceAuthorizationGrantAccessTokenLifespan: "1h" }).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(OperationError);
    const { reasons, live } = (failed as OperationError).unfinished ?? fail("the client is not kept");
    const reason =
      "deviceAuthorizationGrantAccessTokenLifespan: the server accepted it but did not keep it; it needs Hydra v25.4.0 or later [not-kept]";
    expect(reasons.map(inWords)).toEqual([reason]);
    await rawDelete(clientPath(live.id));
  });

  it("a client id with a slash is refused before anything is made, where the server could not address it", async () => {
    const id = `team/${randomUUID()}`;
    const made: unknown = await client({ clientId: id }).catch((error: unknown) => error);
    if ((await probe()).slashes) return destroy(oauth2Client, made as Held);
    expect(String(made)).toContain("clientId: this server cannot address a client whose id holds a slash");
    expect((await admin.get("/admin/clients?page_size=500&client_name=")).body.list).not.toContainEqual(
      expect.objectContaining({ client_id: id }),
    );
  });

  it("private keys that somebody stored come back whole: they do not reach the state", async () => {
    const held = await client({});
    const { privateKey, publicJwk } = generateKey();
    const whole = { ...privateKey.export({ format: "jwk" }), ...publicJwk };
    await rawPut(clientPath(held.id), { ...(await rawGet(clientPath(held.id))), jwks: { keys: [whole] } });
    expect((await rawGet(clientPath(held.id))).jwks).toEqual({ keys: [expect.objectContaining({ d: whole.d })] });
    expect(JSON.stringify((await readBack(held)).state)).not.toContain(whole.d);
    await destroy(oauth2Client, held);
  });

  it("origins lose a slash and the token strategy its capitals: neither is a change", async () => {
    const program = { allowedCorsOrigins: ["https://a.example/"], accessTokenStrategy: "JWT" };
    const held = await client(program);
    expect(changes(program, await readBack(held))).toEqual([]);
    await destroy(oauth2Client, held);
  });

  it("lifespans come back in Go's spelling: another spelling is no change, another value is", async () => {
    const held = await client({ clientCredentialsGrantAccessTokenLifespan: "90m" });
    const read = await readBack(held);
    expect(changes({ clientCredentialsGrantAccessTokenLifespan: "1.5h" }, read)).toEqual([]);
    expect(changes({ clientCredentialsGrantAccessTokenLifespan: "90m1ns" }, read)).toEqual([
      "clientCredentialsGrantAccessTokenLifespan",
    ]);
    await destroy(oauth2Client, held);
  });
});

describe("trusted issuers", () => {
  const trust = (more: Values = {}): Values => ({
    issuer: `idp-${randomUUID()}`,
    subject: "alice",
    jwk: generateKey("ES256", "k").publicJwk,
    expiresAt: "2099-01-31T00:00:00Z",
    ...more,
  });

  it("expires_at is rounded to the second and comes back in UTC: neither is a change", async () => {
    const program = trust({ expiresAt: "2099-01-31T02:00:59.511+02:00" });
    const held = await create(trustedJwtIssuer, program);
    const read = (await refresh(trustedJwtIssuer, held)) as Held;
    expect(preview(trustedJwtIssuer, program, read).changed).toEqual([]);
    await destroy(trustedJwtIssuer, held);
  });

  it.each(["idp", "https://idp.example/"])(
    "one key for an issuer (%s…) and kid: another one is refused",
    async (prefix) => {
      const program = trust({ issuer: prefix + randomUUID() });
      const held = await create(trustedJwtIssuer, program);
      const second = { ...program, subject: "bob", jwk: generateKey("ES256", "k").publicJwk };
      if ((await probe()).slashes || !prefix.includes("/")) {
        await expect(create(trustedJwtIssuer, second)).rejects.toThrow(
          "jwk: the server already has another key under this issuer and kid",
        );
      } else {
        // The engine's session forgets what was made before, as another process would; the test turns warnings into errors.
        await expect(create(trustedJwtIssuer, second)).rejects.toThrow("this server cannot show the key that they use");
      }
      await destroy(trustedJwtIssuer, held);
    },
  );

  it("deleting one trust deletes its siblings: they are made anew, and found under their new ids", async () => {
    const one = trust();
    const [first, sibling] = [await create(trustedJwtIssuer, one), { ...one, subject: "bob" }];
    const second = await create(trustedJwtIssuer, sibling);
    await destroy(trustedJwtIssuer, first);
    expect((await admin.get(trustPath(second.id))).status).toBe(404);
    const read = (await refresh(trustedJwtIssuer, second)) as Held;
    expect(read.id).not.toBe(second.id);
    expect(preview(trustedJwtIssuer, sibling, read).changed).toEqual([]);
    await destroy(trustedJwtIssuer, second);
    expect((await admin.get(`${trustsPath}?issuer=${String(one.issuer)}`)).body.list).toEqual([]);
  });

  it("a trust cannot be changed: what keeps issuer and kid is deleted first, what does not is made first", async () => {
    const program = trust();
    const held = await create(trustedJwtIssuer, program);
    const kept = preview(trustedJwtIssuer, { ...program, scope: ["read"] }, held);
    expect(kept).toMatchObject({ changed: ["scope"], replaces: ["scope"], deleteBeforeReplace: true });
    const moved = preview(trustedJwtIssuer, { ...program, issuer: "other" }, held);
    expect(moved).toMatchObject({ changed: ["issuer"], replaces: ["issuer"], deleteBeforeReplace: false });
    await destroy(trustedJwtIssuer, held);
  });

  it("the janitor removes expired trusts: they are gone, and deleting them is no error", async () => {
    const held = await create(trustedJwtIssuer, trust());
    await rawDelete(trustPath(held.id));
    expect(await refresh(trustedJwtIssuer, held)).toBeUndefined();
    await destroy(trustedJwtIssuer, held);
  });

  it("an expired trust still buys tokens, which a warning says and a deletion ends", async () => {
    const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const app = { id: randomUUID(), secret: randomUUID() };
    const body = { client_id: app.id, client_secret: app.secret, grant_types: [grant], scope: "read" };
    expect((await admin.post("/admin/clients", body)).status).toBe(201);
    const key = generateKey();
    const program = trust({ scope: ["read"], jwk: key.publicJwk, expiresAt: "2020-01-01T00:00:00Z" });
    expect(trustedJwtIssuer.warnings?.(program).map(inWords)).toEqual([
      "expiresAt: lies in the past, but Hydra up to v26.2.0 still issues tokens for assertions of an expired trust; delete the trust to end it [trust-expires]",
    ]);
    const held = await create(trustedJwtIssuer, program);
    const buy = () => {
      const claims = { iss: program.issuer, sub: program.subject, aud: tokenUrl };
      return jwtBearer(app, signJwt(key, claims), { scope: "read" });
    };
    const { version } = (await admin.get("/version")).body;
    const expected = /^v(2\.3\.0|25\.4\.0|26\.2\.0)$/.test(String(version)) ? [200] : [200, 400];
    expect(expected).toContain((await buy()).status);
    await destroy(trustedJwtIssuer, held);
    expect((await buy()).status).toBe(400);
    await rawDelete(clientPath(app.id));
  });

  it("a trust that others deleted took its siblings along: who deletes it after them is told once where to look", async () => {
    const held = await create(trustedJwtIssuer, trust());
    await rawDelete(trustPath(held.id));
    const said: string[] = [];
    const warn = (warning: Explanation) => said.push(inWords(warning));
    const { server } = configure((key) => ({ adminUrl: hydra.adminUrl })[key], {});
    for (let times = 0; times < 2; times++)
      await trustedJwtIssuer.delete({ ...server(undefined, warn), urn, signal, warn }, held);
    expect(said).toEqual([
      `this trust was already deleted. Hydra deletes all trusts with the same issuer and kid together; if you have others for ` +
        `${JSON.stringify(held.state.issuer)}, run \`pulumi refresh\`, then \`pulumi up\` [taken-along]`,
    ]);
  });

  it("the same trust twice is 409: the second one is refused, with the command that adopts the first", async () => {
    const program = trust();
    const held = await create(trustedJwtIssuer, program);
    await expect(create(trustedJwtIssuer, program)).rejects.toThrow(
      `pulumi import hydra:index:TrustedJwtIssuer <name> ${held.id}`,
    );
    await destroy(trustedJwtIssuer, held);
  });
});
