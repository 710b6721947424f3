// Knows which calls of the admin API each operation makes, counted between the plugin and a real Hydra.
import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Abilities, probe } from "../property/server.ts";
import { type Engine, failing, type Properties, startEngine } from "../support/engine.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { admin, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";

let gateway: Gateway;
let abilities: Abilities;
beforeAll(async () => {
  gateway = await startGateway({ target: hydra.adminUrl });
  abilities = await probe();
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** A process of the provider: what it was once told it remembers to its end. */
const startProcess = () => startEngine({ config: { adminUrl: gateway.url } });

/** What an operation returns, and its calls: each by its method and what follows the collection's path. */
async function counted<T>(work: () => Promise<T>): Promise<[calls: string[], result: T]> {
  gateway.received.length = 0;
  const result = await work();
  const shorten = (path: string) =>
    path
      .replace("/admin/trust/grants/jwt-bearer/issuers", "/trusts")
      .replace("/admin", "")
      .replace(/\?.*$/, "?")
      .replace(/^\/(clients|trusts|keys)\/[^?]*?(\/lifespans)?$/, "/$1/…$2");
  return [gateway.received.map(({ method, path }) => `${method} ${shorten(path)}`), result];
}
const callsOf = async (work: () => Promise<unknown>) => (await counted(work))[0];

async function newClient(engine: Engine, args: Properties = {}) {
  const { inputs } = await engine.check("OAuth2Client", args, {}, randomBytes(32));
  const [calls, made] = await counted(() => engine.create("OAuth2Client", inputs));
  return { calls, inputs, ...made };
}

/** An up of changed arguments, as the engine does it. */
async function up(engine: Engine, type: string, held: { id: string; properties: Properties }, args: Properties) {
  return counted(async () => {
    const { inputs } = await engine.check(type, args, held.properties, randomBytes(32));
    const { changes } = await engine.diff(type, held.id, held.properties, inputs);
    if (changes === "NONE") return held;
    return { id: held.id, properties: await engine.update(type, held.id, held.properties, inputs) };
  });
}

describe("an OAuth2Client", () => {
  it("takes one call to create, to read and to delete, two to update, and none where nothing changes", async () => {
    await using engine = await startProcess();
    const args = { clientName: "a", redirectUris: ["https://a.example/cb"], metadata: { team: "a" } };
    const client = await newClient(engine, args);
    expect(client.calls).toEqual(["POST /clients"]);
    expect(await callsOf(() => engine.read("OAuth2Client", client.id, client.properties, client.inputs))).toEqual([
      "GET /clients/…",
    ]);
    expect((await up(engine, "OAuth2Client", client, args))[0]).toEqual([]);
    const [calls, changed] = await up(engine, "OAuth2Client", client, { clientName: "b" });
    expect(calls).toEqual(["GET /clients/…", "PATCH /clients/…"]);
    expect((await up(engine, "OAuth2Client", changed, { clientName: "b" }))[0]).toEqual([]);
    expect(await callsOf(() => engine.delete("OAuth2Client", client.id, changed.properties))).toEqual([
      "DELETE /clients/…",
    ]);
  });

  it("takes one call to create in a new connection, too, and nothing to preview or to configure", async () => {
    await using engine = await startProcess();
    expect(
      await callsOf(async () => {
        const { inputs } = await engine.check("OAuth2Client", { clientName: "a" }, {}, randomBytes(32));
        await engine.create("OAuth2Client", inputs, { preview: true });
      }),
    ).toEqual([]);
  });

  it("with jwksUri takes a third call to update, once, where the server cannot patch it", async () => {
    await using engine = await startProcess();
    const args = (clientName: string) => ({ clientName, jwksUri: "https://a.example/jwks" });
    let held: { id: string; properties: Properties } = await newClient(engine, args("a"));
    const updates: string[][] = [];
    for (const name of ["b", "c"]) {
      const [calls, next] = await up(engine, "OAuth2Client", held, args(name));
      updates.push(calls.map((call) => call.replace(" /clients/…", "")));
      held = next;
    }
    // Only v2.3.0 refuses the patch; it knows no device authorization grant either.
    const expected = abilities.deviceLifespans
      ? [
          ["GET", "PATCH"],
          ["GET", "PATCH"],
        ]
      : [
          ["GET", "PATCH", "PUT"],
          ["GET", "PUT"],
        ];
    expect(updates).toEqual(expected);
    await engine.delete("OAuth2Client", held.id, held.properties);
  });

  it("takes a third call to clear a lifespan, once, where the server takes the patch and does not do it", async () => {
    await using engine = await startProcess();
    const lifespan = { implicitGrantIdTokenLifespan: "1h" };
    let held: { id: string; properties: Properties } = await newClient(engine, lifespan);
    const cleared: string[][] = [];
    for (const clientName of ["b", "c"]) {
      const [calls, next] = await up(engine, "OAuth2Client", held, { clientName });
      cleared.push(calls.map((call) => call.replace(" /clients/…", " ").trim()));
      expect((await admin.get(`/admin/clients/${held.id}`)).body).toMatchObject({
        client_name: clientName,
        implicit_grant_id_token_lifespan: null,
      });
      held = (await up(engine, "OAuth2Client", next, { clientName, ...lifespan }))[1];
    }
    const [patched] = cleared;
    if (patched?.length === 2) expect(cleared).toEqual([patched, patched]);
    else
      expect(cleared).toEqual([
        ["GET", "PATCH", "PUT /lifespans"],
        ["GET", "PUT"],
      ]);
    await engine.delete("OAuth2Client", held.id, held.properties);
  });

  it("takes a call more to create under an id that the program chose: that of others is to be seen before", async () => {
    await using engine = await startProcess();
    const made = await newClient(engine, { clientId: `chosen-${randomUUID()}` });
    expect(made.calls).toEqual(["GET /clients/…", "POST /clients"]);
    const again = await callsOf(() => failing(engine.create("OAuth2Client", made.inputs)));
    expect(again).toEqual(["GET /clients/…"]);
    await engine.delete("OAuth2Client", made.id, {});
  });
});

describe("a ClientLifespans", () => {
  const args = (clientId: string, lifespan = "1h") => ({ clientId, implicitGrantIdTokenLifespan: lifespan });

  it("takes one call to create beside its client, to read and to delete, two to update, none to change nothing", async () => {
    await using engine = await startProcess();
    const { id } = await newClient(engine);
    const [calls, made] = await counted(() => engine.create("ClientLifespans", args(id)));
    expect(calls).toEqual(["PUT /clients/…/lifespans"]);
    expect((await up(engine, "ClientLifespans", made, args(id)))[0]).toEqual([]);
    const [changing, changed] = await up(engine, "ClientLifespans", made, args(id, "2h"));
    expect(changing).toEqual(["GET /clients/…", "PUT /clients/…/lifespans"]);
    expect(await callsOf(() => engine.read("ClientLifespans", id, changed.properties, args(id, "2h")))).toEqual([
      "GET /clients/…",
    ]);
    expect(await callsOf(() => engine.delete("ClientLifespans", id, changed.properties))).toEqual([
      "PUT /clients/…/lifespans",
    ]);
    await engine.delete("OAuth2Client", id, {});
  });

  it("looks first at a client that this process did not make: it may have lifespans of others", async () => {
    await using engine = await startProcess();
    const { body } = await admin.post("/admin/clients", { implicit_grant_id_token_lifespan: "5m" });
    const id = String(body.client_id);
    expect(await callsOf(() => engine.create("ClientLifespans", args(id)))).toEqual([
      "GET /clients/…",
      "PUT /clients/…/lifespans",
    ]);
    await engine.delete("OAuth2Client", id, {});
  });

  it("is refused beside another one that was made in the same operation", async () => {
    await using engine = await startProcess();
    const { id } = await newClient(engine);
    await engine.create("ClientLifespans", args(id));
    const other = { clientId: id, jwtBearerGrantAccessTokenLifespan: "1h" };
    const [code, message] = await failing(engine.create("ClientLifespans", other));
    expect([code, message]).toEqual([
      "FAILED_PRECONDITION",
      expect.stringContaining("has lifespans that these inputs do not name: implicitGrantIdTokenLifespan"),
    ]);
    await engine.delete("OAuth2Client", id, {});
  });

  it("says that the client it was made for is gone", async () => {
    await using engine = await startProcess();
    const { id } = await newClient(engine);
    await admin.delete(`/admin/clients/${id}`);
    const [, message] = await failing(engine.create("ClientLifespans", args(id)));
    expect(message).toContain(`there is no client ${JSON.stringify(id)}`);
  });
});

describe("a TrustedJwtIssuer", () => {
  const trust = (issuer: string) => ({
    issuer,
    subject: "alice",
    scope: ["read"],
    jwk: generateKey().publicJwk,
    expiresAt: "2099-01-31T00:00:00Z",
  });

  it("takes three calls to create, two to read and to delete: its key is the server's for all trusts of its name", async () => {
    await using engine = await startProcess();
    const inputs = trust(`idp-${randomUUID()}`);
    const [creating, made] = await counted(() => engine.create("TrustedJwtIssuer", inputs));
    expect(creating).toEqual(["GET /keys/…", "POST /trusts", "GET /keys/…"]);
    expect(await callsOf(() => engine.read("TrustedJwtIssuer", made.id, made.properties, inputs))).toEqual([
      "GET /trusts/…",
      "GET /keys/…",
    ]);
    expect((await up(engine, "TrustedJwtIssuer", made, inputs))[0]).toEqual([]);
    expect(await callsOf(() => engine.delete("TrustedJwtIssuer", made.id, made.properties))).toEqual([
      "GET /trusts?",
      "DELETE /trusts/…",
    ]);
  });

  it("takes a call more to create beside another one with its key: the same trust may be there already", async () => {
    await using engine = await startProcess();
    const inputs = trust(`idp-${randomUUID()}`);
    const first = await engine.create("TrustedJwtIssuer", inputs);
    const [creating, second] = await counted(() => engine.create("TrustedJwtIssuer", { ...inputs, subject: "bob" }));
    expect(creating).toEqual(["GET /keys/…", "GET /trusts?", "POST /trusts", "GET /keys/…"]);
    for (const { id, properties } of [first, second]) await engine.delete("TrustedJwtIssuer", id, properties);
  });

  it("of an issuer that is a URL takes no more, but one call, once, to learn that its key cannot be read", async () => {
    await using engine = await startProcess();
    const calls: string[][] = [];
    for (const _ of [1, 2]) {
      const inputs = trust(`https://${randomUUID()}.example/`);
      const [creating, made] = await counted(() => engine.create("TrustedJwtIssuer", inputs));
      const reading = await callsOf(() => engine.read("TrustedJwtIssuer", made.id, made.properties, inputs));
      calls.push([...creating, ...reading]);
      await engine.delete("TrustedJwtIssuer", made.id, made.properties);
    }
    const shown = ["GET /keys/…", "POST /trusts", "GET /keys/…", "GET /trusts/…", "GET /keys/…"];
    const hidden = ["GET /trusts?", "POST /trusts", "GET /trusts/…"];
    expect(calls).toEqual(abilities.slashes ? [shown, shown] : [["GET /keys/…", ...hidden], hidden]);
  });
});

describe("a JsonWebKey", () => {
  const type = "JsonWebKey";

  it("takes one call to create and to read, two to delete, and none where nothing changes", async () => {
    await using engine = await startProcess();
    const set = `calls-${randomUUID()}`;
    const { inputs } = await engine.check(type, { set, alg: "ES256" }, {}, randomBytes(32));
    const [calls, made] = await counted(() => engine.create(type, inputs));
    expect(calls).toEqual(["POST /keys/…"]);
    expect(await callsOf(() => engine.read(type, made.id, made.properties, inputs))).toEqual(["GET /keys/…"]);
    expect((await up(engine, type, made, { set, alg: "ES256" }))[0]).toEqual([]);
    // The program of this operation keeps the key: another one deletes it.
    await using next = await startProcess();
    const remove = () => next.delete(type, made.id, made.properties);
    expect(await callsOf(remove)).toEqual(["GET /keys/…", "DELETE /keys/…"]);
    expect(await callsOf(remove)).toEqual(["GET /keys/…"]);
  });

  it("takes a call more to create under a kid that the program chose, and in a set that not every server can address", async () => {
    await using engine = await startProcess();
    const set = `calls-${randomUUID()}`;
    const { privateKey } = generateKey("ES256");
    const own = { ...privateKey.export({ format: "jwk" }), kid: "own" };
    for (const [args, method] of [
      [{ set, kid: "a", alg: "ES256" }, "POST"],
      [{ set, privateKey: own }, "PUT"],
    ] as const) {
      const { inputs } = await engine.check(type, args, {}, randomBytes(32));
      const [calls, made] = await counted(() => engine.create(type, inputs));
      expect(calls).toEqual(["GET /keys/…", `${method} /keys/…`]);
      await engine.delete(type, made.id, made.properties);
    }
    const { inputs } = await engine.check(type, { set: `${set}/a`, alg: "ES256" }, {}, randomBytes(32));
    const created = engine.create(type, inputs);
    if (hydra.version.startsWith("v2.")) return void (await failing(created));
    const { id, properties } = await created;
    expect(gateway.received.slice(-2).map(({ method }) => method)).toEqual(["GET", "POST"]);
    await engine.delete(type, id, properties);
  });
});

describe("a refresh of a thousand clients", () => {
  const count = 1_000;
  const atATime = 8;
  const owner = `refreshed ${randomUUID()}`;

  /** Works on all of these as the engine does, which has four operations under way for each core. */
  async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
    const left = items.values();
    const lane = async () => {
      for (const item of left) await work(item);
    };
    await Promise.all(Array.from({ length: atATime }, lane));
  }

  it("takes at most twenty calls, and shows each client as it is, and which ones are gone", {
    timeout: 180_000,
  }, async () => {
    const ids = Array.from({ length: count }, () => randomUUID());
    const body = (id: string) => ({ client_id: id, owner, client_name: id, token_endpoint_auth_method: "none" });
    try {
      await each(ids, async (id) => void expect((await admin.post("/admin/clients", body(id))).status).toBe(201));
      const gone = ids.filter((_, index) => index % 400 === 399);
      for (const id of gone) await admin.delete(`/admin/clients/${id}`);
      await using engine = await startProcess();
      const names = new Map<string, unknown>();
      const calls = await callsOf(() =>
        each(ids, async (id) => {
          const read = await engine.read("OAuth2Client", id, { clientId: id, clientName: "before" }, {});
          names.set(id, read.id === "" ? undefined : read.properties?.clientName);
        }),
      );
      expect(names).toEqual(new Map(ids.map((id) => [id, gone.includes(id) ? undefined : id])));
      expect(calls.length).toBeLessThanOrEqual(20);
    } finally {
      await each(ids, async (id) => void (await admin.delete(`/admin/clients/${id}`)));
    }
  });
});
