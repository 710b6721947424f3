// Knows how an estate that others made is taken over: `pulumi-hydra adopt`, `pulumi import --file`, a program, no changes.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { type ChildResult, run } from "../../tools/child.mts";
import { startHydra } from "../../tools/hydra.mts";
import { listen } from "../../tools/port.mts";
import type { Workspace } from "../../tools/workspace.mts";
import { type EstateTrust, fillEstate, owners, wholeEstate } from "../support/estate.ts";
import { startGateway } from "../support/gateway.ts";
import { hydra } from "../support/hydra.ts";
import { json, pluginProgram } from "../support/program.ts";
import { errorsOf, filesHolding, recorded } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const installation = inject("installation");
const folder = join(installation.folder, "node_modules/pulumi-hydra");

interface ImportFile {
  readonly resources: readonly Record<"type" | "name" | "logicalName" | "id", string>[];
}

interface Adopted extends ChildResult {
  /** Where the import file went. */
  readonly path: string;
  /** What it holds; nothing when none was written. */
  readonly file: ImportFile;
}

/** Runs the command as a person does, with the address in the environment. */
async function adopt(adminUrl: string, ...args: string[]): Promise<Adopted> {
  const path = join(await mkdtemp(join(installation.folder, "adopt-")), "import.json");
  const { PULUMI_HYDRA_ADMIN_URL: _, ...environment } = process.env;
  const env = {
    ...environment,
    PATH: installation.path,
    ...(adminUrl === "" ? {} : { PULUMI_HYDRA_ADMIN_URL: adminUrl }),
  };
  const result = await run(join(folder, "pulumi-hydra"), ["adopt", "--out", path, ...args], { env });
  const text = await readFile(path, "utf8").catch(() => '{"resources":[]}');
  return { ...result, path, file: JSON.parse(text) as ImportFile };
}

const importAll = (stack: Workspace, path: string) =>
  stack.run("import", "--file", path, ...["--generate-code=false", "--skip-preview", "--yes", "--stack", "dev"]);

/**
 * The program that the imported inputs make: one statement for each resource. A key that the server does not show is
 * what a person has to add.
 */
async function programOf(stack: Workspace, trusts: readonly EstateTrust[]): Promise<Record<string, string>> {
  const statements = Object.entries(await recorded(stack)).map(([key, { inputs }]) => {
    const [type, name] = key.split(" ");
    const shown = inputs.jwk as { kid?: string; kty?: string } | undefined;
    const known = trusts.find(({ issuer, kid }) => issuer === inputs.issuer && kid === shown?.kid);
    const args = shown !== undefined && shown.kty === undefined ? { ...inputs, jwk: known?.jwk } : inputs;
    return `new hydra.${type}(${json(name)}, ${json(args)}, { protect: true });`;
  });
  return pluginProgram(...statements);
}

const count = (operations: Readonly<Record<string, string>>, operation: string) =>
  Object.values(operations).filter((found) => found === operation).length;

/** Objects that cannot, or can only in part, be adopted, and a trust with a note. Newer servers refuse some of them. */
async function addOddities(adminUrl: string): Promise<{ made: Set<string>; privateParts: string[]; expired: string }> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pair = { ...privateKey.export({ format: "jwk" }), kid: "pair", use: "sig", alg: "ES256" };
  const symmetric = { kty: "oct", k: Buffer.from(randomUUID()).toString("base64url"), kid: "shared", alg: "HS256" };
  const { d: _, ...publicKey } = pair;
  const clients = [
    { client_id: "team/app", client_name: "With a slash" },
    { client_id: "team/", client_name: "Slash at its end" },
    { client_id: "whole-pair", client_name: "Whole pair", jwks: { keys: [pair] } },
    { client_id: "symmetric", client_name: "Symmetric", jwks: { keys: [symmetric] } },
    { client_id: "no-page", client_name: "No page", client_uri: "the intranet" },
  ];
  const made = new Set<string>();
  const post = async (path: string, body: unknown, name: string) => {
    const response = await fetch(adminUrl + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: json(body),
    });
    if (response.status === 201) made.add(name);
    return (await response.json()) as Record<string, unknown>;
  };
  for (const client of clients) await post("/admin/clients", client, client.client_id);
  const trust = {
    issuer: "idp-expired",
    subject: "alice",
    scope: [],
    expires_at: "2020-01-01T00:00:00Z",
    jwk: publicKey,
  };
  const { id: expired } = await post("/admin/trust/grants/jwt-bearer/issuers", trust, "expired");
  return { made, privateParts: [String(pair.d), symmetric.k], expired: String(expired) };
}

