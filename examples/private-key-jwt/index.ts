// A service that authenticates with a signature (private_key_jwt). You can rotate its keys without an interruption.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as hydra from "pulumi-hydra";

// Every public key in keys/ is valid. The private keys never reach this program: see new-key.mjs.
const folder = join(process.cwd(), "keys");
const keys: Record<string, string>[] = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));

const payments = new hydra.OAuth2Client("payments", {
  clientName: "Payments",
  grantTypes: ["client_credentials"],
  responseTypes: [],
  scope: "ledger.write",
  audience: ["https://ledger.example"],
  // The service sends no secret, and Hydra accepts none from it (RFC 7523, 2.2; RFC 9700, 2.5).
  tokenEndpointAuthMethod: "private_key_jwt",
  tokenEndpointAuthSigningAlg: "ES256",
  jwks: { keys },
  clientCredentialsGrantAccessTokenLifespan: "5m",
});

export const clientId = payments.clientId;
export const keyIds = keys.map(({ kid }) => kid);
