// Knows how the stacks of examples/two-environments differ on a real server, and that production is protected.
import { expect } from "vitest";
import { describeExample } from "../support/example.ts";
import { admin, hydra } from "../support/hydra.ts";

let production = "";

describeExample({
  folder: "two-environments",
  // Both are the one Hydra of this test run; what differs is what the stacks say of the client.
  addresses: () => ({ "https://hydra-admin.internal.example": hydra.adminUrl }),
  uses: {
    "has in development what its settings say": async ({ live }) => {
      expect(await live("OAuth2Client shop")).toMatchObject({
        client_name: "Shop (development)",
        redirect_uris: ["http://127.0.0.1:3000/callback"],
        authorization_code_grant_access_token_lifespan: "1h0m0s",
        metadata: { environment: "dev" },
      });
    },
  },
  commands: [
    async (printed, { stack, outputs }) => {
      production = printed.trim().split("\n").at(-1) ?? "";
      expect(production).not.toBe(outputs.clientId);
      expect((await admin.get(`/admin/clients/${production}`)).body).toMatchObject({
        client_name: "Shop",
        redirect_uris: ["https://shop.example/callback"],
        authorization_code_grant_access_token_lifespan: "10m0s",
        metadata: { environment: "production" },
      });
      const { code, stdout, stderr } = await stack.shell("pulumi destroy --yes --stack production");
      expect(code).not.toBe(0);
      expect(stdout + stderr).toContain("protected");
      expect((await admin.get(`/admin/clients/${production}`)).status).toBe(200);
    },
    async () => {
      expect((await admin.get(`/admin/clients/${production}`)).status).toBe(404);
    },
  ],
  edit: {
    fact: "changes one environment by its settings",
    config: { "two-environments:accessTokenLifespan": "30m" },
    operations: { "OAuth2Client shop": "update" },
    seen: async ({ live }) => {
      expect(await live("OAuth2Client shop")).toMatchObject({
        authorization_code_grant_access_token_lifespan: "30m0s",
        refresh_token_grant_access_token_lifespan: "30m0s",
      });
    },
  },
});
