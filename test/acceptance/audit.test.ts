// Knows what `pulumi-hydra audit` finds in an estate that others filled, what it says of it, and what it never shows.
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { rules } from "../../provider/audit/audit.ts";
import { counted } from "../../provider/cli/counted.ts";
import { run } from "../../tools/child.mts";
import { type Hydra, startHydra } from "../../tools/hydra.mts";
import { listen } from "../../tools/port.mts";
import { fillEstate, wholeEstate } from "../support/estate.ts";
import { startGateway } from "../support/gateway.ts";
import { type Planted, plantFaults } from "../support/planted-fault.ts";
import { json } from "../support/program.ts";

const installation = inject("installation");
const folder = join(installation.folder, "node_modules/pulumi-hydra");

type Json = Record<string, unknown>;

interface Finding {
  readonly rule: string;
  readonly level: string;
  readonly resource: string;
  readonly path: string;
  readonly reason?: string;
}

/** Runs the command as a person does, with the address in the environment. */
async function audit(adminUrl: string, args: readonly string[] = [], more: Record<string, string> = {}) {
  const env = { ...process.env, PATH: installation.path, PULUMI_HYDRA_ADMIN_URL: adminUrl, ...more };
  return run(join(folder, "pulumi-hydra"), ["audit", ...args], { env });
}

async function findings(adminUrl: string, args: readonly string[] = [], more: Record<string, string> = {}) {
  const { code, stdout, stderr } = await audit(adminUrl, ["--json", "--level", "note", ...args], more);
  const told = JSON.parse(stdout) as { server: string; findings: Finding[]; accepted: Finding[] };
  return { code, stderr, ...told };
}

const named = ({ resource, rule }: Finding) => `${resource} ${rule}`;

async function file(name: string, text: string): Promise<string> {
  const path = join(await mkdtemp(join(installation.folder, "audit-")), name);
  await writeFile(path, text);
  return path;
}

const list = (value: unknown) => (value ?? []) as string[];
const uses = (client: Json, ...grants: string[]) => {
  const own = list(client.grant_types);
  return (own.length === 0 ? ["authorization_code"] : own).some((grant) => grants.includes(grant));
};
const isPublic = (client: Json) => client.token_endpoint_auth_method === "none";
const lifespans = (client: Json, what: string) =>
  Object.entries(client).flatMap(([name, value]) => (name.endsWith(`_${what}_token_lifespan`) ? [String(value)] : []));
const hasType = (client: Json, pattern: RegExp) => list(client.response_types).some((type) => pattern.test(type));

/** What the estate of the adoption breaks, said a second time and in Hydra's words. All else in it keeps to the rules. */
const broken: Record<string, (client: Json) => boolean> = {
  "no-implicit-grant": (client) => uses(client, "implicit") || hasType(client, /(^| )token\b/),
  "public-clients-use-pkce": (client) => isPublic(client) && uses(client, "client_credentials"),
  "restricted-audience": (client) => uses(client, "client_credentials") && list(client.audience).length === 0,
  "matching-grants": (client) => {
    const sends = uses(client, "authorization_code", "implicit");
    const lacks =
      (hasType(client, /token/) && !uses(client, "implicit")) ||
      (hasType(client, /code /) && !uses(client, "authorization_code"));
    const refreshes = uses(client, "refresh_token") && !/\boffline/.test(String(client.scope));
    return sends !== list(client.redirect_uris).length > 0 || lacks || refreshes;
  },
  "named-origins": (client) => list(client.allowed_cors_origins).some((origin) => origin.includes("*")),
  "no-secret-in-browsers": (client) => list(client.allowed_cors_origins).length > 0 && !isPublic(client),
  "asymmetric-authentication": (client) => String(client.token_endpoint_auth_method).startsWith("client_secret"),
  "consent-for-others": (client) => client.skip_consent === true && uses(client, "authorization_code", "implicit"),
  "short-access-tokens": (client) => lifespans(client, "access").some((value) => /^(1h30m|720h)/.test(value)),
  "refresh-tokens-expire": (client) =>
    isPublic(client) && lifespans(client, "refresh").some((value) => value.startsWith("720h")),
};

const brokenByTrusts: Record<string, (trust: Json) => boolean> = {
  "named-subjects": (trust) => trust.allow_any_subject === true,
  "trusts-expire": (trust) => Number(String(trust.expires_at).slice(0, 4)) >= 2030,
};

