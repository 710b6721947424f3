"""An app with a server: a confidential client that signs people in and keeps them signed in. Hydra tells it when they sign out."""

import pulumi
import pulumi_hydra as hydra

config = pulumi.Config()

# Where the app is, without a slash at the end.
url = config.require("url")
# How long people may stay away until they have to sign in again.
session = config.get("session") or "336h"

app = hydra.OAuth2Client(
    "app",
    client_name="Back office",
    client_uri=url,
    contacts=["back-office@example.com"],
    # The secret stays on the app's server. The app also uses PKCE, which protects confidential clients from injected codes.
    token_endpoint_auth_method="client_secret_basic",
    grant_types=["authorization_code", "refresh_token"],
    response_types=["code"],
    scope="openid offline_access profile",
    redirect_uris=[f"{url}/oauth2/callback"],
    post_logout_redirect_uris=[f"{url}/signed-out"],
    # Hydra calls this URI when somebody signs out anywhere, and names the session that ended.
    backchannel_logout_uri=f"{url}/oauth2/logout",
    backchannel_logout_session_required=True,
    # This is our own app, so Hydra does not ask people for consent.
    skip_consent=True,
)

# All lifespans in one place. Those that are not set here have the server's default.
hydra.ClientLifespans(
    "app",
    client_id=app.client_id,
    authorization_code_grant_access_token_lifespan="15m",
    authorization_code_grant_id_token_lifespan="15m",
    authorization_code_grant_refresh_token_lifespan=session,
    refresh_token_grant_access_token_lifespan="15m",
    refresh_token_grant_id_token_lifespan="15m",
    refresh_token_grant_refresh_token_lifespan=session,
)

pulumi.export("clientId", app.client_id)
pulumi.export("clientSecret", app.client_secret)
