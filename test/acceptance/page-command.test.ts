// Knows recipes of the pages: each runs as the page has it, on both hosts, and does what the page says.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { admin, hydra, token } from "../support/hydra.ts";
import { blocksIn } from "../support/markdown.ts";
import { commandsUnder } from "../support/page.ts";
import { pluginProgram, program } from "../support/program.ts";
import { errorsOf, recorded, recordedOne } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";
import { readYaml } from "../support/yaml.ts";

const folder = join(inject("installation").folder, "node_modules/pulumi-hydra");
const hosts = { dynamic: program, plugin: pluginProgram };

describe.each(Object.entries(hosts))("on the %s host", (_, write) => {
  it("a secret that somebody else changed is put back by the commands of docs/secrets.md", async () => {
    const [commands = ""] = commandsUnder("docs/secrets.md", "A secret that somebody else changed");
    await using stack = await workspace({
      files: write(
        'const web = new hydra.OAuth2Client("web", { grantTypes: ["client_credentials"] });',
        "exports.secret = web.clientSecret;",
      ),
      config: { "hydra:adminUrl": hydra.adminUrl },
      path: [folder],
    });
    expect((await stack.up()).code).toBe(0);
    const { id } = await recordedOne(stack, "OAuth2Client web");
    const secret = String((await stack.outputs()).secret);
    const works = async () => (await token({ id, secret }, { grant_type: "client_credentials" })).status === 200;
    await admin.patch(`/admin/clients/${id}`, [{ op: "replace", path: "/client_secret", value: "another-secret" }]);
    expect(await works()).toBe(false);
    const { code, stdout, stderr } = await stack.shell(commands.replace("https://hydra.example", hydra.publicUrl));
    expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
    expect(await works()).toBe(true);
    await stack.destroy();
  });
});

