// Knows the states that earlier releases wrote, and that this build goes on with them. RECORD_STATE=1 keeps this build's.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { admin, clientCredentials, hydra } from "../support/hydra.ts";
import { type Host, keep, keptProgram, keptState, liveTrusts, restore } from "../support/previous-state.ts";
import { errorsOf, recordedOne } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const hosts: readonly Host[] = ["dynamic", "plugin"];
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

const stackOf = (host: Host) =>
  workspace({
    files: keptProgram(host),
    config: { "hydra:adminUrl": hydra.adminUrl },
    path: host === "plugin" ? [join(inject("installation").folder, "node_modules/pulumi-hydra")] : [],
  });

const all = (web: string, others: string) => ({
  "OAuth2Client web": web,
  "OAuth2Client machine": others,
  "ClientLifespans machine": others,
  "TrustedJwtIssuer idp": others,
});

if (process.env.RECORD_STATE) {
  it.each(hosts)("keeps what this build records, of %s resources", async (host) => {
    await using stack = await stackOf(host);
    expect((await stack.up()).operations).toEqual(all("create", "create"));
    await keep(`test/fixture/state-${version}`, host, stack);
    await stack.destroy();
  });
}

const folders = globSync("test/fixture/state-*").sort();

it("there is a state of a release", () => {
  expect(folders).toContain(join("test/fixture", "state-0.1.0"));
});

describe.each(folders)("the state in %s", (folder) => {
  it.each(hosts)("of %s resources is this build's, too: no change, update, refresh, destroy", async (host) => {
    const { clients } = await restore(folder, host);
    const paths = clients.map(({ client_id }) => `/admin/clients/${client_id}`);
    await using stack = await stackOf(host);
    await stack.importStack(await keptState(folder, host));

    const preview = await stack.preview();
    expect([preview.operations, errorsOf(preview)]).toEqual([all("same", "same"), []]);
    const refreshed = await stack.refresh();
    expect([refreshed.operations, errorsOf(refreshed)]).toEqual([all("same", "same"), []]);
    const { machine } = (await stack.outputs()) as { machine: { id: string; secret: string } };
    expect((await clientCredentials(machine)).status).toBe(200);

    await stack.write(keptProgram(host, "Shop"));
    expect((await stack.up()).operations).toEqual(all("update", "same"));
    expect((await admin.get(`/admin/clients/state-${host}`)).body).toMatchObject({
      client_name: "Shop",
      metadata: { team: "shop", cost: { center: 1 } },
      authorization_code_grant_access_token_lifespan: "1h30m0s",
    });
    const { outputs } = await recordedOne(stack, "OAuth2Client web");
    // What nobody asks for is recorded no longer.
    expect([outputs.clientName, "registrationAccessToken" in outputs, "registrationClientUri" in outputs]).toEqual([
      "Shop",
      false,
      false,
    ]);

    expect((await stack.destroy()).operations).toEqual(all("delete", "delete"));
    expect(await Promise.all(paths.map(async (path) => (await admin.get(path)).status))).toEqual([404, 404]);
    expect(await liveTrusts(host)).toBe(0);
  });
});
