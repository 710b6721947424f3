"""A job that calls an API in its own name: client credentials, no person involved, a secret that is changed now and then."""

import pulumi
import pulumi_hydra as hydra

config = pulumi.Config()

report = hydra.OAuth2Client(
    "report",
    client_name="Nightly report",
    owner="accounting",
    grant_types=["client_credentials"],
    # Neither people nor browsers: no response types, and a scope without openid.
    response_types=[],
    scope="orders.read orders.export",
    # A token is for one API: it refuses what was made for another.
    audience=["https://orders.example"],
    # The API checks tokens by itself, without asking Hydra; they are short, because nothing can end them early.
    access_token_strategy="jwt",
    client_credentials_grant_access_token_lifespan="10m",
    # Another text here, and the job gets a new secret.
    secret_rotation={"trigger": config.get("secretVersion") or "1"},
)

pulumi.export("clientId", report.client_id)
pulumi.export("clientSecret", report.client_secret)
