// Knows what the server of examples/web-app may do on a real server. The code flow itself has its own acceptance test.
import { expect } from "vitest";
import { describeExample } from "../support/example.ts";
import { token } from "../support/hydra.ts";

const grant = {
  grant_type: "authorization_code",
  code: "none",
  redirect_uri: "https://office.example/oauth2/callback",
};

describeExample({
  folder: "web-app",
  commands: [(printed) => expect(printed).toMatch(/^\S{43}\n$/)],
  uses: {
    "is known by its secret": async ({ outputs: { clientId, clientSecret } }) => {
      const [id, secret] = [String(clientId), String(clientSecret)];
      const answers = [await token({ id, secret }, grant), await token({ id, secret: "another" }, grant)];
      expect(answers.map(({ status, body }) => [status, body.error])).toEqual([
        [400, "invalid_grant"],
        [401, "invalid_client"],
      ]);
    },
    "has its addresses and lifespans, and asks nobody for consent": async ({ live }) => {
      expect(await live("OAuth2Client app")).toMatchObject({
        redirect_uris: ["https://office.example/oauth2/callback"],
        post_logout_redirect_uris: ["https://office.example/signed-out"],
        backchannel_logout_uri: "https://office.example/oauth2/logout",
        backchannel_logout_session_required: true,
        skip_consent: true,
        authorization_code_grant_access_token_lifespan: "15m0s",
        refresh_token_grant_refresh_token_lifespan: "336h0m0s",
        client_credentials_grant_access_token_lifespan: null,
      });
    },
  },
  edit: {
    fact: "shortens the session, and touches nothing but the lifespans",
    config: { session: "8h" },
    operations: { "ClientLifespans app": "update" },
    seen: async ({ live }) => {
      expect(await live("ClientLifespans app")).toMatchObject({
        client_name: "Back office",
        authorization_code_grant_refresh_token_lifespan: "8h0m0s",
        refresh_token_grant_refresh_token_lifespan: "8h0m0s",
        refresh_token_grant_access_token_lifespan: "15m0s",
      });
    },
  },
});
