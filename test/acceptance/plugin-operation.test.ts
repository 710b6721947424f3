// Knows what a program and a person can ask of operations on the plugin: time limits, an order, an end; and where warnings stand.
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { WorkspaceOptions } from "../../tools/workspace.mts";
import { startEngine } from "../support/engine.ts";
import { startGateway } from "../support/gateway.ts";
import { admin, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { json, pluginProgram } from "../support/program.ts";
import { errorsOf, recorded, recordedOne, stepsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const folder = join(inject("installation").folder, "node_modules/pulumi-hydra");
const trusts = "/admin/trust/grants/jwt-bearer/issuers";

const pluginWorkspace = (options: WorkspaceOptions) =>
  workspace({ config: { "hydra:adminUrl": hydra.adminUrl }, path: [folder], ...options });

describe("an operation on the plugin", () => {
  it("ends when the program's time for it is over, or when somebody cancels it, and is made good afterwards", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    const id = randomUUID();
    const declare = (options: object) =>
      pluginProgram(`new hydra.OAuth2Client("web", { clientId: "${id}", clientName: "Web" }, ${json(options)});`);
    await using stack = await pluginWorkspace({
      files: declare({ customTimeouts: { create: "1s" } }),
      config: { "hydra:adminUrl": gateway.url },
    });
    gateway.answer("hang");
    const late = await stack.up();
    expect([late.code === 0, errorsOf(late).join()]).toEqual([
      false,
      expect.stringContaining("; customTimeouts allows 1 s for it"),
    ]);

    await stack.write(declare({}));
    const before = gateway.received.length;
    const ended = stack.shell(
      `set -m
      pulumi up --stack dev --yes --skip-preview --non-interactive & up=$!
      until [ -e cancel ]; do sleep 0.1; done
      kill -INT $up
      wait $up`,
    );
    await expect.poll(() => gateway.received.length, { timeout: 60_000 }).toBeGreaterThan(before);
    await writeFile(join(stack.folder, "cancel"), "");
    const { code, stdout, stderr } = await ended;
    expect([code === 0, stdout + stderr]).toEqual([
      false,
      expect.stringMatching(/could not create OAuth2Client: cancelled \((POST|GET)/),
    ]);
    expect(stdout + stderr).not.toContain("exited prematurely");

    gateway.answer(undefined);
    expect((await stack.up()).code).toBe(0);
    expect((await admin.get(`/admin/clients/${id}`)).body.client_name).toBe("Web");
    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "same" });
    await stack.destroy();
  });

  it("warns on the resource, and replaces in the order that the program or the server needs", async () => {
    const { publicJwk: jwk } = generateKey();
    const expiresAt = new Date(Date.now() + 5_400_000).toISOString();
    const issuer = `idp-${randomUUID()}`;
    const declare = (team: string) => {
      const trust = { issuer, subject: "alice", scope: [team], jwk, expiresAt };
      const options = { replaceOnChanges: ["metadata"], deleteBeforeReplace: true };
      return pluginProgram(
        `new hydra.OAuth2Client("web", { metadata: { team: "${team}" } }, ${json(options)});`,
        `new hydra.TrustedJwtIssuer("idp", ${json(trust)});`,
      );
    };
    await using stack = await pluginWorkspace({ files: declare("a") });
    const warning = {
      severity: "warning",
      resource: "TrustedJwtIssuer idp",
      message: "expiresAt: the trust expires in 2 hours; set a later date [trust-expires]",
    };
    expect((await stack.up()).diagnostics).toEqual([warning]);
    await stack.write(declare("b"));
    const replaced = await stack.up();
    const steps = (name: string) => stepsOf(replaced).filter((step) => step.endsWith(name));
    const deletedFirst = ["delete-replaced", "replace", "create-replacement"];
    expect(steps("web")).toEqual(deletedFirst.map((step) => `${step} OAuth2Client web`));
    expect(steps("idp")).toEqual(deletedFirst.map((step) => `${step} TrustedJwtIssuer idp`));
    expect((await admin.get(`${trusts}?issuer=${issuer}`)).body.list).toMatchObject([{ scope: ["b"] }]);
    await stack.destroy();
  });

  it("runs on a plugin that is running already, one operation after the other", async () => {
    await using engine = await startEngine({ address: "127.0.0.1:1", config: null });
    await using stack = await pluginWorkspace({
      files: pluginProgram('new hydra.OAuth2Client("web", { clientName: "Web" });'),
      path: [],
      env: { PULUMI_DEBUG_PROVIDERS: `hydra:${engine.port}` },
    });
    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "create" });
    expect((await stack.refresh()).operations).toEqual({ "OAuth2Client web": "same" });
    expect((await stack.destroy()).operations).toEqual({ "OAuth2Client web": "delete" });
  });
});

describe("a trust whose key the server may not show", () => {
  it("is imported, and no first `up` replaces it", async () => {
    // v2.3.0 shows no key of an issuer with a slash.
    const issuer = `https://idp.example/${randomUUID()}`;
    const { publicJwk: jwk } = generateKey();
    const trust = { issuer, subject: "alice", scope: ["read"], jwk };
    const made = await admin.post(trusts, { ...trust, expires_at: "2099-01-31T00:00:00Z" });
    const args = { ...trust, expiresAt: "2099-01-31T00:00:00Z" };
    await using stack = await pluginWorkspace({ files: pluginProgram() });
    const imported = await stack.run(
      ...["import", "hydra:index:TrustedJwtIssuer", "idp", String(made.body.id), "--stack", "dev", "--yes"],
      ...["--protect=false", "--generate-code=false", "--skip-preview"],
    );
    expect([imported.code, Object.keys(await recorded(stack))]).toEqual([0, ["TrustedJwtIssuer idp"]]);
    await stack.write(pluginProgram(`new hydra.TrustedJwtIssuer("idp", ${json(args)});`));
    const up = await stack.up();
    expect([up.code, ["same", "update"]]).toEqual([0, expect.arrayContaining(Object.values(up.operations))]);
    expect((await recordedOne(stack, "TrustedJwtIssuer idp")).outputs.jwk).toEqual(jwk);
    expect((await stack.up()).operations).toEqual({ "TrustedJwtIssuer idp": "same" });
    const list = await admin.get(`${trusts}?issuer=${encodeURIComponent(issuer)}`);
    expect(list.body).toEqual({ list: [made.body] });
    await stack.destroy();
  });
});
