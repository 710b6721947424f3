// Knows how a stack's configuration says which Hydra, and what reaches it: address, token, proxy; and what happens when it does not.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { startHydra } from "../../tools/hydra.mts";
import { type Answering, startGateway } from "../support/gateway.ts";
import { admin, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { json, program } from "../support/program.ts";
import { errorsOf, filesHolding, recorded, stepsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const client = (name: string, args: object) => `new hydra.OAuth2Client("${name}", ${json(args)});`;
const path = (id: string) => `/admin/clients/${id}`;
const exists = async (id: string) => (await admin.get(path(id))).status === 200;

/** A client under an id of the program's own is looked for before it is made. */
const creation = (id: string, authorization: string | null, url = "/admin/clients") => [
  { method: "GET", path: `${url}/${id}`, authorization },
  { method: "POST", path: url, authorization },
];

const sorted = (requests: readonly object[]) => requests.map((request) => json(request)).sort();

describe("the configuration", () => {
  it("takes an address with and without /admin and a base path, and a token for that address alone", async () => {
    await using guarded = await startGateway({ target: hydra.adminUrl, basePath: "/hydra" });
    await using open = await startGateway({ target: hydra.adminUrl });
    const tokens = [`token-${randomUUID()}`, `token-${randomUUID()}`];
    const connections = {
      below: { adminUrl: `${guarded.url}/hydra`, accessToken: tokens[1] },
      plain: { adminUrl: open.url },
      admin: { adminUrl: `${open.url}/admin` },
    };
    const ids = Array.from({ length: 4 }, () => randomUUID());
    await using stack = await workspace({
      files: program(
        client("default", { clientId: ids[0] }),
        client("below", { clientId: ids[1], connection: "below" }),
        client("plain", { clientId: ids[2], connection: "plain" }),
        client("admin", { clientId: ids[3], connection: "admin" }),
      ),
      config: {
        "hydra:adminUrl": `${guarded.url}/hydra/admin/`,
        "hydra:accessToken": { secret: String(tokens[0]) },
        "hydra:connections": { secret: json(connections) },
      },
    });
    expect(errorsOf(await stack.up())).toEqual([]);
    const [ofDefault, below] = tokens.map((token, index) =>
      creation(String(ids[index]), `Bearer ${token}`, "/hydra/admin/clients"),
    );
    expect(sorted(guarded.received)).toEqual(sorted([...(ofDefault ?? []), ...(below ?? [])]));
    expect(sorted(open.received)).toEqual(sorted([ids[2], ids[3]].flatMap((id) => creation(String(id), null))));
    expect(await Promise.all(ids.map(exists))).toEqual([true, true, true, true]);
    for (const token of tokens) expect(await filesHolding(stack, token)).toEqual([]);
  });

  it("comes from the environment where the stack says nothing", async () => {
    await using first = await startGateway({ target: hydra.adminUrl });
    await using second = await startGateway({ target: hydra.adminUrl });
    const [web, far] = [randomUUID(), randomUUID()];
    const token = `token-${randomUUID()}`;
    const declare = (name: string) =>
      program(
        client("web", { clientId: web, clientName: name }),
        client("far", { clientId: far, clientName: name, connection: "far" }),
      );
    await using stack = await workspace({
      files: declare("Web"),
      env: {
        PULUMI_HYDRA_ADMIN_URL: first.url,
        PULUMI_HYDRA_ACCESS_TOKEN: token,
        PULUMI_HYDRA_CONNECTIONS: json({ far: { adminUrl: second.url } }),
      },
    });
    expect(errorsOf(await stack.up())).toEqual([]);
    expect(first.received).toEqual(creation(web, `Bearer ${token}`));
    expect(second.received).toEqual(creation(far, null));
    expect(await filesHolding(stack, token)).toEqual([]);

    first.received.length = 0;
    second.received.length = 0;
    await stack.setConfig({
      "hydra:adminUrl": second.url,
      "hydra:connections": json({ far: { adminUrl: first.url } }),
    });
    await stack.write(declare("Shop"));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "update", "OAuth2Client far": "update" });
    const update = (id: string, authorization: string | null) =>
      ["GET", "PATCH"].map((method) => ({ method, path: path(id), authorization }));
    // The token belongs to the server that the environment names.
    expect(second.received).toEqual(update(web, null));
    expect(first.received).toEqual(update(far, null));
  });

  it("names several servers: only the name is recorded, and a resource moves between servers by replacement", async (ctx) => {
    if (process.env.HYDRA_ADMIN_URL) ctx.skip("needs a second Hydra, and HYDRA_ADMIN_URL names the only one there is");
    await using second = await startHydra();
    const issuer = `idp-${randomUUID()}`;
    const { publicJwk } = generateKey();
    const trust = { issuer, subject: "alice", jwk: publicJwk, expiresAt: "2099-01-31T00:00:00Z" };
    const declare = (connection: string) =>
      program(
        `const connection = "${connection}";`,
        'const web = new hydra.OAuth2Client("web", { clientName: "Web", connection });',
        'new hydra.ClientLifespans("web", { clientId: web.id, implicitGrantIdTokenLifespan: "1h", connection });',
        `new hydra.TrustedJwtIssuer("idp", { ...${json(trust)}, connection });`,
        "module.exports = { id: web.id };",
      );
    const all = (op: string) => ({ "OAuth2Client web": op, "ClientLifespans web": op, "TrustedJwtIssuer idp": op });
    const get = async (adminUrl: string, path: string): Promise<unknown> => (await fetch(adminUrl + path)).json();
    const trusts = `/admin/trust/grants/jwt-bearer/issuers?issuer=${issuer}`;
    await using stack = await workspace({
      files: declare("eu"),
      config: {
        "hydra:connections": json({
          eu: { adminUrl: hydra.adminUrl },
          europe: { adminUrl: `${hydra.adminUrl}/admin` },
          us: { adminUrl: second.adminUrl },
        }),
      },
    });
    expect((await stack.up()).operations).toEqual(all("create"));
    const id = String((await stack.outputs()).id);
    const made = await admin.get(path(id));
    expect(made.body).toMatchObject({ client_name: "Web", implicit_grant_id_token_lifespan: "1h0m0s" });

    await stack.write(declare("europe"));
    expect((await stack.up()).operations).toEqual(all("update"));
    expect((await stack.outputs()).id).toBe(id);
    expect(await admin.get(path(id))).toEqual(made);

    await stack.write(declare("us"));
    const moved = await stack.up();
    expect(moved.operations).toEqual(all("replace"));
    expect(
      stepsOf(moved)
        .slice(0, 3)
        .every((step) => !step.startsWith("delete")),
    ).toBe(true);
    const there = String((await stack.outputs()).id);
    expect(await get(second.adminUrl, path(there))).toMatchObject({
      client_name: "Web",
      implicit_grant_id_token_lifespan: "1h0m0s",
    });
    expect(await get(second.adminUrl, trusts)).toMatchObject([{ issuer, subject: "alice" }]);
    expect([await exists(id), await get(hydra.adminUrl, trusts)]).toEqual([false, []]);

    for (const { inputs, outputs } of Object.values(await recorded(stack))) {
      expect([inputs.connection, outputs.connection]).toEqual(["us", "us"]);
      expect(json([inputs, outputs])).not.toContain(second.adminUrl);
    }
  });

  it("is checked at preview: the message names the key and never the value", async () => {
    await using stack = await workspace({ files: program(client("web", {})) });
    const missing = await stack.preview();
    await stack.write(program(client("web", { connection: "eu" })));
    const unknown = await stack.preview();
    await stack.setConfig({
      "hydra:adminUrl": "user:pass@hydra.example:4445",
      "hydra:timeout": "soon",
      "hydra:retries": "1.5",
    });
    await stack.write(program(client("web", {})));
    const wrong = await stack.preview();
    const failed = "OAuth2Client web: could not check OAuth2Client: ";
    expect([missing, unknown, wrong].map(errorsOf)).toEqual([
      [
        `${failed}hydra:adminUrl is not set; run \`pulumi config set hydra:adminUrl <url of Hydra's admin API>\` or set PULUMI_HYDRA_ADMIN_URL [setting-missing]`,
      ],
      [`${failed}hydra:connections has no connection "eu"; add it there, or correct the name [connection-unknown]`],
      [
        `${failed}hydra:adminUrl must be an http or https URL without user, query and fragment, such as http://127.0.0.1:4445; ` +
          "hydra:timeout must be a number; hydra:retries must be a whole number [setting-invalid]",
      ],
    ]);
  });

  it("keeps every resource in the state while its Hydra cannot be asked", async () => {
    await using trap = await startGateway({ target: hydra.adminUrl });
    const html = (status: number) => ({ status, body: `<html><body>${status}</body></html>` });
    const error = (status: number, error: unknown) => ({
      status,
      headers: { "content-type": "application/json" },
      body: json({ error }),
    });
    const doctor = "to test each step of the way to Hydra, run `npx pulumi-hydra doctor --stack <stack>`";
    const elsewhere = (name: string) =>
      `the response did not come from Hydra's admin API; check hydra:connections.${name}.adminUrl (host, port, base path); ${doctor} [not-hydra]`;
    const denied = "the request had no credentials; configure some, such as hydra:accessToken";
    const faults: Record<string, [Answering, reason: (at: string, url: string) => string]> = {
      "404": [html(404), (at) => `an HTML page (404 GET ${at}); ${elsewhere("404")}`],
      "200": [html(200), (at) => `the response is not JSON (200 GET ${at}); ${elsewhere("200")}`],
      "401": [html(401), (at) => `an HTML page (401 GET ${at}); ${denied} [unauthorized]`],
      "403": [error(403, "forbidden"), (at) => `forbidden (403 GET ${at}); ${denied} [forbidden]`],
      "500": [error(500, { message: "no luck" }), (at) => `no luck (500 GET ${at}) [server-error]`],
      "307": [
        { status: 307, headers: { location: trap.url }, body: "" },
        (at) => `it redirects to ${trap.url}, which is not followed (307 GET ${at}); ${elsewhere("307")}`,
      ],
      timeout: [
        "hang",
        (at, url) =>
          `no answer within 3 s (GET ${url}${at}); check that Hydra runs and that hydra:connections.timeout.adminUrl is right; ${doctor} [no-answer]`,
      ],
    };
    const names = Object.keys(faults);
    await using gateways = new AsyncDisposableStack();
    const started = names.map(
      async (name) => [name, gateways.use(await startGateway({ target: hydra.adminUrl }))] as const,
    );
    const gateway = Object.fromEntries(await Promise.all(started));
    const ids = Object.fromEntries(names.map((name) => [name, randomUUID()]));
    const every = (op: string) => Object.fromEntries(names.map((name) => [`OAuth2Client ${name}`, op]));
    const connections = names.map((name) => [name, { adminUrl: gateway[name]?.url, timeout: 3, retries: 0 }]);
    await using stack = await workspace({
      files: program(...names.map((name) => client(name, { clientId: ids[name], connection: name }))),
      config: { "hydra:connections": json(Object.fromEntries(connections)) },
    });
    expect((await stack.up()).operations).toEqual(every("create"));
    const before = await recorded(stack);

    for (const name of names) gateway[name]?.answer(faults[name]?.[0]);
    const refreshed = await stack.refresh();
    expect(refreshed.code).not.toBe(0);
    expect(refreshed.operations).toEqual(every("refresh failed"));
    const expected = Object.entries(faults).map(([name, [, reason]]) => {
      const said = reason(path(String(ids[name])), gateway[name]?.url ?? "");
      return `OAuth2Client ${name}: could not read OAuth2Client "${ids[name]}": ${said}`;
    });
    expect(errorsOf(refreshed).sort()).toEqual([...expected, "update failed"].sort());
    expect(await recorded(stack)).toEqual(before);
    expect(trap.received).toEqual([]);

    for (const name of names) gateway[name]?.answer(undefined);
    expect((await stack.refresh()).operations).toEqual(every("same"));
  });

  it("that is recorded is what refresh uses, and --run-program uses the new one", async () => {
    await using first = await startGateway({ target: hydra.adminUrl });
    const id = randomUUID();
    await using stack = await workspace({
      files: program(client("web", { clientId: id })),
      config: { "hydra:adminUrl": first.url, "hydra:retries": "0" },
    });
    await stack.up();
    const before = await recorded(stack);
    // The public API has no clients to show.
    await stack.setConfig({ "hydra:adminUrl": hydra.publicUrl });
    first.received.length = 0;
    expect((await stack.refresh()).operations).toEqual({ "OAuth2Client web": "same" });
    expect(first.received).toEqual([{ method: "GET", path: path(id), authorization: null }]);

    const renewed = await stack.refresh("--run-program");
    expect(renewed.code).not.toBe(0);
    // One error for the refresh and one for the program's resource; the versions word it differently.
    const said =
      /^OAuth2Client web: could not read OAuth2Client "[^"]+": 404 [\w -]+ \(404 GET [^)]+\); the response did not come from /;
    expect(errorsOf(renewed)).toEqual([expect.stringMatching(said), expect.stringMatching(said)]);
    expect(await recorded(stack)).toEqual(before);
    expect(first.received).toHaveLength(1);
  });

  it("leaves proxies to HTTP_PROXY and NO_PROXY", async () => {
    await using proxy = await startGateway({ target: hydra.adminUrl });
    const [far, near] = [randomUUID(), randomUUID()];
    await using stack = await workspace({
      files: program(client("far", { clientId: far }), client("near", { clientId: near, connection: "near" })),
      config: {
        "hydra:adminUrl": "http://hydra.invalid:4445",
        "hydra:connections": json({ near: { adminUrl: hydra.adminUrl } }),
      },
      env: { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1" },
    });
    expect(errorsOf(await stack.up())).toEqual([]);
    const url = "http://hydra.invalid:4445/admin/clients";
    expect(proxy.received).toEqual(creation(far, null, url));
    expect(await Promise.all([far, near].map(exists))).toEqual([true, true]);
  });
});
