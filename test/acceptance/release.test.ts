// Knows that a release is whole: its checksums hold, it comes out the same twice, and the plugin in it runs by itself.
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeRelease } from "../../tools/release/release.mts";
import { admin, hydra } from "../support/hydra.ts";
import { pluginProgram } from "../support/program.ts";
import { errorsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

let folder: string;
let names: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-release-"));
  names = await makeRelease(join(folder, "release"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const content = (name: string) => readFile(join(folder, "release", name));

describe("a release", () => {
  it("holds the npm tarball, the plugin for each system, the package schema and their checksums", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    const systems = ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64", "windows-arm64"];
    expect([...names].sort()).toEqual(
      [
        "SHA256SUMS",
        `pulumi-hydra-${version}.tgz`,
        ...systems.map((system) => `pulumi-resource-hydra-v${version}-${system}.tar.gz`),
        "schema.json",
      ].sort(),
    );
    const schema = JSON.parse(String(await content("schema.json"))) as { name: string; version: string };
    expect([schema.name, schema.version]).toEqual(["hydra", version]);
    const sums = String(await content("SHA256SUMS"))
      .trimEnd()
      .split("\n");
    const found = sums.map(async (line) => {
      const [sum, name = ""] = line.split("  ");
      return [
        name,
        sum ===
          createHash("sha256")
            .update(await content(name))
            .digest("hex"),
      ];
    });
    expect(await Promise.all(found)).toEqual(names.filter((name) => name !== "SHA256SUMS").map((name) => [name, true]));
  });

  it("comes out the same twice", async () => {
    await makeRelease(join(folder, "again"));
    expect(await readFile(join(folder, "again/SHA256SUMS"), "utf8")).toBe(String(await content("SHA256SUMS")));
  });

  it("has a plugin that Pulumi installs from its archive, and that needs nothing else to run", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    const file = join(folder, "release", `pulumi-resource-hydra-v${version}-linux-amd64.tar.gz`);
    // Far from every node_modules that could stand in for what the archive lacks.
    const home = join(folder, "home");
    await using stack = await workspace({
      files: pluginProgram(
        'const web = new hydra.OAuth2Client("web", { clientName: "Web" });',
        "exports.id = web.id;",
        "exports.found = hydra.getOAuth2Client.output({ clientId: web.id }).clientName;",
      ),
      config: { "hydra:adminUrl": hydra.adminUrl },
      env: { PULUMI_HOME: home },
    });
    const installed = await stack.run("plugin", "install", "resource", "hydra", version, "--file", file);
    expect([installed.code, installed.stderr]).toEqual([0, expect.not.stringContaining("error")]);
    const mapping = await stack.run("package", "get-mapping", "terraform", "hydra");
    expect([mapping.code, mapping.stdout]).toEqual([0, expect.stringContaining("hydra_oauth2_client")]);
    const made = await stack.up();
    expect([made.operations, errorsOf(made)]).toEqual([{ "OAuth2Client web": "create" }, []]);
    const { id, found } = await stack.outputs();
    expect(found).toBe("Web");
    expect((await admin.get(`/admin/clients/${id}`)).body.client_name).toBe("Web");
    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "same" });
    expect((await stack.destroy()).operations).toEqual({ "OAuth2Client web": "delete" });
  });
});
