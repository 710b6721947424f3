// All clients of one team in one table. If you add or remove a line, `pulumi up` creates or deletes a client.
import { TeamClients } from "./team-clients";

const shop = new TeamClients("shop", {
  contact: "shop@example.com",
  clients: {
    storefront: { kind: "browser", title: "Shop", url: "https://shop.example" },
    "back-office": { kind: "server", title: "Back office", url: "https://office.shop.example" },
    stock: { kind: "machine", title: "Stock keeping", scope: "stock.read stock.write" },
  },
});

export const clientIds = shop.clientIds;
export const clientSecrets = shop.clientSecrets;
