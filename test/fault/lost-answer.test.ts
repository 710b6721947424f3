// Knows the ways in which the answer to a write gets lost, and what must then be on the server and in the state.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Values } from "../../provider/lifecycle/value.ts";
import { clientPath, rawGet, rawPost, secretWorks, trustsPath } from "../property/server.ts";
import { type Fault, type FaultProxy, startFaultProxy } from "../support/fault.ts";
import { admin, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { type Stack, startStack } from "./stack.ts";

/** The ways to carry a request out and lose the answer. */
const losses: Readonly<Record<string, Fault>> = {
  "a reset after it": { forward: "all", answer: "reset" },
  "no answer in time": { forward: "all", answer: "no headers" },
  "a body that stops": { forward: "all", answer: "no body" },
  "a truncated body": { forward: "all", answer: "truncated" },
  "half of the JSON": { forward: "all", answer: "cut JSON" },
  "a 502 of a proxy": { forward: "all", answer: { status: 502, body: "<title>Bad Gateway</title>" } },
  "a 500": { forward: "all", answer: { status: 500, body: '{"error":"error"}' } },
  "an empty object": { forward: "all", answer: { status: 201, body: "{}" } },
};
const lost = losses["a reset after it"] as Fault;

let proxy: FaultProxy;
beforeAll(async () => {
  proxy = await startFaultProxy(hydra.adminUrl, { steady: true });
});
beforeEach(() => proxy.spoil(undefined));
afterAll(() => proxy[Symbol.asyncDispose]());

const settings = (more: Values = {}) => ({ adminUrl: proxy.url, timeout: 1, retries: 2, ...more });
const stack = (type: string, more?: Values): Stack => startStack(type, settings(more));
const live = async (id: string) => (await admin.get(clientPath(id))).body;
const named = async (clientName: string) =>
  ((await admin.get(`/admin/clients?client_name=${encodeURIComponent(clientName)}&page_size=500`)).body
    .list as Values[]) ?? [];
const state = (held: Stack): Values => held.recorded()?.state ?? {};
const works = (held: Stack) =>
  secretWorks(String(state(held).clientId), String(state(held).clientSecret), "client_secret_basic");
const newTrust = () => {
  const { publicJwk } = generateKey();
  const issuer = `https://${randomUUID()}.example`;
  return { issuer, subject: "alice", scope: ["read"], jwk: publicJwk, expiresAt: "2099-01-31T00:00:00Z" };
};
const trustsOfIssuer = async (issuer: unknown) =>
  ((await admin.get(`${trustsPath}?issuer=${encodeURIComponent(String(issuer))}`)).body.list as Values[]) ?? [];

describe("a create whose answer is lost", () => {
  it.each(Object.entries(losses))("by %s ends with one client, and its secret", async (_, fault) => {
    for (const clientId of [undefined, `chosen-${randomUUID()}`]) {
      const clientName = randomUUID();
      const program = { clientName, ...(clientId === undefined ? {} : { clientId }) };
      proxy.spoilFirst(fault, 1, "POST");
      const held = stack("OAuth2Client");
      expect(await held.up(program)).toEqual({ did: "create" });
      expect((await named(clientName)).map(({ client_id }) => client_id)).toEqual([held.recorded()?.id]);
      expect(await works(held)).toBe(true);
      expect(await held.up(program)).toEqual({ did: "nothing" });
    }
  });

  it.each(Object.entries(losses))("by %s ends with one trust", async (_, fault) => {
    const program = newTrust();
    proxy.spoilFirst(fault, 1, "POST");
    const held = stack("TrustedJwtIssuer");
    expect(await held.up(program)).toEqual({ did: "create" });
    expect((await trustsOfIssuer(program.issuer)).map(({ id }) => id)).toEqual([held.recorded()?.id]);
    expect(await held.up(program)).toEqual({ did: "nothing" });
  });

  it("each time is looked up in the end", async () => {
    const clientName = randomUUID();
    proxy.spoilFirst(lost, 100, "POST");
    const held = stack("OAuth2Client");
    expect(await held.up({ clientName })).toEqual({ did: "create" });
    expect(await works(held)).toBe(true);
  });

  it("and that cannot be looked up is left open, with the id and what to do", async () => {
    const clientName = randomUUID();
    proxy.spoil(({ method }) => (method === "POST" ? lost : { forward: "nothing", answer: "reset" }));
    const held = stack("OAuth2Client");
    const outcome = await held.up({ clientName });
    const [made] = await named(clientName);
    const id = String(made?.client_id);
    expect(outcome).toEqual({
      outcome: "unsure",
      failed: expect.stringContaining(
        `it may have created the client "${id}"; before the next \`pulumi up\`, adopt it on the plugin with ` +
          `\`pulumi import hydra:index:OAuth2Client it ${id}\`, or delete it with \`hydra delete oauth2-client ${id} --endpoint ${proxy.url}\``,
      ),
    });
    expect(held.doubtful()?.__clientId).toBe(id);
  });

  const refusal = (status: number) => ({
    status,
    headers: { "content-type": "application/json" },
    body: '{"error":"refused","error_description":"not now"}',
  });

  it("because a gateway sent it twice ends with one client where its id or its secret proves it ours", async () => {
    const twice: Fault = { forward: "all", answer: refusal(409) };
    for (const [clientId, publicUrl] of [[undefined], [`chosen-${randomUUID()}`, hydra.publicUrl]]) {
      proxy.spoilFirst(twice, 1, "POST");
      const held = stack("OAuth2Client", publicUrl === undefined ? {} : { publicUrl });
      expect(await held.up(clientId === undefined ? {} : { clientId })).toEqual({ did: "create" });
      expect(await works(held)).toBe(true);
    }
    proxy.spoilFirst(twice, 1, "POST");
    expect(await stack("OAuth2Client").up({ clientId: `chosen-${randomUUID()}` })).toEqual({
      outcome: "nothing",
      failed: expect.stringContaining("was created at the same time, and it is not the one that was asked for"),
    });
  });

  it("and whose secret cannot be written then is left open, although that refusal is certain", async () => {
    const clientId = `chosen-${randomUUID()}`;
    proxy.spoil(({ method }) => {
      if (method === "PATCH") return { forward: "nothing", answer: refusal(403) };
      return method === "POST" ? lost : undefined;
    });
    const held = stack("OAuth2Client", { retries: 0 });
    expect(await held.up({ clientId })).toEqual({
      outcome: "unsure",
      failed: expect.stringContaining(`it may have created the client "${clientId}"; before the next \`pulumi up\``),
    });
    expect(held.doubtful()?.clientId).toBe(clientId);
  });

  it("and that the server did not get leaves nothing behind", async () => {
    const clientName = randomUUID();
    proxy.spoilFirst({ forward: "half", answer: "reset" }, 100, "POST");
    expect(await stack("OAuth2Client").up({ clientName })).toMatchObject({ outcome: "unsure" });
    expect(await named(clientName)).toEqual([]);
  });

  it("because of its token is no doubt: nothing was sent", async () => {
    const token = { oauth2TokenUrl: `${proxy.url}/token`, oauth2ClientId: "me", oauth2ClientSecret: "a secret" };
    proxy.spoil(() => ({ forward: "nothing", answer: "reset" }));
    const before = proxy.seen.length;
    const outcome = await stack("OAuth2Client", token).up({});
    expect(outcome).toMatchObject({ outcome: "nothing", failed: expect.stringContaining("/token") });
    expect(new Set(proxy.seen.slice(before).map(({ path }) => path))).toEqual(new Set(["/token"]));
  });
});

describe("somebody else's client", () => {
  const recovery = (id: string) =>
    `adopt it on the plugin with \`pulumi import hydra:index:OAuth2Client it ${id}\`, or delete it with \`hydra delete oauth2-client ${id} --endpoint ${proxy.url}\``;

  it("that was there before is left alone, though it be the same and the answer lost", async () => {
    const clientId = `chosen-${randomUUID()}`;
    const before = await rawPost("/admin/clients", { client_id: clientId, client_name: "Web" });
    proxy.spoilFirst(lost, 1, "POST");
    expect(await stack("OAuth2Client").up({ clientId, clientName: "Web" })).toEqual({
      outcome: "nothing",
      failed:
        `could not create OAuth2Client: a client with the id "${clientId}" exists already and was not created by this resource; ` +
        "if you renamed or moved the resource in the program, give its old name or parent in the option `aliases`; " +
        "if Pulumi is replacing it (`--replace`, `pulumi state taint`), set the option `deleteBeforeReplace: true`; " +
        "if another resource of the program has this clientId, change one of the two; " +
        `otherwise ${recovery(clientId)} [exists-already]`,
    });
    expect((await live(clientId)).updated_at).toBe(before.updated_at);
  });

  /** Another one makes the client after we have looked and before our request is there. */
  const overtaken = (body: Values) => {
    proxy.onStage(async (stage, method) => {
      if (stage !== "arrived" || method !== "POST") return;
      proxy.onStage(undefined);
      await rawPost("/admin/clients", body);
    });
    proxy.spoilFirst(lost, 1, "POST");
  };

  it.each([
    ["with another name", { client_name: "Theirs" }],
    ["with a lifespan", { client_name: "Web", implicit_grant_id_token_lifespan: "1h" }],
  ])("that comes at the same time, %s, is left alone", async (_, theirs) => {
    const clientId = `chosen-${randomUUID()}`;
    overtaken({ client_id: clientId, client_secret: "their secret", ...theirs });
    expect(await stack("OAuth2Client").up({ clientId, clientName: "Web" })).toEqual({
      outcome: "nothing",
      failed: expect.stringContaining(
        `was created at the same time, and it is not the one that was asked for; nothing was changed; ${recovery(clientId)}`,
      ),
    });
    expect(await secretWorks(clientId, "their secret", "client_secret_basic")).toBe(true);
  });

  it("that comes at the same time and differs by its secret alone is told by that, where the public API is known", async () => {
    const clientId = `chosen-${randomUUID()}`;
    overtaken({ client_id: clientId, client_secret: "their secret", client_name: "Web" });
    const outcome = await stack("OAuth2Client", { publicUrl: hydra.publicUrl }).up({ clientId, clientName: "Web" });
    expect(outcome).toMatchObject({ outcome: "nothing", failed: expect.stringContaining("created at the same time") });
    expect(await secretWorks(clientId, "their secret", "client_secret_basic")).toBe(true);
  });

  it("is told from our own by the secret, where the public API is known", async () => {
    const clientId = `chosen-${randomUUID()}`;
    proxy.spoilFirst(lost, 1, "POST");
    const held = stack("OAuth2Client", { publicUrl: hydra.publicUrl });
    expect(await held.up({ clientId })).toEqual({ did: "create" });
    expect(await works(held)).toBe(true);
    // Nothing had to be written for that.
    expect(proxy.seen.filter(({ path, method }) => path.includes(clientId) && method !== "GET")).toEqual([]);
  });

  it("has its equal among trusts, which is left alone as well", async () => {
    const program = newTrust();
    const { issuer, subject, scope, jwk, expiresAt: expires_at } = program;
    const { id } = await rawPost(trustsPath, { issuer, subject, scope, jwk, expires_at });
    proxy.spoilFirst(lost, 1, "POST");
    expect(await stack("TrustedJwtIssuer").up(program)).toEqual({
      outcome: "nothing",
      failed: expect.stringContaining(`pulumi import hydra:index:TrustedJwtIssuer it ${String(id)}`),
    });
    expect(await trustsOfIssuer(issuer)).toHaveLength(1);
  });
});

describe("an update whose answer is lost", () => {
  it.each(Object.entries(losses))(
    "by %s, each time, keeps the client in the state and the next up puts right what the program then says",
    async (_, fault) => {
      const held = stack("OAuth2Client", { retries: 0 });
      await held.up({ clientName: "Before" });
      const { id } = held.recorded() ?? { id: "" };
      proxy.spoilFirst(fault, 100, "PATCH");
      const outcome = await held.up({ clientName: "After" });
      proxy.spoil(undefined);
      expect(outcome).toMatchObject({ outcome: "kept" });
      // The state says so already, and the server does not.
      expect(await held.up({ clientName: "Before" })).toEqual({ did: "update" });
      expect((await live(id)).client_name).toBe("Before");
      expect(await held.up({ clientName: "Before" })).toEqual({ did: "nothing" });
      expect(await works(held)).toBe(true);
    },
  );

  it("says so", async () => {
    const held = stack("OAuth2Client", { retries: 0 });
    await held.up({ clientName: "Before" });
    proxy.spoilFirst(losses["a 502 of a proxy"] as Fault, 1, "PATCH");
    const id = String(held.recorded()?.id);
    expect(await held.up({ clientName: "After" })).toEqual({
      outcome: "kept",
      failed: `could not update OAuth2Client "${id}": Bad Gateway (502 PATCH /admin/clients/${id}); the change may or may not have been applied; the next \`pulumi up\` checks and completes it [in-doubt]`,
    });
  });

  it.each(["forwarded", "not forwarded"])(
    "and held a secret (%s) leaves none in the state but one in force",
    async (how) => {
      const fault: Fault = how === "forwarded" ? lost : { forward: "nothing", answer: "reset" };
      const steps: [Values, Values][] = [
        [{ clientSecret: "the first secret" }, { clientSecret: "the second secret" }],
        [{}, { secretRotation: { trigger: "1" } }],
        [{}, { secretRotation: { trigger: "1", previousSecrets: "drop" } }],
      ];
      for (const [first, second] of steps) {
        const held = stack("OAuth2Client", { retries: 0 });
        await held.up(first);
        proxy.spoilFirst(fault, 1, "PATCH");
        expect(await held.up(second)).toMatchObject({ outcome: "kept" });
        expect(state(held).clientSecret).toBeUndefined();
        expect(await held.refresh()).toEqual({ did: "read" });
        // Whether the program stays or goes back, there is one secret afterwards, and it is known.
        for (const program of [second, first]) {
          expect(await held.up(program)).toEqual({ did: "update" });
          expect(await works(held)).toBe(true);
          expect(await held.up(program)).toEqual({ did: "nothing" });
        }
      }
    },
  );

  it("and whose program goes back at once has a known secret", async () => {
    const held = stack("OAuth2Client", { retries: 0 });
    await held.up({});
    proxy.spoilFirst(lost, 1, "PATCH");
    await held.up({ secretRotation: { trigger: "1" } });
    expect(await held.up({})).toEqual({ did: "update" });
    expect(await works(held)).toBe(true);
    expect(await held.up({})).toEqual({ did: "nothing" });
  });
});

describe("lifespans whose answer is lost", () => {
  const name = "implicitGrantIdTokenLifespan";

  it("are in the state as soon as they may be on the server", async () => {
    const { client_id } = await rawPost("/admin/clients", {});
    const clientId = String(client_id);
    const held = stack("ClientLifespans", { retries: 0 });
    proxy.spoilFirst(lost, 1, "PUT");
    expect(await held.up({ clientId, [name]: "1h" })).toMatchObject({ outcome: "kept" });
    expect(await held.up({ clientId, [name]: "1h" })).toEqual({ did: "update" });
    proxy.spoilFirst(lost, 1, "PUT");
    expect(await held.up({ clientId, [name]: "2h" })).toMatchObject({ outcome: "kept" });
    // The program goes back: the server has two hours, the state says one.
    expect(await held.up({ clientId, [name]: "1h" })).toEqual({ did: "update" });
    expect((await rawGet(clientPath(clientId))).implicit_grant_id_token_lifespan).toBe("1h0m0s");
    proxy.spoilFirst(lost, 1, "PUT");
    expect(await held.destroy()).toMatchObject({ outcome: "nothing" });
    expect(await held.destroy()).toEqual({ did: "delete" });
    expect((await rawGet(clientPath(clientId))).implicit_grant_id_token_lifespan).toBe(null);
  });
});

describe("a delete whose answer is lost", () => {
  it.each(["OAuth2Client", "TrustedJwtIssuer"])("of %s is done", async (type) => {
    const program = type === "OAuth2Client" ? {} : newTrust();
    const held = stack(type);
    await held.up(program);
    proxy.spoilFirst(lost, 1, "DELETE");
    expect(await held.destroy()).toEqual({ did: "delete" });
    expect(held.recorded()).toBeUndefined();
  });

  it("each time leaves the resource in the state until the next time", async () => {
    const held = stack("OAuth2Client", { retries: 0 });
    await held.up({});
    proxy.spoilFirst(lost, 1, "DELETE");
    expect(await held.destroy()).toMatchObject({ outcome: "nothing" });
    expect(await held.destroy()).toEqual({ did: "delete" });
  });

  it("gives back the trusts that the server deleted along", async () => {
    const program = { ...newTrust(), issuer: randomUUID() };
    const [one, other] = [stack("TrustedJwtIssuer", { retries: 0 }), stack("TrustedJwtIssuer", { retries: 0 })];
    await one.up(program);
    await other.up({ ...program, subject: "bob" });
    proxy.spoilFirst(lost, 1, "DELETE");
    expect(await one.destroy()).toEqual({ did: "delete" });
    expect((await trustsOfIssuer(program.issuer)).map(({ subject }) => subject)).toEqual(["bob"]);
  });

  it("and cannot give them back says which they are, and what to do", async () => {
    const program = { ...newTrust(), issuer: randomUUID() };
    const [one, other] = [stack("TrustedJwtIssuer", { retries: 0 }), stack("TrustedJwtIssuer", { retries: 0 })];
    await one.up(program);
    await other.up({ ...program, subject: "bob" });
    proxy.spoilFirst({ forward: "nothing", answer: "reset" }, 1, "POST");
    expect(await one.destroy()).toEqual({
      outcome: "nothing",
      failed: expect.stringContaining(
        'the trusts for "bob" may have been deleted too; run `pulumi refresh`, then `pulumi up` to recreate them',
      ),
    });
    await other.refresh();
    expect(await other.up({ ...program, subject: "bob" })).toEqual({ did: "create" });
  });
});
