"""An app that runs in people's browsers: a public client that signs them in with the authorization code grant and PKCE."""

import pulumi
import pulumi_hydra as hydra

config = pulumi.Config()

# Scheme, host and port of the app, without a slash at the end.
origin = config.require("origin")

app = hydra.OAuth2Client(
    "app",
    client_name="Shop",
    # An app in a browser cannot keep a secret: its user can read everything in it. PKCE protects the code instead.
    token_endpoint_auth_method="none",
    grant_types=["authorization_code", "refresh_token"],
    response_types=["code"],
    scope="openid offline_access",
    # List each page that may get a code: Hydra redirects to no other.
    redirect_uris=[f"{origin}/callback"],
    post_logout_redirect_uris=[f"{origin}/"],
    # The app's own script calls the token endpoint, from this origin alone.
    allowed_cors_origins=[origin],
    # A token that somebody steals from a browser expires soon. People who stay away for half a day sign in again.
    authorization_code_grant_access_token_lifespan="10m",
    authorization_code_grant_refresh_token_lifespan="12h",
    refresh_token_grant_access_token_lifespan="10m",
    refresh_token_grant_refresh_token_lifespan="12h",
)

pulumi.export("clientId", app.client_id)