/** An import of 500 resources, and what follows it, while other tests run. */
const patience = 900_000;

describe.skipIf(process.env.HYDRA_ADMIN_URL)("adoption, on a server of its own", () => {
  it(
    "takes 500 clients and 20 issuers; a quarter of the clients, and the rest, end in an empty preview, and nothing on the server changes",
    async () => {
      await using hydra = await startHydra();
      const { clientIds, trusts } = await fillEstate(hydra.adminUrl, { clients: 500, trusts: 20 });
      const { made, privateParts, expired } = await addOddities(hydra.adminUrl);
      const before = await wholeEstate(hydra.adminUrl);
      await using gateway = await startGateway({ target: hydra.adminUrl });

      const adopted = await adopt(gateway.url);
      expect(adopted.code).toBe(0);
      expect([...new Set(gateway.received.map(({ method }) => method))]).toEqual(["GET"]);
      const said = adopted.stderr.split("\n");
      const leftOut = said
        .filter((line) => line.startsWith("left out: "))
        .map((line) => line.slice("left out: ".length));
      const expected: [string, string][] = [
        [
          "no-page",
          'client "no-page" ("No page"): clientUri must be a URL that begins with http:// or https://; change it on the server first',
        ],
        [
          "symmetric",
          'client "symmetric" ("Symmetric"): jwks.keys[0] must be a public JSON Web Key (RFC 7517): kty RSA with n and e, EC with crv, x and y, or OKP with crv and x; change it on the server first',
        ],
        ["team/", 'client "team/" ("Slash at its end"): its id must not end with a slash: no server can address it'],
        [
          "team/app",
          'client "team/app" ("With a slash"): this server cannot address its id: it lists the client, but cannot read it',
        ],
      ];
      const slashWorks = hydra.version !== "v2.3.0";
      expect(leftOut.sort()).toEqual(
        expected.filter(([id]) => made.has(id) && !(id === "team/app" && slashWorks)).map(([, line]) => line),
      );
      expect(said).toContain(
        'note: client "whole-pair" ("Whole pair"): the server keeps the private part of its key "pair" and shows it to all who may ' +
          "read clients; only the public part is adopted. Replace that key",
      );
      expect(said).toContain(
        `note: trust ${expired} ("idp-expired", "alice"): it expired at 2020-01-01T00:00:00Z, but Hydra up to v26.2.0 still issues ` +
          "tokens for its assertions; remove it from the program after the import if nobody needs it",
      );
      const text = await readFile(adopted.path, "utf8");
      for (const secret of [...privateParts, "secret-"]) {
        expect([adopted.stdout + adopted.stderr, text].filter((shown) => shown.includes(secret))).toEqual([]);
      }
      const { resources } = adopted.file;
      const ids = (type: string) => resources.filter((entry) => entry.type === type).map(({ id }) => id);
      const addressable = ["whole-pair", ...(slashWorks ? ["team/app"] : [])];
      expect(ids("hydra:index:OAuth2Client").sort()).toEqual([...clientIds, ...addressable].sort());
      expect(ids("hydra:index:TrustedJwtIssuer")).toHaveLength(21);
      expect(ids("hydra:index:TrustedJwtIssuer")).toContain(expired);
      expect(ids("hydra:index:ClientLifespans")).toEqual([]);
      expect(new Set(resources.map(({ name }) => name.toLowerCase())).size).toBe(resources.length);
      expect(resources.filter(({ name }) => !/^[a-z][A-Za-z0-9]*$/.test(name))).toEqual([]);
      expect(resources.filter(({ logicalName }) => !/^[a-z][a-z0-9-]*[a-z0-9]$/.test(logicalName))).toEqual([]);
      expect((await adopt(gateway.url)).file).toEqual(adopted.file);

      await using stack = await workspace({
        files: pluginProgram(),
        config: { "hydra:adminUrl": gateway.url },
        path: [folder],
        // Without this, Pulumi writes the whole state after each resource.
        env: { PULUMI_SKIP_CHECKPOINTS: "true" },
        timeoutMs: patience / 2,
      });
      // How an import goes does not depend on how many there are, and takes Pulumi a minute for all of them.
      const ordinary = new Set(clientIds);
      const some = resources.filter(({ id }, index) => !ordinary.has(id) || index % 4 === 0);
      await writeFile(adopted.path, json({ ...adopted.file, resources: some }));
      const imported = await importAll(stack, adopted.path);
      expect([imported.code, /error: .*/.exec(imported.stdout + imported.stderr)?.[0]]).toEqual([0, undefined]);
      expect(Object.keys(await recorded(stack))).toHaveLength(some.length);

      await stack.write(await programOf(stack, trusts));
      const unread = said.filter((line) => /^note: trust .* cannot show the key/.test(line)).length;
      const preview = await stack.preview();
      expect(errorsOf(preview)).toEqual([]);
      expect([count(preview.operations, "same"), count(preview.operations, "update")]).toEqual([
        some.length - unread,
        unread,
      ]);
      if (unread > 0) {
        const recording = await stack.up();
        expect([errorsOf(recording), count(recording.operations, "update")]).toEqual([[], unread]);
        const again = await stack.preview();
        expect([errorsOf(again), count(again.operations, "same")]).toEqual([[], some.length]);
      }
      expect([...new Set(gateway.received.map(({ method }) => method))]).toEqual(["GET"]);
      expect(await wholeEstate(hydra.adminUrl)).toEqual(before);
    },
    patience,
  );

  it("takes the part of an estate that filters name", async () => {
    await using hydra = await startHydra();
    const { trusts } = await fillEstate(hydra.adminUrl, { clients: 50, trusts: 6 });
    const live = await wholeEstate(hydra.adminUrl);
    const clients = (filter: Record<string, unknown>) =>
      live
        .filter(
          (item) =>
            item.client_id !== undefined && Object.entries(filter).every(([name, value]) => item[name] === value),
        )
        .map((item) => `hydra:index:OAuth2Client ${item.client_id}`);
    const trustsOf = (issuer: string) =>
      live.filter((item) => item.issuer === issuer).map((item) => `hydra:index:TrustedJwtIssuer ${item.id}`);
    const found = ({ file }: Adopted) => file.resources.map(({ type, id }) => `${type} ${id}`).sort();
    const [, owner = ""] = owners;
    const { issuer = "" } = trusts.find((trust) => !trust.issuer.includes("/")) ?? {};

    expect(found(await adopt(hydra.adminUrl, "--owner", owner))).toEqual(clients({ owner }).sort());
    expect(found(await adopt(hydra.adminUrl, "--client-name", "Shop"))).toEqual(
      clients({ client_name: "Shop" }).sort(),
    );
    expect(found(await adopt(hydra.adminUrl, "--client-name", "Shop", "--owner", owner))).toEqual(
      clients({ client_name: "Shop", owner }).sort(),
    );
    expect(found(await adopt(hydra.adminUrl, "--issuer", issuer))).toEqual(trustsOf(issuer).sort());
    const both = await adopt(hydra.adminUrl, "--issuer", issuer, "--owner", owner);
    expect(found(both)).toEqual([...clients({ owner }), ...trustsOf(issuer)].sort());
    expect([clients({ owner }).length > 5, trustsOf(issuer).length > 0]).toEqual([true, true]);

    const config = { "hydra:adminUrl": hydra.adminUrl };
    await using stack = await workspace({ files: pluginProgram(), config, path: [folder] });
    expect((await importAll(stack, both.path)).code).toBe(0);
    await stack.write(await programOf(stack, trusts));
    const { operations } = await stack.preview();
    expect(count(operations, "same")).toBe(both.file.resources.length);
    expect(await wholeEstate(hydra.adminUrl)).toEqual(live);
  });
});

