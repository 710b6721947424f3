// Knows which calls a Revocation makes on both hosts, when, and what is recorded of it: between the host and a real Hydra.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Engine, failing, type Properties, startEngine, unknown } from "../support/engine.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { bare, type Host, startHost } from "../support/host.ts";
import { admin, hydra } from "../support/hydra.ts";

let gateway: Gateway;
const clientId = `revoked-${randomUUID()}`;

beforeAll(async () => {
  gateway = await startGateway({ target: hydra.adminUrl });
  expect((await admin.post("/admin/clients", { client_id: clientId })).status).toBe(201);
});
afterAll(async () => {
  await admin.delete(`/admin/clients/${clientId}`);
  await gateway[Symbol.asyncDispose]();
});

const revokedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const sessions = "/admin/oauth2/auth/sessions";
const client = `GET /admin/clients/${clientId}`;
const consents = (subject: string) => `GET ${sessions}/consent?subject=${subject}&page_size=500`;

/** Each target, and what it asks of the server. */
const targets: readonly [target: Properties, calls: string[]][] = [
  [{ clientId }, [client, `DELETE /admin/oauth2/tokens?client_id=${clientId}`]],
  [
    { subject: "nobody" },
    [
      consents("nobody"),
      `DELETE ${sessions}/login?subject=nobody`,
      `DELETE ${sessions}/consent?subject=nobody&all=true`,
    ],
  ],
  [
    { subject: "nobody", clientId },
    [client, consents("nobody"), `DELETE ${sessions}/consent?subject=nobody&client=${clientId}`],
  ],
  [{ loginSessionId: "a b" }, [`DELETE ${sessions}/login?sid=a+b`]],
  // What is null is not set.
  [
    { clientId, subject: null, loginSessionId: null, consentRequestId: null },
    [client, `DELETE /admin/oauth2/tokens?client_id=${clientId}`],
  ],
  [{ loginSessionId: "a b", clientId: null, subject: null }, [`DELETE ${sessions}/login?sid=a+b`]],
];

const set = (values: Properties) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

