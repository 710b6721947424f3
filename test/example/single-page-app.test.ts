// Knows what the app of examples/single-page-app may do on a real server: sign people in, from its own address alone.
import { expect } from "vitest";
import { Browser } from "../support/browser.ts";
import { describeExample } from "../support/example.ts";
import { hydra, token } from "../support/hydra.ts";

const [sent, refused] = ["/login", "/oauth2/fallbacks/error"];

describeExample({
  folder: "single-page-app",
  uses: {
    "may ask people to sign in, and have them sent to its own page alone": async ({ outputs: { clientId } }) => {
      expect(await asked(clientId, "https://app.example/callback")).toBe(sent);
      expect(await asked(clientId, "https://app.example/callback/")).toBe(refused);
      expect(await asked(clientId, "https://app.example.evil.example/callback")).toBe(refused);
    },
    "has no secret, and gets no token in its own name": async ({ live, outputs: { clientId } }) => {
      expect(await live("OAuth2Client app")).toMatchObject({
        token_endpoint_auth_method: "none",
        allowed_cors_origins: ["https://app.example"],
        authorization_code_grant_refresh_token_lifespan: "12h0m0s",
      });
      const { status, body } = await token({ id: String(clientId) }, { grant_type: "client_credentials" });
      expect([status, body.error]).toEqual([400, "invalid_grant"]);
    },
  },
  edit: {
    fact: "moves to another address in place",
    config: { origin: "https://shop.example" },
    operations: { "OAuth2Client app": "update" },
    seen: async ({ live, outputs: { clientId } }) => {
      expect(await live("OAuth2Client app")).toMatchObject({
        redirect_uris: ["https://shop.example/callback"],
        post_logout_redirect_uris: ["https://shop.example/"],
        allowed_cors_origins: ["https://shop.example"],
      });
      expect(await asked(clientId, "https://shop.example/callback")).toBe(sent);
      expect(await asked(clientId, "https://app.example/callback")).toBe(refused);
    },
  },
});

/** Where Hydra sends a browser that comes from the app: the path of the login page, or of its own page for errors. */
async function asked(clientId: unknown, redirectUri: string): Promise<string> {
  const url = new URL(`${hydra.publicUrl}/oauth2/auth`);
  url.search = new URLSearchParams({
    client_id: String(clientId),
    response_type: "code",
    scope: "openid offline_access",
    redirect_uri: redirectUri,
    state: "a state that nobody guesses",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  }).toString();
  return (await new Browser().visit(url)).location.pathname;
}
