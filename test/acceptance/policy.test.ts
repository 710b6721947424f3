// Knows that policies which name a class of this package see its resources, in the real engine, on both hosts.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { hydra } from "../support/hydra.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { workspace } from "../support/workspace.ts";

const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");

/** Every regular Pulumi installation has this program for older language hosts: it runs a pack of Node.js. */
const launcher = `#!/bin/sh
exec node "$(node -p "require.resolve('@pulumi/pulumi/cmd/run-policy-pack')")" "$@"
`;

const pack = (path: string) => `
  const { PolicyPack, validateResourceOfType, validateStackResourcesOfType } = require("@pulumi/policy");
  const hydra = require("${path}");
  const policy = (name, rest) => ({ name, description: name, enforcementLevel: "mandatory", ...rest });
  new PolicyPack("by-class", { policies: [
    policy("client", { validateResource: validateResourceOfType(hydra.OAuth2Client, ({ clientName }, _, report) => report("client " + clientName)) }),
    policy("lifespans", { validateResource: validateResourceOfType(hydra.ClientLifespans, ({ clientId }, _, report) => report("lifespans " + clientId)) }),
    policy("trust", { validateResource: validateResourceOfType(hydra.TrustedJwtIssuer, ({ issuer }, _, report) => report("trust " + issuer)) }),
    policy("stack", { validateStack: validateStackResourcesOfType(hydra.OAuth2Client, (clients, _, report) => report("stack of " + clients.length)) }),
  ] });
`;

const trust = {
  issuer: "idp",
  subject: "alice",
  jwk: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: "k" },
  expiresAt: "2099-01-31T00:00:00Z",
};

it.each([
  ["dynamic resources", program, "pulumi-hydra"],
  ["the plugin", pluginProgram, "pulumi-hydra/plugin"],
])("a policy for a class sees the resources of that class, on %s", async (_, write, path) => {
  const files = write(
    'new hydra.OAuth2Client("web", { clientName: "Web" });',
    'new hydra.ClientLifespans("web", { clientId: "a" });',
    `new hydra.TrustedJwtIssuer("idp", ${json(trust)});`,
  );
  await using stack = await workspace({
    files: {
      ...files,
      "pack/index.js": pack(path),
      "pack/PulumiPolicy.yaml": "runtime: launched\nversion: 0.0.1\n",
      "pack/package.json": json({ name: "pack", version: "0.0.1", main: "index.js" }),
    },
    config: { "hydra:adminUrl": hydra.adminUrl },
    path: [plugin],
  });
  const bin = join(stack.folder, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "pulumi-analyzer-policy-launched"), launcher);
  await chmod(join(bin, "pulumi-analyzer-policy-launched"), 0o755);
  const { code, stdout } = await stack.shell("PATH=$PWD/bin:$PATH pulumi preview --stack dev --policy-pack pack 2>&1");
  expect(code).not.toBe(0);
  const said = [...stdout.matchAll(/^ +(client|lifespans|trust|stack) (\S+.*)$/gm)].map(
    ([, kind, what]) => `${kind} ${what}`,
  );
  expect([...new Set(said)].sort()).toEqual(["client Web", "lifespans a", "stack of 1", "trust idp"]);
});

it("a class knows its resources by their types", async () => {
  const lines = ["", "/plugin"].map(
    (path) =>
      `console.log(require("pulumi-hydra${path}").OAuth2Client.isInstance({ __pulumiType: "hydra:index:OAuth2Client" }))`,
  );
  await using stack = await workspace({ files: { "index.js": lines.join("\n") } });
  expect((await stack.shell("node index.js")).stdout).toBe("false\ntrue\n");
});
