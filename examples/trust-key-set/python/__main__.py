"""Trusts for a CI system that changes its keys. Hydra trusts each key that the CI system publishes, and no other."""

import pulumi
import pulumi_hydra as hydra

config = pulumi.Config()

signing = [
    jwk
    for jwk in hydra.get_json_web_keys(uri=config.require("keysUri")).keys
    if jwk.get("use") != "enc"
]
# An issuer that publishes no key is probably broken. Without this check, `pulumi up` would delete every trust.
if not signing:
    raise ValueError("keysUri: the issuer publishes no key that signs")

# The CI system's runner is the client that exchanges assertions for tokens.
runner = hydra.OAuth2Client(
    "runner",
    client_name="CI runner",
    grant_types=["urn:ietf:params:oauth:grant-type:jwt-bearer"],
    response_types=[],
    scope="orders.deploy orders.read",
    jwt_bearer_grant_access_token_lifespan="10m",
)

# Hydra keeps one key for each issuer and kid. Each key here has its own kid, so no trust shares a key with another.
for jwk in signing:
    hydra.TrustedJwtIssuer(
        f"deploy-{jwk['kid']}",
        issuer=config.require("issuer"),
        subject="deploy",
        scope=["orders.deploy", "orders.read"],
        jwk=jwk,
        expires_at=config.require("expiresAt"),
    )

pulumi.export("clientId", runner.client_id)
pulumi.export("clientSecret", runner.client_secret)
pulumi.export("kids", [jwk["kid"] for jwk in signing])
