"""An app with a server: a confidential client that signs people in, keeps them signed in, and hears when they sign out."""

import pulumi
import pulumi_hydra as hydra

config = pulumi.Config()

# Where the app is, without a slash at the end.
url = config.require("url")
# How long somebody may stay away without having to sign in again.
session = config.get("session") or "336h"

app = hydra.OAuth2Client(
    "app",
    client_name="Back office",
    client_uri=url,
    contacts=["back-office@example.com"],
    # The secret stays on the server, which also uses PKCE: it protects confidential clients from injected codes.
    token_endpoint_auth_method="client_secret_basic",
    grant_types=["authorization_code", "refresh_token"],
    response_types=["code"],
    scope="openid offline_access profile",
    redirect_uris=[f"{url}/oauth2/callback"],
    post_logout_redirect_uris=[f"{url}/signed-out"],
    # Hydra calls this when somebody signs out anywhere, and names the session that ended.
    backchannel_logout_uri=f"{url}/oauth2/logout",
    backchannel_logout_session_required=True,
    # Our own app: nobody needs to be asked whether it may know who they are.
    skip_consent=True,
)

# All lifespans in one place; what is not named here is the server's default.
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
