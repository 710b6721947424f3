// Knows what a Revocation ends through the Pulumi CLI, and what it leaves: real sign-ins, real tokens, on both hosts.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Workspace } from "../../tools/workspace.mts";
import { Browser } from "../support/browser.ts";
import { startEngine } from "../support/engine.ts";
import { bare } from "../support/host.ts";
import { admin, clientCredentials, hydra, isActive, type TokenClient, token, verifies } from "../support/hydra.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { claimsOf, isSignedIn, signIn } from "../support/sign-in.ts";
import { errorsOf, recorded, recordedOne } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const folder = join(inject("installation").folder, "node_modules/pulumi-hydra");
const redirectUri = "http://127.0.0.1:5555/callback";
const scope = "openid offline read";

/** A client that nobody here manages. */
async function newClient(name: string, more: object = {}): Promise<TokenClient> {
  const client = { id: `${name}-${randomUUID()}`, secret: randomUUID() };
  const made = await admin.post("/admin/clients", {
    client_id: client.id,
    client_secret: client.secret,
    grant_types: ["authorization_code", "refresh_token", "client_credentials"],
    redirect_uris: [redirectUri],
    scope,
    ...more,
  });
  expect(made.status).toBe(201);
  return client;
}

/** What somebody holds after signing in to a client. */
interface Held {
  access: unknown;
  refresh: unknown;
  sid: unknown;
}

async function held(client: TokenClient, subject: string, browser = new Browser()): Promise<Held> {
  const { status, body } = await signIn(client, redirectUri, scope, { subject, browser });
  expect(status).toBe(200);
  return { access: body.access_token, refresh: body.refresh_token, sid: claimsOf(body.id_token).sid };
}

const active = async ({ access, refresh }: Held) => [await isActive(access), await isActive(refresh)];
const refreshed = (client: TokenClient, { refresh }: Held) =>
  token(client, { grant_type: "refresh_token", refresh_token: String(refresh) });
const machineToken = async (client: TokenClient) =>
  (await clientCredentials(client, { scope: "read" })).body.access_token;

const hosts = [
  ["dynamic resources", program],
  ["the plugin", pluginProgram],
] as const;

