// Knows that programs run on the oldest and the newest @pulumi/pulumi: the packed package, both hosts, by the Pulumi CLI.
import { join } from "node:path";
import { expect, it } from "vitest";
import { install, uninstall } from "../../tools/installation.mts";
import { pulumiSdkVersions } from "../../tools/pulumi-sdk.mts";
import { createWorkspace } from "../../tools/workspace.mts";
import { admin, hydra } from "../support/hydra.ts";

const versions = Object.entries(pulumiSdkVersions());

const program = `
import * as pulumi from "@pulumi/pulumi";
import * as dynamic from "pulumi-hydra";
import * as plugin from "pulumi-hydra/plugin";

const one = new dynamic.OAuth2Client("one", { clientName: "One", grantTypes: ["client_credentials"] });
const other = new plugin.OAuth2Client("other", { clientName: pulumi.interpolate\`With \${one.clientName}\` });
new plugin.ClientLifespans("other", { clientId: other.clientId, implicitGrantIdTokenLifespan: "1h" });
export const sdk = require("@pulumi/pulumi/package.json").version;
export const clientIds = [one.clientId, other.clientId];
export const clientSecret = one.clientSecret;
`;

it.each(versions)("the %s supported @pulumi/pulumi, %s, runs programs on both hosts", async (_, sdk) => {
  const installation = await install({ sdk });
  try {
    await using stack = await createWorkspace(installation, {
      files: { "index.ts": program },
      config: { "hydra:adminUrl": hydra.adminUrl },
      path: [join(installation.folder, "node_modules/pulumi-hydra")],
    });
    const up = await stack.up();
    expect([up.code, up.code === 0 ? "" : up.stdout + up.stderr]).toEqual([0, ""]);
    const { clientIds, ...outputs } = await stack.outputs();
    expect(outputs).toEqual({ sdk, clientSecret: expect.stringMatching(/^[\w-]{43}$/) });
    const [one, other] = clientIds as string[];
    expect((await admin.get(`/admin/clients/${one}`)).body).toMatchObject({ client_name: "One" });
    expect((await admin.get(`/admin/clients/${other}`)).body).toMatchObject({
      client_name: "With One",
      implicit_grant_id_token_lifespan: "1h0m0s",
    });
    expect((await stack.up()).operations).toEqual({
      "OAuth2Client one": "same",
      "OAuth2Client other": "same",
      "ClientLifespans other": "same",
    });
    expect((await stack.destroy()).operations).toEqual({
      "OAuth2Client one": "delete",
      "OAuth2Client other": "delete",
      "ClientLifespans other": "delete",
    });
    expect((await admin.get(`/admin/clients/${one}`)).status).toBe(404);
  } finally {
    await uninstall(installation);
  }
});
