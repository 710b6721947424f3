"""A job that calls an API in its own name: client credentials, no person involved, and a secret that you can rotate."""

import pulumi
import pulumi_hydra as hydra

config = pulumi.Config()

report = hydra.OAuth2Client(
    "report",
    client_name="Nightly report",
    owner="accounting",
    grant_types=["client_credentials"],
    # Nobody signs in: no redirect URI, and a scope without openid. Hydra reads an empty list as `code`, which is of no use without a redirect URI.
    response_types=[],
    scope="orders.read orders.export",
    # A token is for one API. The API refuses tokens for other audiences.
    audience=["https://orders.example"],
    # The API verifies tokens by itself, without asking Hydra. Nothing can revoke them there, so they expire after ten minutes.
    access_token_strategy="jwt",
    client_credentials_grant_access_token_lifespan="10m",
    # If you change this string, the provider generates a new secret.
    secret_rotation={"trigger": config.get("secretVersion") or "1"},
)

pulumi.export("clientId", report.client_id)
pulumi.export("clientSecret", report.client_secret)