describe.each(["plugin", "dynamic"] as const)("a Revocation on the %s host", (name) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(name, gateway.url);
  });
  afterAll(() => host[Symbol.asyncDispose]());
  beforeEach(() => {
    gateway.answer(undefined);
    gateway.received.length = 0;
  });

  const calls = () => gateway.received.splice(0).map(({ method, path }) => `${method} ${path}`);
  const failures = async (news: Properties) => (await host.check("Revocation", news)).failures.map(([, why]) => why);

  it.each(targets)("of %o revokes when it is created, and at no other time", async (target, expected) => {
    const news = { ...target, triggers: { incident: [1, null] } };
    const { inputs } = await host.check("Revocation", news);
    expect([set(inputs), calls()]).toEqual([set(news), []]);
    const held = await host.create("Revocation", inputs);
    expect(calls()).toEqual(expected);
    expect(held).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), state: { ...set(news), revokedAt } });

    expect(await host.diff("Revocation", held, inputs)).toMatchObject({ changes: "NONE", deleteBeforeReplace: false });
    expect(await host.read("Revocation", held, set(inputs))).toEqual({ ...held, inputs: set(inputs) });
    expect(await host.update("Revocation", held, inputs)).toEqual(held);
    await host.delete("Revocation", held);
    expect(calls()).toEqual([]);
  });

  it("is replaced where a target or a trigger changes, in an order that does not matter", async () => {
    const held = await host.create("Revocation", { clientId, triggers: "1" });
    const planned = async (news: Properties) => {
      const { changes, replaces, deleteBeforeReplace } = await host.diff("Revocation", held, news);
      return [changes, replaces, deleteBeforeReplace];
    };
    expect(await planned({ clientId, triggers: "2" })).toEqual(["SOME", ["triggers"], false]);
    expect(await planned({ clientId, triggers: unknown })).toEqual(["SOME", ["triggers"], false]);
    expect(await planned({ clientId })).toEqual(["SOME", ["triggers"], false]);
    expect(await planned({ clientId, triggers: "1", subject: "alice" })).toEqual(["SOME", ["subject"], false]);
    expect(await planned({ loginSessionId: "a", triggers: "1" })).toEqual([
      "SOME",
      ["clientId", "loginSessionId"],
      false,
    ]);
  });

  it("says at check which targets do not go together, and lets pass what is not known yet", async () => {
    const missing = "is required unless subject, loginSessionId or consentRequestId says what to revoke";
    const excludes = (target: string, other: string) => [`${target}: excludes ${other}: use one Revocation for each`];
    expect(await failures({ triggers: "1" })).toEqual([`clientId: ${missing}`]);
    expect(await failures({ loginSessionId: "a", subject: "b" })).toEqual(excludes("loginSessionId", "subject"));
    expect(await failures({ clientId: "a", consentRequestId: "b" })).toEqual(excludes("consentRequestId", "clientId"));
    expect(await failures({ consentRequestId: "a", loginSessionId: "b" })).toEqual(
      excludes("loginSessionId", "consentRequestId"),
    );
    expect(await failures({ clientId: unknown })).toEqual([]);
    expect(await failures({ loginSessionId: "a", subject: unknown })).toEqual([]);
    expect(await failures({ subject: "alice", clientId })).toEqual([]);
    // An empty text would mean everybody's.
    expect(await failures({ subject: "alice", clientId: "" })).toEqual(["clientId: must not be empty"]);
  });

  it("refuses a client that does not exist, where Hydra would say that all is well", async () => {
    const [, message] = await failing(host.create("Revocation", { clientId: "nobody's" }));
    expect(message).toContain(
      'could not create Revocation: clientId: there is no client "nobody\'s", and nothing was revoked; the tokens of a ' +
        "deleted client are invalid already; correct the id, or remove this Revocation [not-found]",
    );
    expect(calls()).toEqual(["GET /admin/clients/nobody's"]);
  });

  it("whose answer is lost is retried, and one that fails is not recorded and says what to do", async () => {
    let lost = 0;
    const answer = { status: 503, body: "away" };
    await using flaky = await startGateway({
      target: hydra.adminUrl,
      refuse: ({ method }) => (method === "DELETE" && lost++ === 0 ? answer : undefined),
    });
    await using retrying = await startHost(name, flaky.url);
    const held = await retrying.create("Revocation", { clientId });
    expect([lost, held.state.revokedAt]).toEqual([2, revokedAt]);

    await using broken = await startGateway({
      target: hydra.adminUrl,
      refuse: ({ path }) => (path.includes("/consent?subject=nobody&all") ? { status: 500, body: "no" } : undefined),
    });
    await using failed = await startHost(name, broken.url, { retries: "0" });
    const [code, message] = await failing(failed.create("Revocation", { subject: "nobody" }));
    expect(message).toContain("could not create Revocation: no (500 DELETE");
    expect(message).toContain(
      "; some of it may have been revoked; run the command again: it revokes everything again [in-doubt]",
    );
    // The engine keeps no operation pending: it is safe to begin again.
    expect(code).toBe(name === "plugin" ? "FAILED_PRECONDITION" : "UNKNOWN");
  });

  it("of a single consent says where a server cannot do that", async () => {
    const description = "Query parameter 'subject' is not defined but should have been.";
    const body = JSON.stringify({ error: "invalid_request", error_description: description });
    gateway.answer({ status: 400, headers: { "content-type": "application/json" }, body });
    const [, message] = await failing(host.create("Revocation", { consentRequestId: "a" }));
    expect(calls()).toEqual([`DELETE ${sessions}/consent?consent_request_id=a`]);
    expect(message).toContain(
      `could not create Revocation: consentRequestId: this server cannot revoke a single consent (${description} (400 DELETE`,
    );
    expect(message).toContain("); it needs Hydra v25.4.0 or later; give subject and clientId instead [server-too-old]");
  });

  it("cannot be imported or looked up", async () => {
    const [, message] = await failing(host.read("Revocation", { id: randomUUID(), state: {} }, {}));
    expect(message).toContain(
      "Hydra keeps no record of a revocation, so none can be imported or looked up; declare a new one [not-importable]",
    );
  });
});

describe("a Revocation on the plugin", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine({ config: { adminUrl: gateway.url } });
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  it("warns of a subject that has no consent, without its name", async () => {
    const warned = async (inputs: Properties) => {
      engine.logged.length = 0;
      await engine.create("Revocation", inputs);
      return engine.logged.map(({ message }) => message);
    };
    const [without, advice] = [
      "subject: Hydra has no consent of this subject",
      "; if you expected some, check the spelling [likely-mistake]",
    ];
    expect(await warned({ subject: "nobody" })).toEqual([without + advice]);
    expect(await warned({ subject: "nobody", clientId })).toEqual([`${without} to this client${advice}`]);
    expect(await warned({ clientId })).toEqual([]);
  });

  it("revokes nothing in a preview, and promises what is certain", async () => {
    gateway.received.length = 0;
    const { properties } = await engine.create("Revocation", { clientId, triggers: "1" }, { preview: true });
    expect(bare(properties)).toMatchObject({ clientId, triggers: "1", subject: null });
    expect([gateway.received, properties.revokedAt]).toEqual([[], undefined]);
    expect(await engine.list("hydra:index:Revocation", {})).toEqual([]);
    expect(gateway.received).toEqual([]);
  });
});