// One stack for each host, whose days the tests follow in order.
describe.each(hosts)("a Revocation on %s", (_, write) => {
  let stack: Workspace;
  let [web, other]: TokenClient[] = [];
  const [alice, bob] = ["alice", "bob"].map((name) => `${name}-${randomUUID()}`) as [string, string];
  const declare = (args: object) => stack.write(write(`new hydra.Revocation("leak", ${json(args)});`));
  const empty = () => stack.write(write());

  beforeAll(async () => {
    stack = await workspace({ files: write(), config: { "hydra:adminUrl": hydra.adminUrl }, path: [folder] });
    [web, other] = [await newClient("web"), await newClient("other", { access_token_strategy: "jwt" })];
  });
  afterAll(async () => {
    await stack.destroy();
    await stack[Symbol.asyncDispose]();
    for (const client of [web, other]) await admin.delete(`/admin/clients/${client?.id}`);
  });

  const clients = () => [web, other] as [TokenClient, TokenClient];
  /** What an `up` does, without anything that it complains about. */
  const operations = async (...args: string[]) => {
    const up = await stack.up(...args);
    expect(errorsOf(up)).toEqual([]);
    return up.operations;
  };

  it("of a client ends its access tokens, once for each trigger, and nothing else", async () => {
    const [client, foreign] = clients();
    const [machine, stranger] = [await machineToken(client), await machineToken(foreign)];
    const [person, visitor] = [await held(client, alice), await held(foreign, alice)];
    await declare({ clientId: client.id, triggers: "1" });
    expect((await stack.preview()).operations).toEqual({ "Revocation leak": "create" });
    expect([await isActive(machine), ...(await active(person))]).toEqual([true, true, true]);

    expect(await operations()).toEqual({ "Revocation leak": "create" });
    expect([await isActive(machine), ...(await active(person))]).toEqual([false, false, true]);
    expect([await isActive(stranger), ...(await active(visitor))]).toEqual([true, true, true]);
    // What outlives it: the refresh token buys another access token.
    const next = await refreshed(client, person);
    expect([next.status, await isActive(next.body.access_token)]).toEqual([200, true]);

    expect(await operations()).toEqual({ "Revocation leak": "same" });
    expect((await stack.refresh()).operations).toEqual({ "Revocation leak": "same" });
    const { outputs } = await recordedOne(stack, "Revocation leak");
    expect(outputs).toMatchObject({ clientId: client.id, triggers: "1", revokedAt: expect.any(String) });
    await declare({ clientId: client.id, triggers: { incident: 2 } });
    expect((await stack.preview()).operations).toEqual({ "Revocation leak": "replace" });
    expect(await isActive(next.body.access_token)).toBe(true);
    expect(await operations()).toEqual({ "Revocation leak": "replace" });
    expect(await isActive(next.body.access_token)).toBe(false);

    const later = await machineToken(client);
    await empty();
    expect(await operations()).toEqual({ "Revocation leak": "delete" });
    expect([await isActive(later), await isActive(stranger)]).toEqual([true, true]);
  });

  it("of a JWT access token is seen by those who ask the server, not by those who verify", async () => {
    const [, client] = clients();
    const machine = await machineToken(client);
    await declare({ clientId: client.id });
    await operations();
    expect([await isActive(machine), await verifies(machine)]).toEqual([false, true]);
    const person = await held(client, alice);
    expect(await isActive(person.access)).toBe(true);
    await declare({ subject: alice });
    expect(await operations()).toEqual({ "Revocation leak": "replace" });
    expect([await isActive(person.access), await verifies(person.access)]).toEqual([false, true]);
    await empty();
    await operations();
  });

  it("of a subject ends its consent to every client with all tokens, and its sign-ins, and nobody else's", async () => {
    const [client, foreign] = clients();
    const [home, elsewhere] = [new Browser(), new Browser()];
    const [first, second] = [await held(client, alice, home), await held(foreign, alice, new Browser())];
    const stranger = await held(client, bob, elsewhere);
    const machine = await machineToken(client);
    await declare({ subject: alice });
    await stack.preview();
    expect([await active(first), await isSignedIn(home, client.id, redirectUri)]).toEqual([[true, true], true]);

    expect(await operations()).toEqual({ "Revocation leak": "create" });
    expect([await active(first), await active(second)]).toEqual([
      [false, false],
      [false, false],
    ]);
    const refused = await refreshed(client, first);
    expect([refused.status, refused.body.error]).toEqual([400, "invalid_grant"]);
    expect(await isSignedIn(home, client.id, redirectUri)).toBe(false);
    expect([await active(stranger), await isSignedIn(elsewhere, client.id, redirectUri)]).toEqual([[true, true], true]);
    expect(await isActive(machine)).toBe(true);
  });

  it("of a subject and a client ends the consent to that client, and no sign-in", async () => {
    const [client, foreign] = clients();
    const home = new Browser();
    const [first, second] = [await held(client, alice, home), await held(foreign, alice)];
    const stranger = await held(client, bob);
    await declare({ subject: alice, clientId: client.id });
    expect(await operations()).toEqual({ "Revocation leak": "replace" });
    expect([await active(first), await active(second), await active(stranger)]).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ]);
    expect((await refreshed(client, first)).body.error).toBe("invalid_grant");
    expect(await isSignedIn(home, client.id, redirectUri)).toBe(true);
  });

  it("of a login session ends that sign-in, and neither another one nor a token", async () => {
    const [client] = clients();
    const [home, work] = [new Browser(), new Browser()];
    const [first, second] = [await held(client, alice, home), await held(client, alice, work)];
    expect([typeof first.sid, first.sid === second.sid]).toEqual(["string", false]);
    await declare({ loginSessionId: first.sid });
    expect(await operations()).toEqual({ "Revocation leak": "replace" });
    const signedIn = [home, work].map((browser) => isSignedIn(browser, client.id, redirectUri));
    expect(await Promise.all(signedIn)).toEqual([false, true]);
    expect([await active(first), await active(second)]).toEqual([
      [true, true],
      [true, true],
    ]);
  });

  it("of one consent ends its tokens and no others, on a server that knows one from another", async () => {
    const [client, foreign] = clients();
    const subject = `carol-${randomUUID()}`;
    const [first, second] = [await held(client, subject), await held(foreign, subject)];
    await using engine = await startEngine();
    const consentOf = async ({ sid: loginSessionId }: Held) => {
      const args = { subject, loginSessionId };
      const { result } = await engine.invoke("hydra:index:getConsentSessions", args);
      return bare(result?.sessions) as Record<string, unknown>[];
    };
    const found = await consentOf(first);
    expect(found).toMatchObject([{ loginSessionId: first.sid, clientId: client.id }]);
    expect(await consentOf(second)).toMatchObject([{ loginSessionId: second.sid, clientId: foreign.id }]);
    const consentRequestId = found[0]?.consentRequestId;
    const before = await recorded(stack);
    await declare({ consentRequestId: consentRequestId ?? "an id" });
    if (consentRequestId === undefined) {
      expect(errorsOf(await stack.up()).join("\n")).toContain(
        "consentRequestId: this server cannot revoke a single consent",
      );
      expect(await recorded(stack)).toEqual(before);
    } else {
      await operations();
      expect([await active(first), await active(second)]).toEqual([
        [false, false],
        [true, true],
      ]);
    }
    expect((await stack.destroy()).code).toBe(0);
    expect(await recorded(stack)).toEqual({});
  });
});

describe("a Revocation without a program", () => {
  it("is one command, and another one tells what is left", async () => {
    const client = await newClient("done");
    const access = await machineToken(client);
    const executable = join(folder, "pulumi-resource-hydra");
    const env = { PULUMI_HYDRA_ADMIN_URL: hydra.adminUrl };
    await using stack = await workspace({ files: pluginProgram(), env });
    const act = (...args: string[]) =>
      stack.run("do", "--stateless", "--package", executable, "hydra:index:Revocation", ...args);
    const made = await act("create", "--client-id", client.id, "--yes");
    expect([made.code, made.stdout + made.stderr]).toEqual([0, expect.stringContaining("revokedAt")]);
    expect(await isActive(access)).toBe(false);
    const misspelt = await act("create", "--client-id", `${client.id}x`, "--yes");
    expect([misspelt.code === 0, misspelt.stdout + misspelt.stderr]).toEqual([
      false,
      expect.stringContaining("and nothing was revoked"),
    ]);
    await admin.delete(`/admin/clients/${client.id}`);
  });
});
