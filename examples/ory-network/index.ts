// The clients of an Ory Network project: one for each partner that may read its orders.
import * as hydra from "pulumi-hydra";

const partners = ["acme", "globex", "hooli", "initech", "umbrella", "wayne"];

const clients = partners.map((partner) => {
  const client = new hydra.OAuth2Client(partner, {
    clientName: `Partner ${partner}`,
    owner: partner,
    grantTypes: ["client_credentials"],
    responseTypes: [],
    scope: "orders.read",
    audience: ["https://orders.example"],
    clientCredentialsGrantAccessTokenLifespan: "10m",
    metadata: { partner },
  });
  return [partner, client] as const;
});

export const clientIds = Object.fromEntries(clients.map(([partner, { clientId }]) => [partner, clientId]));