const expectedOf = (items: readonly Json[]) =>
  items.flatMap((item) => {
    const [name, tests] = item.issuer ? [`trust ${item.id}`, brokenByTrusts] : [`client ${item.client_id}`, broken];
    return Object.entries(tests).flatMap(([rule, test]) => (test(item) ? [`${name} ${rule}`] : []));
  });

describe.skipIf(process.env.HYDRA_ADMIN_URL)("an audit of 500 clients and 20 issuers, on a server of its own", () => {
  let hydra: Hydra;
  let planted: Planted;
  let estate: Json[];

  beforeAll(async () => {
    hydra = await startHydra();
    await fillEstate(hydra.adminUrl, { clients: 500, trusts: 20 });
    estate = await wholeEstate(hydra.adminUrl);
    planted = await plantFaults(hydra.adminUrl);
  });

  afterAll(() => hydra[Symbol.asyncDispose]());

  it("finds every planted fault, nothing in what keeps to the rules, and only reads", async () => {
    const before = await wholeEstate(hydra.adminUrl);
    await using gateway = await startGateway({ target: hydra.adminUrl });
    const { code, findings: found, server, stderr } = await findings(gateway.url, ["--key-set", planted.set]);
    expect([code, server]).toEqual([7, gateway.url]);

    const brokenBy = (name: string) => [
      ...new Set(found.filter(({ resource }) => resource === name).map(({ rule }) => rule)),
    ];
    for (const [name, rule] of planted.faults) expect([name, brokenBy(name)]).toEqual([name, [rule]]);
    for (const name of planted.clean) expect([name, brokenBy(name)]).toEqual([name, []]);
    const unplanted = rules.filter(({ name }) => ![...planted.faults.values()].includes(name));
    expect(unplanted.map(({ name }) => name)).toEqual(["keys-are-renewed"]);

    const own = new Set([...planted.faults.keys(), ...planted.clean]);
    const inEstate = [...new Set(found.filter(({ resource }) => !own.has(resource)).map(named))];
    expect(inEstate.sort()).toEqual(expectedOf(estate).sort());
    expect(inEstate.length).toBeGreaterThan(1000);

    const trusts = before.filter(({ issuer }) => issuer !== undefined);
    const sets = ["hydra.openid.id-token", "hydra.jwt.access-token", planted.set];
    const keys = await Promise.all(sets.map((set) => keysIn(hydra.adminUrl, set)));
    const read = `${before.length - trusts.length} clients, ${trusts.length} trusts, ${counted(keys.flat().length, "key")}`;
    expect(stderr).toContain(`read ${read} at ${gateway.url}\n`);
    expect([...planted.faults.keys()].filter((name) => name.startsWith("key "))).toHaveLength(2);
    // v2.3.0 shows no key of an issuer with a slash.
    const unshown = trusts.filter(({ issuer }) => String(issuer).includes("/")).length;
    const notJudged = `not judged: the keys of ${unshown} trusts, because this server does not show them\n`;
    expect(stderr.includes(notJudged)).toBe(hydra.version === "v2.3.0");
    expect([...new Set(gateway.received.map(({ method }) => method))]).toEqual(["GET"]);
    expect(await wholeEstate(hydra.adminUrl)).toEqual(before);
  });

  it("finds keys that are old, years later", async () => {
    const years = 3 * 365 * 24 * 3600 * 1000;
    const clock = await file("clock.cjs", `const { now } = Date; Date.now = () => now() + ${years};`);
    const { findings: found } = await findings(hydra.adminUrl, [], { NODE_OPTIONS: `--require=${clock}` });
    const old = found
      .filter(({ rule }) => rule === "keys-are-renewed")
      .map(({ resource, path }) => `${resource} ${path}`);
    const keys = (holder: Json) => Object(holder.jwks).keys ?? (holder.public_key ? [holder.public_key] : []);
    const all = await wholeEstate(hydra.adminUrl);
    const expected = all.flatMap((holder) =>
      [...keys(holder).keys()].map((index) =>
        holder.issuer ? `trust ${holder.id} jwk` : `client ${holder.client_id} jwks.keys[${index}]`,
      ),
    );
    expect(old.sort()).toEqual(expected.sort());
    expect(old.length).toBeGreaterThan(100);
    const trusts = found.filter(
      ({ resource }) => [...planted.clean].includes(resource) && resource.startsWith("trust "),
    );
    expect([...new Set(trusts.map(({ rule }) => rule))]).toEqual(["no-expired-trusts", "keys-are-renewed"]);
  });

  it("shows warnings and errors in a table, with what to do, and no secret in any form", async () => {
    const { code, stdout, stderr } = await audit(hydra.adminUrl);
    expect(code).toBe(7);
    const [head, ...lines] = stdout.split("\n");
    expect(head).toMatch(/^LEVEL +RULE +RESOURCE +FOUND$/);
    const rows = lines.slice(0, lines.indexOf(""));
    const all = (await findings(hydra.adminUrl)).findings;
    const heavy = all.filter(({ level }) => level !== "note");
    expect(rows).toHaveLength(heavy.length);
    expect(rows).toContainEqual(
      expect.stringMatching(
        /^error +https-keys +client planted-https-keys +jwksUri: http:\/\/shop\.example\/keys is not/,
      ),
    );
    expect([...new Set(rows.map((row) => row.split(" ")[0]))]).toEqual(["error", "warning"]);
    expect(lines).toContain("https-keys (OpenID Connect Registration, 2): publish the keys over https, or set jwks");
    expect(stderr).toContain(
      `not shown: ${all.length - heavy.length} findings below the level; --level note shows all\n`,
    );

    const errors = await audit(hydra.adminUrl, ["--level", "error", "--sarif"]);
    const log = JSON.parse(errors.stdout) as { runs: [{ results: { level: string }[] }] };
    expect(log.runs[0].results).toHaveLength(heavy.filter(({ level }) => level === "error").length);
    const shown = [stdout, stderr, errors.stdout, json(all)].join();
    for (const secret of planted.secrets) expect(shown).not.toContain(secret);
  });

  it("accepts what a file accepts, until the day on which that ends", async () => {
    const exceptions = [
      { rule: "https-keys", resource: "client planted-https-keys", reason: "moves in March", until: "2099-03-31" },
      { rule: "consent-for-others", resource: "*", reason: "ours all", until: "2099-03-31" },
      { rule: "long-rsa-keys", resource: "client planted-long-rsa-keys", reason: "was to go", until: "2026-01-31" },
      { rule: "https-keys", resource: "client gone", reason: "old", until: "2099-03-31" },
    ];
    const path = await file("exceptions.json", json({ exceptions }));
    const { findings: found, accepted, stderr } = await findings(hydra.adminUrl, ["--exceptions", path]);
    const rest = found.map(named);
    expect(rest).not.toContain("client planted-https-keys https-keys");
    expect(rest.filter((name) => name.endsWith(" consent-for-others"))).toEqual([]);
    expect(rest).toContain("client planted-long-rsa-keys long-rsa-keys");
    expect(accepted.map(named)).toContain("client planted-consent-for-others consent-for-others");
    expect(accepted.find(({ rule }) => rule === "https-keys")).toMatchObject({ reason: "moves in March" });
    expect(stderr).toContain(
      "an exception has ended: long-rsa-keys for client planted-long-rsa-keys, until 2026-01-31: was to go\n",
    );
    expect(stderr).toContain(
      "an exception is for nothing, remove it: https-keys for client gone, until 2099-03-31: old\n",
    );
    const { stdout } = await audit(hydra.adminUrl, ["--sarif", "--exceptions", path]);
    const [{ results }] = (JSON.parse(stdout) as { runs: [{ results: Json[] }] }).runs;
    expect(results.filter(({ suppressions }) => suppressions !== undefined)).toHaveLength(accepted.length);
  });
});

