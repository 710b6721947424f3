// Knows that the real engine runs the policy pack of examples/guard-rails on programs of both hosts.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { example } from "../../tools/example.mts";
import type { Workspace } from "../../tools/workspace.mts";
import { hydra } from "../support/hydra.ts";
import { blocksIn } from "../support/markdown.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { workspace } from "../support/workspace.ts";

const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");
const config = { "hydra:adminUrl": hydra.adminUrl };

/** What the README shows of a client that breaks a rule, without the line that says where the pack is. */
const shown = blocksIn("examples/guard-rails/README.md")
  .filter(({ language }) => language === "text")
  .flatMap(({ text }) => text.trimEnd().split("\n").slice(2).join("\n"));

/** Every regular Pulumi installation has this program for older language hosts: it runs a pack of Node.js. */
const launcher = `#!/bin/sh
exec node "$(node -p "require.resolve('@pulumi/pulumi/cmd/run-policy-pack')")" "$@"
`;

const bad = {
  redirectUris: ["http://shop.example/callback"],
  grantTypes: ["implicit"],
  tokenEndpointAuthMethod: "none",
  refreshTokenGrantAccessTokenLifespan: "24h",
};
const good = {
  redirectUris: ["https://shop.example/callback"],
  tokenEndpointAuthMethod: "private_key_jwt",
  jwksUri: "https://shop.example/keys",
};

const machine = { grantTypes: ["client_credentials"] };

/** What the README writes into the configuration of the pack. */
const levels = blocksIn("examples/guard-rails/README.md").find(({ language }) => language === "json")?.text ?? "";

const expired = {
  issuer: "idp",
  allowAnySubject: true,
  jwk: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: "k" },
  expiresAt: "2020-01-31T00:00:00Z",
};

const declare = (host: typeof program, args: object) => host(`new hydra.OAuth2Client("web", ${json(args)});`);

let stack: Workspace;

beforeAll(async () => {
  stack = await workspace({ files: program(), config, path: [plugin] });
  const pack = await example("guard-rails");
  const under = (folder: string, changed: Record<string, string>) =>
    Object.fromEntries(Object.entries({ ...pack, ...changed }).map(([name, text]) => [`${folder}/${name}`, text]));
  await stack.write(under("pack", {}));
  // An engine whose language host does not run packs takes this way for runtimes that it knows no host of.
  const { "PulumiPolicy.yaml": settings = "" } = pack;
  await stack.write(
    under("launched", { "PulumiPolicy.yaml": settings.replace("runtime: nodejs", "runtime: launched") }),
  );
  const bin = join(stack.folder, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "pulumi-analyzer-policy-launched"), launcher);
  await chmod(join(bin, "pulumi-analyzer-policy-launched"), 0o755);
});

afterAll(() => stack[Symbol.asyncDispose]());

const preview = (pack: string) =>
  stack.shell(`PATH=$PWD/bin:$PATH pulumi preview --stack dev --policy-pack ${pack} 2>&1`);

describe.each([
  ["dynamic resources", program, "pulumi-nodejs:dynamic/hydra:OAuth2Client"],
  ["the plugin", pluginProgram, "hydra:index:OAuth2Client"],
] as const)("examples/guard-rails over %s", (_, host, type) => {
  it("stops a client that breaks mandatory rules", async () => {
    await stack.write(declare(host, bad));
    const { code, stdout } = await preview("launched");
    expect(code).not.toBe(0);
    expect(stdout.replaceAll(type, "hydra:index:OAuth2Client")).toContain(shown.join());
    for (const rule of ["no-implicit-grant", "short-access-tokens"]) {
      expect(stdout).toContain(`[mandatory]  ${rule}  (${type}: web)`);
    }
  });

  it("stops a trust that has expired", async () => {
    await stack.write(host(`new hydra.TrustedJwtIssuer("idp", ${json(expired)});`));
    const { code, stdout } = await preview("launched");
    expect(code).not.toBe(0);
    expect(stdout).toContain(
      `[mandatory]  no-expired-trusts  (${type.replace("OAuth2Client", "TrustedJwtIssuer")}: idp)`,
    );
    expect(stdout).toContain("[advisory]  named-subjects");
  });

  it("lets a client pass that keeps to them", async () => {
    await stack.write(declare(host, good));
    const { code, stdout } = await preview("launched");
    expect(code).toBe(0);
    expect(stdout).toContain("✅ guard-rails@v1.0.0 (local: launched)\n");
  });
});

describe("examples/guard-rails", () => {
  it("lets the clients of a team pass, and warns of secrets and of tokens for any API", async () => {
    const files = Object.entries(await example("team-clients")).filter(([name]) => name.endsWith(".ts"));
    await using team = await workspace({ files: Object.fromEntries(files), config });
    const { code, stdout } = await team.shell(
      `PATH=${stack.folder}/bin:$PATH pulumi preview --stack dev --policy-pack ${stack.folder}/launched 2>&1`,
    );
    expect(code).toBe(0);
    expect(
      [...stdout.matchAll(/\[(\w+)\] +(\S+) +\(\S+: (\S+)\)/g)].map(([, ...found]) => found.join(" ")).sort(),
    ).toEqual([
      "advisory asymmetric-authentication shop-back-office",
      "advisory asymmetric-authentication shop-stock",
      "advisory restricted-audience shop-stock",
    ]);
  });

  it("takes levels from the configuration of the pack", async () => {
    await stack.write({ ...declare(program, bad), "levels.json": levels });
    const { code, stdout } = await preview("launched --policy-pack-config levels.json");
    expect(code).not.toBe(0);
    expect(stdout).toContain("[mandatory]  short-access-tokens");
    await stack.write({ ...declare(program, machine), "levels.json": levels });
    const strict = await preview("launched --policy-pack-config levels.json");
    expect(strict.code).not.toBe(0);
    expect([...strict.stdout.matchAll(/\[(\w+)\] +(\S+)/g)].map(([, ...found]) => found.join(" "))).toEqual([
      "mandatory restricted-audience",
    ]);
  });

  it("is started by the language host", async (context) => {
    await stack.write(declare(program, bad));
    const { code, stdout } = await preview("pack");
    if (stdout.includes("not supported")) context.skip("the language host here cannot start policy packs");
    expect(code).not.toBe(0);
    expect(stdout).toContain("[mandatory]  https-redirect-uris");
  });
});
