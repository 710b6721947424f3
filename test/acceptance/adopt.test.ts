// Knows how an estate that others made is taken over: `pulumi-hydra adopt`, `pulumi import --file`, a program, no changes.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdtemp, readFile } from "node:fs/promises";
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
import { errorsOf, recorded } from "../support/state.ts";
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

/** Objects that cannot, or can only in part, be adopted. Newer servers refuse some of them. */
async function addOddities(adminUrl: string): Promise<{ made: Set<string>; privateParts: string[] }> {
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
  const ended = {
    issuer: "idp-ended",
    subject: "alice",
    scope: [],
    expires_at: "2020-01-01T00:00:00Z",
    jwk: publicKey,
  };
  made.add(String((await post("/admin/trust/grants/jwt-bearer/issuers", ended, "ended")).id));
  return { made, privateParts: [String(pair.d), symmetric.k] };
}

/** Pulumi writes the state anew with each of 500 resources: half a minute, or ten where other tests run beside this one. */
const patience = 900_000;

describe.skipIf(process.env.HYDRA_ADMIN_URL)("adoption, on a server of its own", () => {
  it(
    "of 500 clients and 20 issuers ends in an empty preview, and nothing on the server changes",
    async () => {
      await using hydra = await startHydra();
      const { clientIds, trusts } = await fillEstate(hydra.adminUrl, { clients: 500, trusts: 20 });
      const { made, privateParts } = await addOddities(hydra.adminUrl);
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
        [
          "ended",
          `trust ${[...made].at(-1)} ("idp-ended", "alice"): it ended at 2020-01-01T00:00:00Z; \`hydra janitor --grants\` removes it`,
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
      const text = await readFile(adopted.path, "utf8");
      for (const secret of [...privateParts, "secret-"]) {
        expect([adopted.stdout + adopted.stderr, text].filter((shown) => shown.includes(secret))).toEqual([]);
      }
      const { resources } = adopted.file;
      const ids = (type: string) => resources.filter((entry) => entry.type === type).map(({ id }) => id);
      const addressable = ["whole-pair", ...(slashWorks ? ["team/app"] : [])];
      expect(ids("hydra:index:OAuth2Client").sort()).toEqual([...clientIds, ...addressable].sort());
      expect(ids("hydra:index:TrustedJwtIssuer")).toHaveLength(20);
      expect(ids("hydra:index:ClientLifespans")).toEqual([]);
      expect(new Set(resources.map(({ name }) => name.toLowerCase())).size).toBe(resources.length);
      expect(resources.filter(({ name }) => !/^[a-z][A-Za-z0-9]*$/.test(name))).toEqual([]);
      expect(resources.filter(({ logicalName }) => !/^[a-z][a-z0-9-]*[a-z0-9]$/.test(logicalName))).toEqual([]);
      expect((await adopt(gateway.url)).file).toEqual(adopted.file);

      await using stack = await workspace({
        files: pluginProgram(),
        config: { "hydra:adminUrl": gateway.url },
        path: [folder],
        timeoutMs: patience / 2,
      });
      const imported = await importAll(stack, adopted.path);
      expect([imported.code, /error: .*/.exec(imported.stdout + imported.stderr)?.[0]]).toEqual([0, undefined]);
      expect(Object.keys(await recorded(stack))).toHaveLength(resources.length);

      await stack.write(await programOf(stack, trusts));
      const unread = said.filter((line) => /^note: trust .* cannot show the key/.test(line)).length;
      const preview = await stack.preview();
      expect(errorsOf(preview)).toEqual([]);
      expect([count(preview.operations, "same"), count(preview.operations, "update")]).toEqual([
        resources.length - unread,
        unread,
      ]);
      if (unread > 0) {
        const recording = await stack.up();
        expect([errorsOf(recording), count(recording.operations, "update")]).toEqual([[], unread]);
        const again = await stack.preview();
        expect([errorsOf(again), count(again.operations, "same")]).toEqual([[], resources.length]);
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

/** A server with so many clients, in pages of a hundred, as newer Hydras have them. */
async function startList(count: number) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    const from = Number(searchParams.get("page_token") ?? 0);
    const all = pathname === "/admin/clients" ? count : 0;
    const length = Math.min(100, all - from);
    const page = Array.from({ length }, (_, index) => ({ client_id: `id-${from + index}`, client_name: "Web" }));
    const next = from + length < all ? { link: `<${pathname}?page_token=${from + length}>; rel="next"` } : {};
    response.writeHead(200, { "content-type": "application/json", ...next }).end(json(page));
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
        ...[1, 2, 3, 4, 5].map((thousands) => `read ${thousands}000 clients so far`),
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
  });

  it("writes no file when there is nothing to adopt", async () => {
    await using list = await startList(0);
    const { code, stderr, file } = await adopt(list.url, "--owner", "nobody");
    expect([code, stderr.split("\n").at(-2)]).toEqual([
      1,
      "pulumi-hydra: there is nothing to adopt; no file was written",
    ]);
    expect(file.resources).toEqual([]);
  });

  it("says what it takes", async () => {
    const all = await command(["--help"]);
    expect([all.code, all.stderr]).toEqual([0, ""]);
    expect(all.stdout).toContain("adopt     write a Pulumi import file");
    const one = await command(["adopt", "--help"]);
    expect([one.code, one.stderr]).toEqual([0, ""]);
    const options = [...one.stdout.matchAll(/--[a-z-]+/g)].map(([option]) => option);
    expect(options).toEqual(expect.arrayContaining(["--owner", "--client-name", "--issuer", "--out", "--admin-url"]));
  });

  it("says what is wrong, and repeats no argument that may be a secret", async () => {
    const said = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await command(args);
      expect([code, stdout]).toEqual([1, ""]);
      return stderr;
    };
    const help = "see `pulumi-hydra --help`\n";
    const environment = "settings and secrets are taken from the environment alone";
    expect(await said()).toBe(`pulumi-hydra: a command is missing; ${help}`);
    expect(await said("geheim")).toBe(`pulumi-hydra: there is no such command; ${help}`);
    expect(await said("adopt", "geheim")).toBe(`pulumi-hydra: there is an argument too many; ${help}`);
    for (const secret of [["--access-token", "geheim"], ["--access-token=geheim"]]) {
      expect(await said("adopt", ...secret)).toBe(
        `pulumi-hydra: Unknown option '--access-token'; ${environment}; ${help}`,
      );
    }
    expect(await said("adopt", "--owner")).toBe(`pulumi-hydra: Option '--owner <value>' argument missing; ${help}`);
    expect(await said("adopt")).toBe("pulumi-hydra: PULUMI_HYDRA_ADMIN_URL is not set: set PULUMI_HYDRA_ADMIN_URL\n");
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
