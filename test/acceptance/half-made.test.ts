// Knows what users do after a resource that the server kept in part: refresh, mend, deploy, destroy, on both hosts' real servers.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { admin, hydra } from "../support/hydra.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { errorsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");
const hosts = { dynamic: program, plugin: pluginProgram } as const;
const lifespan = "deviceAuthorizationGrantAccessTokenLifespan";
const reason = `${lifespan}: the server accepted it but did not keep it; it needs Hydra v25.4.0 or later [not-kept]`;

describe.each(["dynamic", "plugin"] as const)("on the %s host", (host) => {
  /** A client, and who depends on it. */
  const written = (clientId: string, args: object) =>
    hosts[host](`new hydra.OAuth2Client("web", ${json({ clientId, ...args })});`);
  const start = (clientId: string, args: object) =>
    workspace({ files: written(clientId, args), config: { "hydra:adminUrl": hydra.adminUrl }, path: [plugin] });
  const live = async (id: string) => (await admin.get(`/admin/clients/${id}`)).status;

  it("a client that was created in part is refreshed, mended, left alone and destroyed", async (test) => {
    if (hydra.version !== "v2.3.0") test.skip(`Hydra ${hydra.version} keeps every field`);
    const id = `half-${randomUUID()}`;
    await using stack = await start(id, { [lifespan]: "1h" });
    expect(errorsOf(await stack.up()).join("\n")).toContain(reason);
    expect(await live(id)).toBe(200);

    expect(errorsOf(await stack.refresh())).toEqual([]);
    // Not mended yet, it is tried again and says the same.
    expect(errorsOf(await stack.up()).join("\n")).toContain(reason);
    await stack.write(written(id, { clientName: "Web" }));
    const mended = await stack.up();
    expect([mended.operations["OAuth2Client web"], errorsOf(mended)]).toEqual(["update", []]);
    expect((await stack.up()).operations["OAuth2Client web"]).toBe("same");
    expect(errorsOf(await stack.destroy())).toEqual([]);
    expect(await live(id)).toBe(404);
  });

  it("a client that was created in part is destroyed at once", async (test) => {
    if (hydra.version !== "v2.3.0") test.skip(`Hydra ${hydra.version} keeps every field`);
    const id = `half-${randomUUID()}`;
    await using stack = await start(id, { [lifespan]: "1h" });
    expect(errorsOf(await stack.up()).join("\n")).toContain(reason);
    expect(errorsOf(await stack.destroy())).toEqual([]);
    expect(await live(id)).toBe(404);
  });

  it("a client that was updated in part is refreshed, mended and destroyed", async (test) => {
    if (hydra.version !== "v2.3.0") test.skip(`Hydra ${hydra.version} keeps every field`);
    const id = `half-${randomUUID()}`;
    await using stack = await start(id, { clientName: "Web" });
    expect(errorsOf(await stack.up())).toEqual([]);
    await stack.write(written(id, { clientName: "Shop", [lifespan]: "1h" }));
    expect(errorsOf(await stack.up()).join("\n")).toContain(reason);
    expect(errorsOf(await stack.refresh())).toEqual([]);
    await stack.write(written(id, { clientName: "Shop" }));
    expect(errorsOf(await stack.up())).toEqual([]);
    expect((await stack.up("--refresh")).operations["OAuth2Client web"]).toBe("same");
    expect(errorsOf(await stack.destroy())).toEqual([]);
    expect(await live(id)).toBe(404);
  });
});