/** The members of a key that are private, in the order of RFC 7518. */
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "k"];

type Jwk = Record<string, string>;

/** Keys as servers have them after years: generated, brought along, without a use, symmetric, of a trust, and those that sign. */
async function fillSets(adminUrl: string) {
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(adminUrl + path, { method, ...(body === undefined ? {} : { body: json(body) }) });
    const text = await response.text();
    return (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
  };
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const brought = { ...privateKey.export({ format: "jwk" }), kid: "brought" };
  const symmetric = { kty: "oct", k: Buffer.from(randomUUID()).toString("base64url"), kid: "shared", alg: "HS256" };
  await send("POST", "/admin/keys/orders", { alg: "ES256", use: "sig", kid: "2025-12" });
  await send("POST", "/admin/keys/orders", { alg: "PS384", use: "enc", kid: "2026-01" });
  for (const key of [brought, { ...symmetric, use: "sig" }]) await send("PUT", `/admin/keys/orders/${key.kid}`, key);
  for (const set of ["hydra.openid.id-token", "hydra.jwt.access-token"]) {
    await send("POST", `/admin/keys/${set}`, { alg: "RS256", use: "sig", kid: `${set} older` });
    await send("POST", `/admin/keys/${set}`, { alg: "ES256", use: "sig", kid: "newer" });
  }
  const jwk = {
    ...generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }),
    kid: "main",
  };
  const trust = { issuer: "idp", subject: "alice", expires_at: "2099-01-31T00:00:00Z", jwk };
  const { id } = await send("POST", "/admin/trust/grants/jwt-bearer/issuers", trust);
  const sets = ["orders", "idp", "hydra.openid.id-token", "hydra.jwt.access-token"];
  const keys = async () => {
    const found = await Promise.all(sets.map(async (set) => (await send("GET", `/admin/keys/${set}`)).keys as Jwk[]));
    return found.flat();
  };
  return { send, keys, trust: String(id) };
}

