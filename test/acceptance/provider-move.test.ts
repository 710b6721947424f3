// Knows what becomes of resources whose provider leads to another Hydra, through the CLI and the packed plugin.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Hydra, startHydra } from "../../tools/hydra.mts";
import { hydra } from "../support/hydra.ts";
import { pluginProgram } from "../support/program.ts";
import { errorsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");
let other: Hydra;

beforeAll(async () => {
  other = await startHydra({ alone: true });
});
afterAll(() => other.stop());

const statusOf = async (server: Pick<Hydra, "adminUrl">, id: string) =>
  (await fetch(`${server.adminUrl}/admin/clients/${id}`)).status;

/** Two providers, and a client on one of them. */
const on = (provider: string, urls: Readonly<Record<string, string>>) =>
  pluginProgram(
    ...Object.entries(urls).map(
      ([name, url]) => `const ${name} = new hydra.Provider("${name}", { adminUrl: "${url}" });`,
    ),
    `const web = new hydra.OAuth2Client("web", { clientName: "Web" }, { provider: ${provider} });`,
    "module.exports = { id: web.clientId };",
  );

describe("a client whose provider", () => {
  it("becomes another one, on another server, is replaced there, and gone from the first", async () => {
    const urls = { one: hydra.adminUrl, two: other.adminUrl };
    await using stack = await workspace({ files: on("one", urls), path: [plugin] });
    expect(errorsOf(await stack.up())).toEqual([]);
    const { id: first } = await stack.outputs();

    await stack.write(on("two", urls));
    expect((await stack.preview()).operations["OAuth2Client web"]).toBe("replace");
    const moved = await stack.up();
    expect([moved.operations["OAuth2Client web"], errorsOf(moved)]).toEqual(["replace", []]);
    const { id: second } = await stack.outputs();
    expect([await statusOf(hydra, String(first)), await statusOf(other, String(second))]).toEqual([404, 200]);
    expect((await stack.up("--refresh")).operations["OAuth2Client web"]).toBe("same");
    await stack.destroy();
    expect(await statusOf(other, String(second))).toBe(404);
  });

  it("becomes another one, on the same server, stays as it is", async () => {
    const urls = { one: hydra.adminUrl, two: `${hydra.adminUrl}/admin/` };
    await using stack = await workspace({ files: on("one", urls), path: [plugin] });
    expect(errorsOf(await stack.up())).toEqual([]);
    const { id } = await stack.outputs();
    await stack.write(on("two", urls));
    expect((await stack.up()).operations["OAuth2Client web"]).toBe("same");
    expect((await stack.outputs()).id).toBe(id);
    await stack.destroy();
  });

  it("gets the URL of another server stays recorded, and the preview warns of it", async () => {
    await using stack = await workspace({ files: on("one", { one: hydra.adminUrl }), path: [plugin] });
    expect(errorsOf(await stack.up())).toEqual([]);
    await stack.write(on("one", { one: other.adminUrl }));
    const preview = await stack.preview();
    expect(preview.operations).toMatchObject({ "OAuth2Client web": "same" });
    expect(preview.diagnostics.map(({ message }) => message).join("\n")).toContain(
      `hydra:adminUrl changes from ${hydra.adminUrl} to ${other.adminUrl}. If that is another Hydra, the objects of this stack stay on the first one, and nobody manages them`,
    );
    await stack.write(on("one", { one: hydra.adminUrl }));
    expect(errorsOf(await stack.destroy())).toEqual([]);
  });
});