async function keysIn(adminUrl: string, set: string): Promise<Json[]> {
  const response = await fetch(`${adminUrl}/admin/keys/${set}`);
  return response.ok ? ((await response.json()) as { keys: Json[] }).keys : [];
}

/** A server with these clients, and neither trusts nor keys. */
async function startClients(...clients: Json[]) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    const link = `<${pathname}?page_token=0>; rel="first"`;
    if (pathname.startsWith("/admin/keys/")) {
      response.writeHead(404, { "content-type": "application/json" });
      return response.end(json({ error: "Unable to locate the resource", error_description: "" }));
    }
    response.writeHead(200, { "content-type": "application/json", link });
    return response.end(json(pathname === "/admin/clients" ? clients : []));
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("pulumi-hydra audit", () => {
  it("ends with 0 when there is nothing to show", async () => {
    await using server = await startClients({ client_id: "web", grant_types: ["client_credentials"] });
    const { code, stdout, stderr } = await audit(server.url);
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toBe(
      `read 1 client, 0 trusts, 0 keys at ${server.url}\n0 errors, 0 warnings, 2 notes\n` +
        "not shown: 2 findings below the level; --level note shows all\n",
    );
    expect((await audit(server.url, ["--level", "note"])).code).toBe(7);
    expect((await audit(server.url, ["--key-set", "missspelt"])).stderr).toContain(
      "not judged: the keys in missspelt, because there is no such set\n",
    );
  });

  it("ends with another number when it cannot tell", async () => {
    await using gateway = await startGateway({ target: "http://127.0.0.1:1" });
    gateway.answer({ status: 401, headers: { "content-type": "application/json" }, body: "{}" });
    const refused = await audit(gateway.url);
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    await using server = await startClients();
    const said = async (...args: string[]) => {
      const { code, stdout, stderr } = await audit(server.url, args);
      expect([code, stdout]).toEqual([1, ""]);
      return stderr;
    };
    expect(await said("--level", "high")).toContain("--level must be one of error, warning, note");
    expect(await said("--json", "--sarif")).toContain("--json excludes --sarif");
    expect(await said("--exceptions", join(installation.folder, "absent.json"))).toContain(
      "absent.json cannot be read (ENOENT); check its path [file-unread]",
    );
    const path = await file("exceptions.json", json({ exceptions: [{ rule: "https-keys" }] }));
    expect(await said("--exceptions", path)).toContain("exceptions[0] needs a string as its resource");
  });

  it("says which keys it may not see, and judges the rest", async () => {
    await using server = await startClients({ client_id: "web", redirect_uris: ["http://shop.example"] });
    await using gateway = await startGateway({
      target: server.url,
      refuse: ({ path }) =>
        path.startsWith("/admin/keys/hydra.openid")
          ? { status: 403, headers: { "content-type": "application/json" }, body: json({ error: "forbidden" }) }
          : undefined,
    });
    const { code, stderr } = await audit(gateway.url);
    expect([code, stderr.split("\n").slice(0, 2)]).toEqual([
      7,
      [
        `read 1 client, 0 trusts, 0 keys at ${gateway.url}`,
        "not judged: the keys in hydra.openid.id-token, because this server does not show them",
      ],
    ]);
  });

  it("brings no control or direction character of foreign names to a terminal", async () => {
    const id = "a\u001b[31mb\u202ec\nd\u009b2J";
    const names = { client_id: id, client_name: `Name ${id}`, redirect_uris: [`http://shop.example/${id}?${id}=1`] };
    await using server = await startClients({ ...names, grant_types: ["authorization_code"] });
    const path = await file(
      "exceptions.json",
      json({ exceptions: [{ rule: "https-keys", resource: id, reason: id, until: "2099-01-01" }] }),
    );
    for (const form of [["--json"], ["--sarif"], []]) {
      const { code, stdout, stderr } = await audit(server.url, [...form, "--exceptions", path]);
      expect(code).toBe(7);
      expect(`${stdout}${stderr}`.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
      expect(`${stdout}${stderr}`.split("\n").filter((line) => /^d/.test(line))).toEqual([]);
      if (form[0] === "--json") expect(JSON.parse(stdout)).toMatchObject({ findings: [{ resource: `client ${id}` }] });
    }
  });

  it("writes SARIF with all that the standard requires", async () => {
    await using server = await startClients({ client_id: "a/b", redirect_uris: ["http://shop.example"] });
    const log = JSON.parse((await audit(server.url, ["--sarif"])).stdout) as Json;
    expect(log).toMatchObject({ version: "2.1.0", runs: [{ tool: { driver: { name: "pulumi-hydra" } } }] });
    const [sarif] = log.runs as [{ tool: { driver: { rules: Json[] } }; results: Json[] }];
    expect(sarif.tool.driver.rules.map(({ id }) => id)).toEqual(rules.map(({ name }) => name));
    expect(sarif.results).toEqual([
      {
        ruleId: "https-redirect-uris",
        ruleIndex: rules.findIndex(({ name }) => name === "https-redirect-uris"),
        level: "error",
        message: { text: "redirectUris[0]: http://shop.example is not protected on its way" },
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: "admin/clients/a%2Fb", uriBaseId: "hydra" } },
            logicalLocations: [
              { name: "redirectUris[0]", fullyQualifiedName: "client a/b/redirectUris[0]", kind: "member" },
            ],
          },
        ],
        partialFingerprints: { "finding/v1": "https-redirect-uris client a/b/redirectUris[0]" },
      },
    ]);
  });
});
