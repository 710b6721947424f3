// Knows what the clients and the trusted issuer of examples/quickstart get from a real server.
import { createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { describeExample, type Made } from "../support/example.ts";
import { clientCredentials, hydra, jwtBearer, tokenUrl } from "../support/hydra.ts";
import { generateKey, type SigningKey, signJwt } from "../support/key.ts";

const claims = { iss: "https://ci.example", sub: "deploy", aud: tokenUrl };
const scope = { scope: "orders.read" };

describeExample({
  folder: "quickstart",
  commands: [
    (printed) => expect(printed).toMatch(/^\{"access_token":"\S+","expires_in":\d+,"scope":"","token_type":"bearer"\}/),
  ],
  uses: {
    "has clients and a trust as the program says": async ({ live }) => {
      expect(await live("OAuth2Client web")).toMatchObject({
        client_name: "Shop",
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token"],
        scope: "openid offline_access",
        redirect_uris: ["http://127.0.0.1:5555/callback"],
        post_logout_redirect_uris: ["http://127.0.0.1:5555/"],
        metadata: { team: "shop" },
      });
      expect(await live("OAuth2Client machine")).toMatchObject({
        client_name: "Nightly report",
        token_endpoint_auth_method: "client_secret_basic",
        grant_types: ["client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
        scope: "orders.read",
        client_credentials_grant_access_token_lifespan: "10m0s",
        jwt_bearer_grant_access_token_lifespan: null,
      });
      expect(await live("TrustedJwtIssuer ci")).toEqual({
        id: expect.any(String),
        issuer: "https://ci.example",
        subject: "deploy",
        allow_any_subject: false,
        scope: ["orders.read"],
        public_key: { set: "https://ci.example", kid: "ci-1" },
        created_at: expect.any(String),
        expires_at: "2036-01-01T00:00:00Z",
      });
    },
    "keeps the machine's secret encrypted in the state": async ({ stack, outputs }) => {
      expect(await stack.exportStack()).not.toContain(outputs.machineClientSecret);
    },
    "gives a token for what the trusted issuer signed": async (made) => {
      const { status, body } = await jwtBearer(machine(made), signJwt(await issuerKey(made), claims), scope);
      expect(status).toBe(200);
      expect(await introspect(body.access_token)).toMatchObject({
        active: true,
        client_id: machine(made).id,
        sub: "deploy",
        scope: "orders.read",
      });
    },
    "gives no token for what another key signed, or for another subject": async (made) => {
      const stranger = generateKey("ES256", "ci-1");
      const wrong = [signJwt(stranger, claims), signJwt(await issuerKey(made), { ...claims, sub: "root" })];
      for (const assertion of wrong) {
        const { status, body } = await jwtBearer(machine(made), assertion, scope);
        expect({ status, error: body.error }).toEqual({ status: 400, error: "invalid_grant" });
      }
    },
    "gives the machine a token in its own name": async (made) => {
      expect((await clientCredentials(machine(made))).status).toBe(200);
    },
  },
  edit: {
    fact: "updates in place the one client whose field is edited",
    replace: { "index.ts": ['team: "shop"', 'team: "shop", tier: 1'] },
    operations: { "OAuth2Client web": "update" },
    seen: async ({ live }) => {
      expect(await live("OAuth2Client web")).toMatchObject({
        client_name: "Shop",
        redirect_uris: ["http://127.0.0.1:5555/callback"],
        metadata: { team: "shop", tier: 1 },
      });
    },
  },
});

function machine({ outputs }: Made): { id: string; secret: string } {
  return { id: String(outputs.machineClientId), secret: String(outputs.machineClientSecret) };
}

/** The private half of the pair that the README's command made. */
async function issuerKey({ stack }: Made): Promise<SigningKey> {
  const privateKey = createPrivateKey(await readFile(join(stack.folder, "ci.pem")));
  return { kid: "ci-1", algorithm: "ES256", privateKey, publicJwk: {} };
}

async function introspect(token: unknown): Promise<unknown> {
  const body = new URLSearchParams({ token: String(token) });
  return (await fetch(`${hydra.adminUrl}/admin/oauth2/introspect`, { method: "POST", body })).json();
}
