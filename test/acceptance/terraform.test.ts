// Knows what Pulumi's converter, where a machine has it, makes of a Terraform program for Hydra with the package's mapping, and how
// a set of keys that Terraform made is taken over.
import { spawnSync } from "node:child_process";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { startGateway } from "../support/gateway.ts";
import { admin, hydra } from "../support/hydra.ts";
import { json, pluginProgram } from "../support/program.ts";
import { encrypted, errorsOf, filesHolding, recorded } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const installation = inject("installation");
const folder = join(installation.folder, "node_modules/pulumi-hydra");
const converter = "pulumi-converter-terraform";
const hasConverter = spawnSync("sh", ["-c", `command -v ${converter}`]).status === 0;

const terraform = `
variable "name" {
  type    = string
  default = "Shop"
}

provider "hydra" {
  endpoint = "http://127.0.0.1:4445"
}

resource "hydra_oauth2_client" "shop" {
  client_id                                      = "shop"
  client_name                                    = var.name
  redirect_uris                                  = ["https://shop.example/callback"]
  audience                                       = ["api"]
  metadata                                       = { team = "web" }
  skip_consent                                   = true
  client_credentials_grant_access_token_lifespan = "1h"
}

resource "hydra_oauth2_client" "report" {
  owner  = hydra_oauth2_client.shop.client_id
  scopes = ["read", "write"]
}

output "secret" {
  value = hydra_oauth2_client.report.client_secret
}
`;

const pulumi = `config "name" "string" {
  default = "Shop"
}

resource "shop" "hydra:index:OAuth2Client" {
  clientId     = "shop"
  clientName   = name
  redirectUris = ["https://shop.example/callback"]
  audience     = ["api"]
  metadata = {
    team = "web"
  }
  skipConsent                               = true
  clientCredentialsGrantAccessTokenLifespan = "1h"
}

resource "report" "hydra:index:OAuth2Client" {
  owner  = shop.clientId
  scopes = ["read", "write"]
}

output "secret" {
  value = report.clientSecret
}
`;

describe("a Terraform program", () => {
  it("becomes one of this package, and what needs a hand is named", async (ctx) => {
    if (!hasConverter) ctx.skip(`${converter} is not on PATH`);
    await using stack = await workspace({ files: pluginProgram(), path: [folder] });
    const source = join(stack.folder, "terraform");
    await mkdir(source);
    await writeFile(join(source, "main.tf"), terraform);
    const [mapping, out] = [join(folder, "dist/terraform/hydra.json"), join(stack.folder, "converted")];
    const { code, stdout, stderr } = await stack.run(
      ...["--cwd", source, "convert", "--from", "terraform", "--language", "pcl", "--mappings", mapping, "--out", out],
    );
    expect([code, (stdout + stderr).match(/unsupported attribute '\w+'/g)]).toEqual([
      0,
      ["unsupported attribute 'scopes'", "unsupported attribute 'scopes'"],
    ]);
    expect(await readFile(join(out, "main.pp"), "utf8")).toBe(pulumi);
    expect(await readFile(join(out, "Pulumi.yaml"), "utf8")).toMatch(
      /hydra:adminUrl:\s+value: http:\/\/127\.0\.0\.1:4445/,
    );
  });
});

describe("a set of keys that Terraform made", () => {
  it("becomes one resource for each key, of which none is replaced, with its private part in the program or not", async () => {
    const [generated, inlined] = [`generated-${randomUUID()}`, `inlined-${randomUUID()}`];
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const own = { ...privateKey.export({ format: "jwk" }), kid: "private:2025", alg: "RS256", use: "sig" };
    const { kty, n, e, alg, use } = own;
    // What `generator` and `ory_json_web_key_set` send, and what blocks `key` send.
    await admin.post(`/admin/keys/${generated}`, { alg: "ES256", kid: "2026-01", use: "enc" });
    await admin.put(`/admin/keys/${inlined}`, { keys: [{ kid: "public:2025", kty, n, e, alg, use }, own] });
    const live = async () => [await admin.get(`/admin/keys/${generated}`), await admin.get(`/admin/keys/${inlined}`)];
    const before = await live();
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using stack = await workspace({
      files: pluginProgram(),
      path: [folder],
      config: { "hydra:adminUrl": gateway.url, privateKey: { secret: json(own) } },
      env: { PULUMI_HYDRA_ADMIN_URL: gateway.url },
    });
    const imported = await stack.shell(
      `pulumi-hydra adopt --keys ${generated} --keys ${inlined} --out keys.json
      pulumi import --file keys.json --generate-code=false --skip-preview --yes --stack dev --non-interactive`,
    );
    expect([imported.code, imported.code === 0 ? "" : imported.stdout + imported.stderr]).toEqual([0, ""]);

    const names = [generated, `${inlined}-private-2025`, `${inlined}-public-2025`];
    const declare = (more: string) =>
      pluginProgram(
        "const config = new pulumi.Config();",
        `new hydra.JsonWebKey("${names[0]}", { set: "${generated}", kid: "2026-01", alg: "ES256", use: "enc" }, { protect: true });`,
        `const set = "${inlined}";`,
        `new hydra.JsonWebKey("${names[1]}", { set, kid: "private:2025", alg: "RS256"${more} }, { protect: true });`,
        `new hydra.JsonWebKey("${names[2]}", { set, kid: "public:2025", alg: "RS256", use: "sig" }, { protect: true });`,
      );
    expect(Object.keys(await recorded(stack)).sort()).toEqual(names.map((name) => `JsonWebKey ${name}`).sort());
    await stack.write(declare(""));
    const same = await stack.up();
    expect([errorsOf(same), [...new Set(Object.values(same.operations))]]).toEqual([[], ["same"]]);

    await stack.write(declare(', privateKey: config.requireSecretObject("privateKey")'));
    const up = await stack.up();
    expect([errorsOf(up), up.operations[`JsonWebKey ${names[1]}`]]).toEqual([[], "update"]);
    expect((await recorded(stack))[`JsonWebKey ${names[1]}`]?.outputs.privateKey).toBe(encrypted);
    const again = await stack.up();
    expect([...new Set(Object.values(again.operations))]).toEqual(["same"]);
    expect([...new Set(gateway.received.map(({ method }) => method))]).toEqual(["GET"]);
    expect(await live()).toEqual(before);
    expect(await filesHolding(stack, String(own.d))).toEqual([]);
    for (const set of [generated, inlined]) await admin.delete(`/admin/keys/${set}`);
  });
});