describe.skipIf(process.env.HYDRA_ADMIN_URL)("adoption of keys, on a server of its own", () => {
  it("takes those of the named sets alone, without their private parts, and neither the import nor an up changes one", async () => {
    await using hydra = await startHydra();
    const { send, keys, trust } = await fillSets(hydra.adminUrl);
    const before = await keys();
    await using gateway = await startGateway({ target: hydra.adminUrl });
    const said: string[] = [];
    const adoptKeys = async (...args: string[]) => {
      const result = await adopt(gateway.url, ...args);
      said.push(result.stdout, result.stderr, await readFile(result.path, "utf8").catch(() => ""));
      return { ...result, ids: result.file.resources.map(({ type, id }) => `${type} ${id}`) };
    };

    const unnamed = await adoptKeys();
    expect([unnamed.ids, unnamed.stderr.split("\n").at(-4)]).toEqual([
      [`hydra:index:TrustedJwtIssuer ${trust}`],
      `read 0 clients and 1 trust at ${gateway.url}`,
    ]);
    const missing = await adoptKeys("--keys", "ordres");
    expect([missing.code, missing.ids, missing.stderr]).toEqual([
      1,
      [],
      'pulumi-hydra: the server has no keys in the set "ordres"; check its name [nothing-to-adopt]\n',
    ]);
    const none = await adoptKeys("--keys", "idp");
    expect([none.code, none.stderr.split("\n").slice(0, 2)]).toEqual([
      1,
      [
        `read 0 clients, 0 trusts and 1 key at ${gateway.url}`,
        'left out: key "idp/main": it belongs to a trusted issuer; adopt that with --issuer "idp"',
      ],
    ]);
    const adopted = await adoptKeys("--keys", "orders", "--keys", "hydra.jwt.access-token", "--keys", "orders");
    expect([adopted.code, adopted.stderr.split("\n")]).toEqual([
      0,
      [
        `read 0 clients, 0 trusts and 6 keys at ${gateway.url}`,
        'left out: key "orders/shared": it is a symmetric key (kty oct): it has no public part',
        'note: key "hydra.jwt.access-token/newer": Hydra signs with this key; the import protects it, so a preview that would ' +
          "delete it fails. Add a newer key to the set before you remove this one",
        "0 clients, 0 trusts and 5 keys can be adopted",
        `next: pulumi import --file ${adopted.path}`,
        "",
      ],
    ]);
    expect(adopted.file.resources.map(({ logicalName, id }) => [logicalName, id])).toEqual(
      [
        ["hydra-jwt-access-token-hydra-jwt-access-token-older", "hydra.jwt.access-token/hydra.jwt.access-token older"],
        ["hydra-jwt-access-token-newer", "hydra.jwt.access-token/newer"],
        ["orders-2025-12", "orders/2025-12"],
        ["orders-2026-01", "orders/2026-01"],
        ["orders-brought", "orders/brought"],
      ].sort(),
    );

    const config = { "hydra:adminUrl": gateway.url };
    await using stack = await workspace({ files: pluginProgram(), config, path: [folder] });
    const imported = await importAll(stack, adopted.path);
    said.push(imported.stdout, imported.stderr);
    expect(imported.code).toBe(0);
    const state = await recorded(stack);
    expect(Object.fromEntries(Object.values(state).map(({ id, inputs }) => [id, inputs]))).toEqual({
      "hydra.jwt.access-token/hydra.jwt.access-token older": {
        set: "hydra.jwt.access-token",
        kid: "hydra.jwt.access-token older",
        alg: "RS256",
      },
      "hydra.jwt.access-token/newer": { set: "hydra.jwt.access-token", kid: "newer", alg: "ES256" },
      "orders/2025-12": { set: "orders", kid: "2025-12", alg: "ES256" },
      "orders/2026-01": { set: "orders", kid: "2026-01", alg: "PS384", use: "enc" },
      "orders/brought": { set: "orders", kid: "brought", alg: "RS256" },
    });

    await stack.write(await programOf(stack, []));
    const up = await stack.up();
    expect([up.code, count(up.operations, "same"), Object.keys(up.operations).length]).toEqual([0, 5, 5]);
    const refresh = await stack.refresh();
    expect([refresh.code, count(refresh.operations, "same")]).toEqual([0, 5]);
    expect([...new Set(gateway.received.map(({ method }) => method))]).toEqual(["GET"]);
    expect(await keys()).toEqual(before);

    const exported = join(stack.folder, "stack.json");
    await writeFile(exported, await stack.exportStack());
    const rest = await adoptKeys("--keys", "orders", "--state", exported);
    expect([rest.code, rest.stderr]).toEqual([
      1,
      expect.stringContaining(
        `read 0 clients, 0 trusts and 1 key at ${gateway.url}, and 3 more that the exports have already`,
      ),
    ]);

    // What the note promises.
    const program = await programOf(stack, []);
    await stack.write(pluginProgram());
    const removal = await stack.preview();
    expect([removal.code === 0, errorsOf(removal).join()]).toEqual([
      false,
      expect.stringMatching(/JsonWebKey::hydra-jwt-access-token-newer" cannot be deleted\s+because it is protected/),
    ]);
    await stack.write(program);

    said.push(await stack.exportStack());
    const secrets = before.flatMap((key) => privateMembers.flatMap((name) => key[name] ?? []));
    expect(secrets.length).toBeGreaterThan(20);
    expect(secrets.filter((value) => said.some((text) => text.includes(value)))).toEqual([]);
    for (const value of secrets) expect(await filesHolding(stack, value)).toEqual([]);

    // The key of a trust is left out for this reason.
    await send("DELETE", "/admin/keys/idp/main");
    expect((await send("GET", `/admin/trust/grants/jwt-bearer/issuers/${trust}`)).id).toBe(undefined);
  });
});

/** A server with so many clients, in pages of a hundred, as newer Hydras have them. */
async function startList(count: number) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    const from = Number(searchParams.get("page_token") ?? 0);
    const all = pathname === "/admin/clients" ? count : 0;
    const length = Math.min(100, all - from);
    const page = Array.from({ length }, (_, index) => ({ client_id: `id-${from + index}`, client_name: "Web" }));
    const next = from + length < all ? `,<${pathname}?page_token=${from + length}>; rel="next"` : "";
    const link = `<${pathname}?page_token=0>; rel="first"${next}`;
    response.writeHead(200, { "content-type": "application/json", link }).end(json(page));
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

describe("pulumi-hydra adopt", () => {
  const command = async (args: readonly string[], env: Record<string, string> = {}) => {
    const { PULUMI_HYDRA_ADMIN_URL: _, ...environment } = process.env;
    const { code, stdout, stderr } = await run(join(folder, "pulumi-hydra"), args, {
      env: { ...environment, PATH: installation.path, ...env },
    });
    return { code, stdout, stderr };
  };

  it("reads five thousand clients of one name, and gives a sign of life after each thousand", async () => {
    await using list = await startList(5_000);
    const { code, stderr, file } = await adopt(list.url);
    expect([code, stderr.split("\n").slice(0, 7)]).toEqual([
      0,
      [
        ...[1, 2, 3, 4, 5].map((thousands) => `read ${thousands}000 clients and trusts so far`),
        `read 5000 clients and 0 trusts at ${list.url}`,
        "5000 clients and 0 trusts can be adopted",
      ],
    ]);
    expect(new Set(file.resources.map(({ logicalName }) => logicalName)).size).toBe(5_000);
  });

  it("writes to standard output unless it is told a file, and says everything else on standard error", async () => {
    await using list = await startList(1);
    const expected = { type: "hydra:index:OAuth2Client", name: "web", logicalName: "web", id: "id-0" };
    const { code, stdout, stderr } = await command(["adopt", "--admin-url", list.url]);
    expect([code, JSON.parse(stdout)]).toEqual([0, { resources: [expected] }]);
    expect(stderr.split("\n").at(-2)).toBe("next: pulumi import --file <file>");
    expect(await command(["adopt", "--admin-url", list.url, "--out", "-"])).toEqual({ code, stdout, stderr });
  });

  it("writes no file when there is nothing to adopt", async () => {
    await using list = await startList(0);
    const { code, stderr, file } = await adopt(list.url, "--owner", "nobody");
    expect([code, stderr.split("\n").at(-2)]).toEqual([
      1,
      "pulumi-hydra: there is nothing to adopt; no file was written [nothing-to-adopt]",
    ]);
    expect(file.resources).toEqual([]);
  });

  it("writes a new file, and replaces one only when it is told to", async () => {
    await using list = await startList(1);
    const folder = await mkdtemp(join(installation.folder, "adopt-"));
    const path = (name: string) => join(folder, name);
    await writeFile(path("there.json"), "precious");
    await symlink(path("target.json"), path("link.json"));
    const write = (name: string, ...more: string[]) =>
      command(["adopt", "--admin-url", list.url, "-o", path(name), ...more]);
    const kept = await write("there.json");
    expect([kept.code, kept.stderr, await readFile(path("there.json"), "utf8")]).toEqual([
      1,
      `pulumi-hydra: ${path("there.json")} exists already and was kept; give another path, or replace it with --force [file-unwritten]\n`,
      "precious",
    ]);
    expect((await write("there.json", "--force")).code).toBe(0);
    expect(JSON.parse(await readFile(path("there.json"), "utf8")).resources).toHaveLength(1);
    for (const more of [[], ["--force"]]) {
      const { code, stderr } = await write("link.json", ...more);
      expect([code, stderr]).toEqual([
        1,
        `pulumi-hydra: ${path("link.json")} is a symbolic link; give the path of the file itself [file-unwritten]\n`,
      ]);
    }
    const { stderr } = await write("it's new.json");
    expect(stderr.split("\n").at(-2)).toBe(`next: pulumi import --file '${path("it'\\''s new.json")}'`);
    expect(await readdir(folder)).toEqual(["it's new.json", "link.json", "there.json"]);
  });

  it("refuses an empty filter, which would take what belongs to everybody", async () => {
    for (const option of ["--owner", "--client-name", "--issuer", "--keys", "--admin-url", "--state", "--out"]) {
      const { code, stderr } = await command(["adopt", option, ""]);
      expect([code, stderr]).toEqual([
        1,
        `pulumi-hydra: ${option} is empty: is a variable unset? Leave the option out if you do not want it; see \`npx pulumi-hydra --help\` [usage]\n`,
      ]);
    }
  });

  it("brings no control or direction character of others to the terminal", async () => {
    const name = "Web\u001b[2J\u009b2J\u202ebeW";
    await using server = await startHydra({ alone: true });
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pair = { ...privateKey.export({ format: "jwk" }), kid: name, use: "sig", alg: "ES256" };
    const made = await fetch(`${server.adminUrl}/admin/clients`, {
      method: "POST",
      body: json({ client_id: "id\u202e", client_name: name, jwks: { keys: [pair] } }),
    });
    expect(made.status).toBe(201);
    const { stdout, stderr } = await command(["adopt", "--admin-url", server.adminUrl]);
    expect(stderr).toContain(
      'note: client "id\\u202e" ("Web\\u001b[2J\\u009b2J\\u202ebeW"): the server keeps the private',
    );
    expect(JSON.parse(stdout).resources).toMatchObject([{ id: "id\u202e" }]);
    expect((stdout + stderr).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("says what it takes", async () => {
    const all = await command(["--help"]);
    expect([all.code, all.stderr]).toEqual([0, ""]);
    expect(all.stdout).toContain("  adopt       write an import file");
    const one = await command(["adopt", "--help"]);
    expect(await command(["help", "adopt"])).toEqual(one);
    expect([one.code, one.stderr]).toEqual([0, ""]);
    const options = [...one.stdout.matchAll(/--[a-z-]+/g)].map(([option]) => option);
    expect(options).toEqual(
      expect.arrayContaining(["--owner", "--client-name", "--issuer", "--keys", "--out", "--admin-url"]),
    );
  });

  it("says what is wrong, and repeats no argument that may be a secret", async () => {
    const said = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await command(args);
      expect([code, stdout]).toEqual([1, ""]);
      return stderr;
    };
    const help = "see `npx pulumi-hydra --help` [usage]\n";
    const environment = "settings and secrets come from the environment or a stack";
    expect(await said()).toBe(`pulumi-hydra: missing command; ${help}`);
    expect(await said("geheim")).toBe(`pulumi-hydra: there is no such command; ${help}`);
    expect(await said("adopt", "geheim")).toBe(`pulumi-hydra: too many arguments; ${help}`);
    for (const secret of [["--access-token", "geheim"], ["--access-token=geheim"]]) {
      expect(await said("adopt", ...secret)).toBe(
        `pulumi-hydra: Unknown option '--access-token'; ${environment}; ${help}`,
      );
    }
    expect(await said("adopt", "--owner")).toBe(`pulumi-hydra: Option '--owner <value>' argument missing; ${help}`);
    expect(await said("adopt")).toBe(
      "pulumi-hydra: PULUMI_HYDRA_ADMIN_URL is not set; set PULUMI_HYDRA_ADMIN_URL, or name the stack that has it with --stack [setting-missing]\n",
    );
    expect(await said("adopt", "--admin-url", "127.0.0.1:4445")).toBe(
      "pulumi-hydra: --admin-url must be an http or https URL without user, query and fragment, such as http://127.0.0.1:4445 [setting-invalid]\n",
    );
  });

  it("tells a server that refuses it by the settings of the environment, without the credential", async () => {
    const token = `token-${randomUUID()}`;
    await using gateway = await startGateway({ target: hydra.adminUrl });
    gateway.answer({ status: 401, headers: { "content-type": "application/json" }, body: json({ error: token }) });
    const env = { PULUMI_HYDRA_ADMIN_URL: gateway.url, PULUMI_HYDRA_ACCESS_TOKEN: token };
    const { code, stdout, stderr } = await command(["adopt"], env);
    expect([code, stdout, gateway.received[0]?.authorization]).toEqual([1, "", `Bearer ${token}`]);
    expect(stderr).toContain("PULUMI_HYDRA_ACCESS_TOKEN");
    expect(stderr).not.toContain(token);
  });
});