describe("the unit test of docs/testing.md", () => {
  const page = blocksIn("docs/testing.md").filter(({ language }) => language === "ts");
  const files = Object.fromEntries(page.map(({ text }) => [/^\/\/ (\S+)/.exec(text)?.[1] ?? "", text]));

  it.each(["pulumi-hydra", "pulumi-hydra/plugin"])(
    "passes on %s, and fails where the program is wrong",
    async (path) => {
      await using stack = await workspace({ files: {} });
      const written = Object.entries(files).map(([name, text]) => [name, text.replace('"pulumi-hydra"', `"${path}"`)]);
      await stack.write(Object.fromEntries(written));
      const [command = ""] = commandsUnder("docs/testing.md", "Unit tests with mocks");
      const right = await stack.shell(command);
      expect([right.code, right.stdout]).toEqual([0, expect.stringMatching(/# pass 1\b|ℹ pass 1\b/)]);
      await stack.write({ "shop.ts": String(Object.fromEntries(written)["shop.ts"]).replace('"shop"', '"nobody"') });
      expect((await stack.shell(command)).code).not.toBe(0);
    },
  );

  it("names the outputs that mocks must give", async () => {
    const fields = JSON.parse(await readFile("dist/sdk/fields.json", "utf8")) as Record<string, { filled: object }>;
    const text = await readFile("docs/testing.md", "utf8");
    const rows = [...text.matchAll(/^\| `(\w+)` \| (none|`.*`.*) \|$/gm)].map(([, type = "", outputs = ""]) => [
      type,
      [...outputs.matchAll(/`(\w+)`/g)].map(([, name]) => name).filter((name) => name !== "keepRegistrationToken"),
    ]);
    const filled = Object.entries(fields).filter(([type]) => type !== "configuration");
    expect(rows.map(([type, names]) => [type, [...(names ?? [])].sort()])).toEqual(
      filled.map(([type, { filled: by }]) => [type, Object.keys(by).sort()]),
    );
  });
});

describe.each(Object.entries(hosts))("a preview on the %s host", (_, write) => {
  it("checks every value without a server, as docs/testing.md and docs/ci.md say", async () => {
    const declare = (redirectUri: string) =>
      write(
        `new hydra.OAuth2Client("web", { redirectUris: ["${redirectUri}"] });`,
        'new hydra.ClientLifespans("web", { clientId: "web", implicitGrantIdTokenLifespan: "1h" });',
        'new hydra.JsonWebKey("key", { set: "orders", alg: "ES256" });',
      );
    const nowhere = { "hydra:adminUrl": "http://127.0.0.1:1" };
    await using stack = await workspace({ files: declare("https://web.example"), config: nowhere, path: [folder] });
    expect((await stack.preview()).code).toBe(0);
    await stack.write(declare("web.example"));
    const refused = await stack.preview();
    expect([refused.code === 0, errorsOf(refused).join()]).toEqual([
      false,
      expect.stringContaining("must be an absolute URI"),
    ]);
  });
});

describe("the program of docs/keys.md", () => {
  it("registers the public part of a PEM file, by the commands of the page", async () => {
    const [program] = blocksIn("docs/keys.md").filter(({ language }) => language === "ts");
    const [commands = ""] = commandsUnder("docs/keys.md", "From PEM to JWK");
    await using stack = await workspace({
      files: { "index.ts": program?.text ?? "" },
      config: { "hydra:adminUrl": hydra.adminUrl },
    });
    const { code, stdout, stderr } = await stack.shell(commands);
    expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
    expect(errorsOf(await stack.up())).toEqual([]);
    const { id } = await recordedOne(stack, "OAuth2Client payments");
    const { jwks } = (await admin.get(`/admin/clients/${id}`)).body as { jwks: { keys: Record<string, unknown>[] } };
    expect(jwks.keys).toEqual([expect.objectContaining({ kid: "2026-11", crv: "P-256" })]);
    expect(jwks.keys[0]).not.toHaveProperty("d");
    await stack.destroy();
  });
});

describe("the workflow of docs/ci.md", () => {
  const job = z.object({ steps: z.array(z.looseObject({ run: z.string().optional() })) });
  const [workflow] = readYaml(blocksIn("docs/ci.md").find(({ language }) => language === "yaml")?.text ?? "");
  const { jobs } = z.object({ jobs: z.object({ preview: job, deploy: job }) }).parse(workflow);
  const commandOf = ({ steps }: z.infer<typeof job>) =>
    String(steps.flatMap(({ run }) => (run?.startsWith("pulumi") ? [run] : []))[0]).replace(/\$\{\{.*?\}\}/, "dev");

  it("previews without a server, and deploys", async () => {
    await using stack = await workspace({
      files: program('new hydra.OAuth2Client("web", { clientName: "Web" });'),
      config: { "hydra:adminUrl": "http://127.0.0.1:1" },
    });
    const preview = await stack.shell(commandOf(jobs.preview));
    expect([preview.code, preview.stdout]).toEqual([0, expect.stringContaining("2 to create")]);
    await stack.setConfig({ "hydra:adminUrl": hydra.adminUrl });
    expect((await stack.shell(commandOf(jobs.deploy))).code).toBe(0);
    expect(Object.keys(await recorded(stack))).toEqual(["OAuth2Client web"]);
    await stack.destroy();
  });
});

describe("a secret that is handed on as docs/teams.md says", () => {
  it("stays encrypted in the stack that reads it", async () => {
    const [program = ""] = blocksIn("docs/teams.md").flatMap(({ heading, language, text }) =>
      heading === "Hand a secret on" && language === "ts" ? [text] : [],
    );
    await using stack = await workspace({
      files: {
        "index.ts": `import * as hydra from "pulumi-hydra";
          const client = new hydra.OAuth2Client("web");
          export const clientId = client.clientId;
          export const clientSecret = client.clientSecret;`,
        "reader/Pulumi.yaml": "name: reader\nruntime: nodejs\n",
        "reader/package.json": "{}",
        "reader/index.ts": program.replace("acme/clients/production", "organization/program/dev"),
      },
      config: { "hydra:adminUrl": hydra.adminUrl },
    });
    await stack.write({ "reader/tsconfig.json": await readFile(join(stack.folder, "tsconfig.json"), "utf8") });
    expect((await stack.up()).code).toBe(0);
    const read = await stack.shell(
      "cd reader; pulumi stack init dev; pulumi up --yes --skip-preview; pulumi stack export",
    );
    expect([read.code, read.stdout]).toEqual([0, expect.stringContaining("clientSecret: [secret]")]);
    expect(read.stdout).not.toContain(String((await stack.outputs()).clientSecret));
    await stack.shell("cd reader; pulumi destroy --yes --skip-preview");
    await stack.destroy();
  });
});
