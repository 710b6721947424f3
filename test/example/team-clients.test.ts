// Knows what becomes of the table of examples/team-clients on a real server, with dynamic resources and on the plugin.
import { expect } from "vitest";
import { z } from "zod";
import { describeExample, type Made } from "../support/example.ts";
import { clientCredentials } from "../support/hydra.ts";

const exported = z.object({
  clientIds: z.record(z.string(), z.string()),
  clientSecrets: z.record(z.string(), z.string()),
});

for (const plugin of [false, true]) {
  describeExample({
    folder: "team-clients",
    plugin,
    uses: {
      "turns each kind of line into a client by the house rules": async ({ live }) => {
        const [storefront, office, stock] = await Promise.all(
          ["storefront", "back-office", "stock"].map((name) => live(`OAuth2Client shop-${name}`)),
        );
        expect(storefront).toMatchObject({
          owner: "shop",
          contacts: ["shop@example.com"],
          token_endpoint_auth_method: "none",
          redirect_uris: ["https://shop.example/callback"],
          allowed_cors_origins: ["https://shop.example"],
        });
        expect(office).toMatchObject({
          owner: "shop",
          token_endpoint_auth_method: "client_secret_basic",
          redirect_uris: ["https://office.shop.example/callback"],
          backchannel_logout_uri: "https://office.shop.example/logout",
        });
        expect(stock).toMatchObject({
          owner: "shop",
          grant_types: ["client_credentials"],
          client_credentials_grant_access_token_lifespan: "10m0s",
        });
      },
      "has secrets for those that can keep one, and they work": async (made) => {
        expect(Object.keys(exportedBy(made).clientSecrets).sort()).toEqual(["back-office", "stock"]);
        const { clientIds, clientSecrets } = exportedBy(made);
        const stock = { id: String(clientIds.stock), secret: String(clientSecrets.stock) };
        const { status, body } = await clientCredentials(stock, { scope: "stock.read" });
        expect([status, body.scope]).toEqual([200, "stock.read"]);
      },
    },
    commands: [(printed, made) => expect(printed).toBe(`${exportedBy(made).clientSecrets["back-office"]}\n`)],
    edit: {
      fact: "makes a client for a new line, and leaves the others alone",
      replace: {
        "index.ts": [
          '    stock: { kind: "machine"',
          '    prices: { kind: "machine", title: "Prices", scope: "prices.read" },\n    stock: { kind: "machine"',
        ],
      },
      operations: { "OAuth2Client shop-prices": "create" },
      seen: async (made) => {
        expect(await made.live("OAuth2Client shop-prices")).toMatchObject({ client_name: "Prices", owner: "shop" });
        expect(Object.keys(exportedBy(made).clientIds).sort()).toEqual([
          "back-office",
          "prices",
          "stock",
          "storefront",
        ]);
      },
    },
  });
}

function exportedBy({ outputs }: Made): z.infer<typeof exported> {
  return exported.parse(outputs);
}
