// Knows that a release is whole: its checksums hold, it comes out the same twice, and the plugin in it runs by itself.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../tools/child.mts";
import { makeRelease } from "../../tools/release/release.mts";
import { admin, hydra } from "../support/hydra.ts";
import { pluginProgram } from "../support/program.ts";
import { errorsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

let folder: string;
let names: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-release-"));
  ({ names } = await makeRelease(join(folder, "release"), { sdks: false }));
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
        "bom.cdx.json",
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
    await makeRelease(join(folder, "again"), { sdks: false });
    expect(await readFile(join(folder, "again/SHA256SUMS"), "utf8")).toBe(String(await content("SHA256SUMS")));
  });

  it("has a plugin that Pulumi installs from its archive, and that needs nothing else to run", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    const file = await archive("linux-amd64");
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

  it("has the plugin of linux-amd64 with its Node.js, which needs no other, and accepts what it compiled before", async ({
    skip,
  }) => {
    skip(process.platform !== "linux" || process.arch !== "x64", "this is another system");
    const place = await unpacked("linux-amd64");
    const launcher = join(place, "pulumi-resource-hydra");
    expect(await portOf(launcher, {})).toMatch(/^\d+\n$/);
    const program = `const { Script } = require("node:vm");
const [code, cache] = ["js", "cache"].map((end) => require("node:fs").readFileSync("dist/node_modules/plugin." + end));
console.log(new Script(code.toString("latin1"), { cachedData: cache }).cachedDataRejected);`;
    const compiled = await run(join(place, "node"), ["-e", program], { cwd: place });
    expect(compiled).toMatchObject({ code: 0, stdout: "false\n" });

    // Where there is no glibc, as on Alpine Linux, the Node.js of PATH runs it; one that V8 did not compile for compiles again.
    const text = await readFile(launcher, "utf8");
    await writeFile(launcher, text.replace(/\/lib\w*\/ld-[\w.-]+/g, "/nowhere"));
    const folder = dirname(process.execPath);
    expect([await portOf(launcher, { PATH: "/nowhere" }), await portOf(launcher, { PATH: folder })]).toEqual([
      "",
      expect.stringMatching(/^\d+\n$/),
    ]);
    await rm(join(place, "dist/node_modules/plugin.cache"));
    expect(await portOf(process.execPath, {}, join(place, "dist/node_modules/start.cjs"))).toMatch(/^\d+\n$/);
  });

  it("has the plugin with a Node.js for the systems that npm has one for, and without for the others", async () => {
    const has = async (system: string) => {
      const { stdout } = await run("tar", ["-tzf", await archive(system)]);
      return stdout.split("\n").filter((name) => /^(node|pulumi-resource-hydra)/.test(name));
    };
    const [own, windows] = [["pulumi-resource-hydra"], ["pulumi-resource-hydra.cmd"]];
    const all = ["linux-amd64", "linux-arm64", "windows-amd64", "darwin-arm64"].map(has);
    expect(await Promise.all(all)).toEqual([
      ["node", ...own],
      ["node", ...own],
      ["node.exe", ...windows],
      [...own, ...windows],
    ]);
  });
});

async function archive(system: string): Promise<string> {
  const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
  return join(folder, "release", `pulumi-resource-hydra-v${version}-${system}.tar.gz`);
}

async function unpacked(system: string): Promise<string> {
  const place = join(folder, system);
  await mkdir(place);
  expect(await run("tar", ["-xzf", await archive(system), "-C", place])).toMatchObject({ code: 0 });
  return place;
}

/** The first thing that the plugin prints; nothing when it ends before. */
async function portOf(command: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const said = new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(String(data))));
  const printed = await Promise.race([said, ended.then(() => "")]);
  child.kill();
  await ended;
  return printed;
}
