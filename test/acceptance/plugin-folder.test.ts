// Knows how the language host starts the plugin by PulumiPlugin.yaml: the package's folder is required in the user's folder.
import { cp, mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, inject, it, vi } from "vitest";
import { run, startChild } from "../../tools/child.mts";
import { json } from "../support/program.ts";
import { workspace } from "../support/workspace.ts";

const { folder } = inject("installation");
const modern = { target: "es2022", module: "nodenext", moduleResolution: "nodenext", strict: true, types: ["node"] };

/** What the plugin prints first, its folder being outside of node_modules as a clone is. */
async function printed(compilerOptions?: object): Promise<string> {
  const root = await mkdtemp(join(folder, "plugin-"));
  const [plugin, program] = [join(root, "plugin"), join(root, "program")];
  await cp(join(folder, "node_modules/pulumi-hydra"), plugin, { recursive: true });
  await symlink(join(folder, "node_modules"), join(root, "node_modules"));
  await mkdir(program);
  if (compilerOptions) await writeFile(join(program, "tsconfig.json"), json({ compilerOptions }));
  const runner = join(folder, "node_modules/@pulumi/pulumi/cmd/run-plugin");
  await using child = startChild(process.execPath, [runner, plugin, "127.0.0.1:1"], { cwd: program });
  const first = () => /^(.*)\n/.exec(child.log())?.[1];
  await Promise.race([vi.waitUntil(first, { timeout: 60_000, interval: 50 }), child.ended]);
  return first() ?? "nothing";
}

describe("the plugin's folder", () => {
  it.each([
    ["without a tsconfig.json", undefined],
    ["with a modern tsconfig.json", modern],
    ["with one that allows JavaScript", { ...modern, allowJs: true }],
  ])("runs beside a program %s", async (_, options) => {
    expect(await printed(options)).toMatch(/^\d+$/);
  });

  it("gives its schema to a language host that starts plugins by PulumiPlugin.yaml", async ({ skip }) => {
    await using stack = await workspace({ files: { "index.js": "" }, timeoutMs: 400_000 });
    await stack.write({ "probe/PulumiPlugin.yaml": "runtime: nodejs\n", "probe/package.json": "{}" });
    await mkdir(join(stack.folder, "probe/node_modules"));
    const probe = await stack.run("package", "get-schema", "./probe");
    if (/not supported|unimplemented|unknown method/i.test(probe.stderr)) {
      skip(
        "this pulumi-language-nodejs is older than plugins that PulumiPlugin.yaml describes; a regular Pulumi starts them",
      );
    }
    const clone = join(stack.folder, "clone");
    await run("git", ["clone", "--quiet", resolve("."), clone]);
    const { code, stdout, stderr } = await stack.run("package", "get-schema", clone);
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ name: "hydra" });
  });
});
