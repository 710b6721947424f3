// Knows how what nobody manages is found: `pulumi-hydra unmanaged` over a real Hydra and real exports, on both hosts.
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { run } from "../../tools/child.mts";
import { startHydra } from "../../tools/hydra.mts";
import type { Workspace } from "../../tools/workspace.mts";
import { startGateway } from "../support/gateway.ts";
import { generateKey } from "../support/key.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { workspace } from "../support/workspace.ts";

const installation = inject("installation");
const plugin = join(installation.folder, "node_modules/pulumi-hydra");

const secret = "a-secret-that-nobody-sees";

/** Runs the command as a person does. */
async function command(adminUrl: string, ...args: string[]) {
  const { PULUMI_HYDRA_ADMIN_URL: _, ...environment } = process.env;
  const env = { ...environment, PATH: installation.path, PULUMI_HYDRA_ADMIN_URL: adminUrl };
  const { code, stdout, stderr } = await run(join(plugin, "pulumi-hydra"), args, { env });
  expect(stdout + stderr).not.toContain(secret);
  return { code, stdout, stderr };
}

async function exportOf(stack: Workspace): Promise<string> {
  const file = join(await mkdtemp(join(installation.folder, "export-")), "stack.json");
  await writeFile(file, await stack.exportStack());
  return file;
}

interface Listed {
  readonly unmanaged: readonly { readonly kind: string; readonly id: string; readonly notes: readonly string[] }[];
}

const listed = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as Listed).unmanaged;
const idsOf = (result: { stdout: string }) => listed(result).map(({ kind, id }) => `${kind} ${id}`);

