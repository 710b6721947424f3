// Knows a workspace of packages where only a package that the program uses has pulumi-hydra, as pnpm lays it out.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { createWorkspace } from "../../tools/workspace.mts";
import { errorsOf } from "../support/state.ts";

it("a package of a workspace says what the program's package.json lacks, and works when it has it", async () => {
  const { folder: installation, path } = inject("installation");
  const folder = await mkdtemp(join(tmpdir(), "pulumi-hydra-workspace-"));
  const [shop, modules] = [join(folder, "packages/shop"), join(folder, "node_modules")];
  try {
    for (const name of [join(shop, "node_modules"), modules, join(folder, "tmp")])
      await mkdir(name, { recursive: true });
    await writeFile(
      join(shop, "index.js"),
      'const hydra = require("pulumi-hydra"); new hydra.OAuth2Client("web", {});',
    );
    await symlink(shop, join(modules, "shop"));
    const link = (name: string, into: string) => symlink(join(installation, "node_modules", name), join(into, name));
    for (const into of [modules, join(shop, "node_modules")]) await link("@pulumi", into);
    await link("pulumi-hydra", join(shop, "node_modules"));
    const program = { files: { "index.js": 'require("shop");' }, config: { "hydra:adminUrl": "http://127.0.0.1:1" } };
    const stack = await createWorkspace({ folder, path }, program);

    const refused = await stack.preview();
    expect([refused.code === 0, errorsOf(refused).join("\n").replace(/\s+/g, " ")]).toEqual([
      false,
      expect.stringContaining(
        "OAuth2Client web: pulumi-hydra cannot be loaded from the folder of the program; add it to the dependencies",
      ),
    ]);
    await link("pulumi-hydra", modules);
    const found = await stack.preview();
    expect([found.code, errorsOf(found)]).toEqual([0, []]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
