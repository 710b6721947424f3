// Knows the names that generated SDKs have, and that the one for Node.js compiles. The ports of the examples run the others.
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeEach, describe, expect, inject, it } from "vitest";
import { run } from "../../tools/child.mts";

const languages = inject("languages");
if (!languages) throw new Error("the project of this test makes no SDKs");
const { sdks, generator = "" } = languages;
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

const read = (path: string) => readFile(join(sdks, path), "utf8");

beforeEach(({ skip }) => skip(generator === "", "go (1.26 or later), which SDKs are made with here, is not on PATH"));

describe("the SDK", () => {
  it("for Node.js is the package pulumi-hydra-sdk, beside pulumi-hydra itself", async () => {
    expect(JSON.parse(await read("nodejs/package.json"))).toMatchObject({
      name: "pulumi-hydra-sdk",
      version,
      pulumi: { resource: true, name: "hydra", version },
    });
  });

  it("for Node.js compiles with the TypeScript of today", async () => {
    const program = `
      import * as hydra from "./index";
      const eu = new hydra.Provider("eu", { adminUrl: "https://hydra.example" });
      const web = new hydra.OAuth2Client("web", { metadata: { team: "a" }, secretRotation: { trigger: "1" } }, { provider: eu });
      new hydra.ClientLifespans("web", { clientId: web.clientId });
      const key = new hydra.JsonWebKey("web", { set: "orders", alg: hydra.types.enums.KeyAlgorithm.ES256 });
      new hydra.OAuth2Client("machine", { jwks: { keys: [key.publicKey] } });
      export const kids = hydra.getJsonWebKeysOutput({ set: key.set }).keys.apply((keys) => keys.map(({ kid }) => kid));
      new hydra.Revocation("web", { clientId: web.clientId, triggers: { incident: 1 } });
      export const names = hydra.getOAuth2ClientsOutput({ owner: "a" }).clients.apply((clients) => clients.map(({ clientName }) => clientName));
    `;
    await writeFile(join(sdks, "nodejs/program.ts"), program);
    await symlink(resolve("node_modules"), join(sdks, "nodejs/node_modules"));
    const options = ["--strict", "--noEmit", "--skipLibCheck", "--types", "node", "--target", "es2022"];
    const module = ["--module", "nodenext", "--ignoreConfig", "program.ts"];
    const compiler = resolve("node_modules/typescript/bin/tsc");
    const { code, stdout } = await run(process.execPath, [compiler, ...options, ...module], {
      cwd: join(sdks, "nodejs"),
    });
    expect([code, stdout]).toEqual([0, ""]);
  });

  it("for Python is the package and module pulumi_hydra", async () => {
    const project = await read("python/pyproject.toml");
    expect(/^ *name = .*$/m.exec(project)?.[0].trim()).toBe('name = "pulumi_hydra"');
    expect(JSON.parse(await read("python/pulumi_hydra/pulumi-plugin.json"))).toEqual({
      resource: true,
      name: "hydra",
      version,
    });
  });

  it("for Go is a module with the package hydra", async () => {
    expect(await read("go/go.mod")).toMatch(/^module example\.com\/pulumi-hydra\/sdk\/go$/m);
    expect(await read("go/hydra/oauth2Client.go")).toMatch(/^package hydra$/m);
  });
});

describe("a schema with a flaw", () => {
  it("makes no SDK", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-schema-"));
    const schema = JSON.parse(await readFile("dist/schema.json", "utf8"));
    schema.resources["hydra:index:OAuth2Client"].properties.scope = { $ref: "#/types/hydra:index:Nothing" };
    await writeFile(join(folder, "schema.json"), JSON.stringify(schema));
    const { code, stderr } = await run(generator, [join(folder, "schema.json"), folder, "go"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^go: .*hydra:index:Nothing/);
  });
});
