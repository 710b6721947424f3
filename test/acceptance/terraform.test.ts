// Knows what Pulumi's converter, where a machine has it, makes of a Terraform program for Hydra with the package's mapping.
import { spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { pluginProgram } from "../support/program.ts";
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