describe.skipIf(process.env.HYDRA_ADMIN_URL)("what nobody manages, on a server of its own", () => {
  it("is what the stacks of both hosts do not have", async () => {
    await using hydra = await startHydra();
    const post = async (path: string, body: unknown) => {
      const response = await fetch(hydra.adminUrl + path, { method: "POST", body: json(body) });
      return (await response.json()) as Record<string, unknown>;
    };
    const trust = (issuer: string) => ({
      issuer,
      subject: "robot",
      jwk: generateKey("ES256", issuer).publicJwk,
      expiresAt: "2099-01-31T00:00:00Z",
    });
    const config = { "hydra:adminUrl": hydra.adminUrl };
    const component = `
      class Team extends pulumi.ComponentResource {
        constructor(name) {
          super("acme:index:Team", name);
          const app = new hydra.OAuth2Client(name + "-app", { clientSecret: ${json(secret)} }, { parent: this });
          new hydra.ClientLifespans(name + "-app", { clientId: app.clientId, clientCredentialsGrantAccessTokenLifespan: "5m" }, { parent: this });
        }
      }
      new Team("shop");
      new hydra.OAuth2Client("web", { clientId: "web" });
      new hydra.TrustedJwtIssuer("idp", ${json(trust("idp-plugin"))});`;
    await using onPlugin = await workspace({ files: pluginProgram(component), config, path: [plugin] });
    const statements = `new hydra.OAuth2Client("batch", {}); new hydra.TrustedJwtIssuer("idp", ${json(trust("idp-dynamic"))});`;
    await using onDynamic = await workspace({ files: program(statements), config });
    for (const stack of [onPlugin, onDynamic]) expect((await stack.up()).code).toBe(0);
    const exports = [await exportOf(onPlugin), await exportOf(onDynamic)];
    const states = exports.flatMap((file) => ["--state", file]);
    await using gateway = await startGateway({ target: hydra.adminUrl });

    const nothing = await command(hydra.adminUrl, "unmanaged", ...states);
    expect(nothing).toEqual({
      code: 0,
      stdout: "",
      stderr: `0 of 3 clients and 0 of 2 trusts at ${hydra.adminUrl} are not in any of the 2 exports\n`,
    });

    const { client_id: byHand } = await post("/admin/clients", {
      client_name: "By \u001b[31mhand\u202e",
      owner: "nobody",
      client_secret: secret,
    });
    const issuer = {
      ...trust("idp-by-hand"),
      expires_at: "2099-01-31T00:00:00Z",
      jwk: generateKey("ES256", "idp-by-hand").publicJwk,
    };
    const { id: trustByHand } = await post("/admin/trust/grants/jwt-bearer/issuers", issuer);
    const found = await command(gateway.url, "unmanaged", "--json", ...states);
    expect([found.code, idsOf(found)]).toEqual([7, [`client ${byHand}`, `trust ${trustByHand}`]]);
    expect([...new Set(gateway.received.map(({ method }) => method))]).toEqual(["GET"]);
    const table = await command(hydra.adminUrl, "unmanaged", ...states);
    const [head = "", client = "", ofTrust = ""] = table.stdout.split("\n");
    expect([table.code, head]).toEqual([
      7,
      expect.stringMatching(/^KIND +ID +NAME, ISSUER OR SET +OWNER, SUBJECT OR ALG +CREATED/),
    ]);
    expect(client.split(/ {2,}/).slice(0, 4)).toEqual(["client", byHand, "By \\u001b[31mhand\\u202e", "nobody"]);
    expect(ofTrust.split(/ {2,}/).slice(0, 4)).toEqual(["trust", trustByHand, "idp-by-hand", "robot"]);

    const piped = await onDynamic.shell(
      `pulumi stack export --stack dev | PULUMI_HYDRA_ADMIN_URL=${hydra.adminUrl} ${join(plugin, "pulumi-hydra")} unmanaged --json --state - || exit $?`,
    );
    const app = listed(piped).find(({ id, kind }) => kind === "client" && id !== "web" && id !== byHand)?.id;
    const ofPlugin = (
      JSON.parse(await readFile(exports[0] ?? "", "utf8")) as { deployment: { resources: { id?: string }[] } }
    ).deployment.resources;
    expect(ofPlugin.map(({ id }) => id)).toContain(app);
    expect([piped.code, listed(piped).length]).toEqual([7, 5]);

    // What was deleted by hand and made again under the id is the stack's: a refresh and an up take it over.
    expect((await fetch(`${hydra.adminUrl}/admin/clients/web`, { method: "DELETE" })).status).toBe(204);
    await post("/admin/clients", { client_id: "web" });
    expect(idsOf(await command(hydra.adminUrl, "unmanaged", "--json", ...states))).toEqual(idsOf(found));

    // `adopt` takes what is left, and the command that it prints imports it into the same stack.
    const out = join(await mkdtemp(join(installation.folder, "adopt-")), "what is left.json");
    const adopted = await onPlugin.shell(
      `${join(plugin, "pulumi-hydra")} adopt --stack dev --out "${out}" ${states.join(" ")}`,
    );
    const { resources } = JSON.parse(await readFile(out, "utf8")) as { resources: { id: string }[] };
    expect([adopted.code, resources.map(({ id }) => id).sort()]).toEqual([0, [byHand, trustByHand].sort()]);
    expect(adopted.stderr).toContain(
      `read 1 client and 1 trust at ${hydra.adminUrl}, and 5 more that the exports have already\n`,
    );
    const [, next = ""] = /^next: (.*)$/m.exec(adopted.stderr) ?? [];
    expect(next).toBe(`pulumi import --stack dev --file '${out}'`);
    const imported = await onPlugin.shell(
      `${next} --generate-code=false --skip-preview --yes --non-interactive --color never`,
    );
    expect([imported.code, /error: .*/.exec(imported.stdout + imported.stderr)?.[0]]).toEqual([0, undefined]);
    const all = await command(
      hydra.adminUrl,
      "unmanaged",
      "--state",
      await exportOf(onPlugin),
      "--state",
      exports[1] ?? "",
    );
    expect([all.code, all.stdout]).toEqual([0, ""]);
    const nothingLeft = await command(
      hydra.adminUrl,
      "adopt",
      "--state",
      await exportOf(onPlugin),
      "--state",
      exports[1] ?? "",
    );
    expect([nothingLeft.code, nothingLeft.stderr.trim().split("\n").at(-1)]).toEqual([
      1,
      "pulumi-hydra: there is nothing to adopt; no file was written [nothing-to-adopt]",
    ]);
  });

  it("is asked on the server that an export means, of several", async () => {
    await using eu = await startHydra({ alone: true });
    await using us = await startHydra({ alone: true });
    const connections = json({ eu: { adminUrl: eu.adminUrl } });
    const config = { "hydra:adminUrl": us.adminUrl, "hydra:connections": connections };
    await using stack = await workspace({
      files: program('new hydra.OAuth2Client("eu", { connection: "eu", clientId: "web" });'),
      config,
    });
    expect((await stack.up()).code).toBe(0);
    await stack.write(
      program(
        'new hydra.OAuth2Client("eu", { connection: "eu", clientId: "web" }); new hydra.OAuth2Client("us", { clientId: "api" });',
      ),
    );
    expect((await stack.up()).code).toBe(0);
    for (const client_id of ["web", "other"]) {
      await fetch(`${us.adminUrl}/admin/clients`, { method: "POST", body: json({ client_id }) });
    }
    const state = await exportOf(stack);
    expect((await command(eu.adminUrl, "unmanaged", "--state", state)).code).toBe(0);
    const atUs = await command(us.adminUrl, "unmanaged", "--json", "--state", state);
    expect(listed(atUs).map(({ id, notes }) => [id, notes])).toEqual([
      ["other", []],
      ["web", [`${state} has it on another server, eu`]],
    ]);
    await using elsewhere = await startGateway({ target: eu.adminUrl });
    const unknown = await command(elsewhere.url, "unmanaged", "--state", state);
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      `pulumi-hydra: the exports have no server ${elsewhere.url}, but eu, ${us.adminUrl}; say which one it is with --server <url or connection> [server-unnamed]\n`,
    ]);
    expect((await command(elsewhere.url, "unmanaged", "--state", state, "--server", "eu")).code).toBe(0);
  });

  it("is not asked on another server, which has nothing of the export", async () => {
    await using deployed = await startHydra({ alone: true });
    await using empty = await startHydra({ alone: true });
    await using stack = await workspace({
      files: pluginProgram('new hydra.OAuth2Client("web", {});'),
      config: { "hydra:adminUrl": deployed.adminUrl },
      path: [plugin],
    });
    expect((await stack.up()).code).toBe(0);
    const state = await exportOf(stack);
    const wrong = await command(empty.adminUrl, "unmanaged", "--state", state);
    expect([wrong.code, wrong.stdout, wrong.stderr.split("\n").at(-2)]).toEqual([
      1,
      "",
      `pulumi-hydra: ${empty.adminUrl} has nothing of what the exports have at ${deployed.adminUrl}: it seems to be another Hydra; ` +
        `ask that one; if this is it, and all of it was deleted, add --server ${deployed.adminUrl} [server-unnamed]`,
    ]);
    const named = await command(empty.adminUrl, "unmanaged", "--state", state, "--server", deployed.adminUrl);
    expect(named.code).toBe(0);
    await using sameServer = await startGateway({ target: deployed.adminUrl });
    expect((await command(sameServer.url, "unmanaged", "--state", state)).code).toBe(0);
  });

  it("is every key beside those of the stack, in the sets of the stack", async () => {
    await using hydra = await startHydra();
    const config = { "hydra:adminUrl": hydra.adminUrl };
    const statements = 'new hydra.JsonWebKey("signing", { set: "of-the-stack", kid: "ours", alg: "ES256" });';
    await using stack = await workspace({ files: program(statements), config });
    expect((await stack.up()).code).toBe(0);
    for (const set of ["of-the-stack", "of-others"]) {
      const body = json({ kid: "by-hand", alg: "ES256", use: "sig" });
      expect((await fetch(`${hydra.adminUrl}/admin/keys/${set}`, { method: "POST", body })).status).toBe(201);
    }
    const found = await command(hydra.adminUrl, "unmanaged", "--json", "--state", await exportOf(stack));
    expect([found.code, idsOf(found), found.stdout.includes('"d"')]).toEqual([7, ["key of-the-stack/by-hand"], false]);
    expect(found.stderr).toContain("0 of 0 clients and 0 of 0 trusts, and 1 of 2 keys of the same sets, at ");
  });

  it("cannot be told without an export, or of a server that does not answer", async () => {
    const usage = await command("http://127.0.0.1:1", "unmanaged");
    expect([usage.code, usage.stderr]).toEqual([
      1,
      "pulumi-hydra: give at least one export with --state; see `npx pulumi-hydra --help` [usage]\n",
    ]);
    const state = join(await mkdtemp(join(installation.folder, "export-")), "stack.json");
    await writeFile(state, '{"version":3,"deployment":{"manifest":{}}}');
    await using gateway = await startGateway({ target: "http://127.0.0.1:1" });
    gateway.answer({ status: 403, body: "no" });
    expect((await command(gateway.url, "unmanaged", "--state", state)).code).toBe(1);
  });
});
