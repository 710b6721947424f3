// A job that calls an API in its own name: client credentials, no person involved, and a secret that you can rotate.
package main

import (
	"example.com/pulumi-hydra/sdk/go/hydra"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		secretVersion := config.New(ctx, "").Get("secretVersion")
		if secretVersion == "" {
			secretVersion = "1"
		}

		report, err := hydra.NewOAuth2Client(ctx, "report", &hydra.OAuth2ClientArgs{
			ClientName: pulumi.String("Nightly report"),
			Owner:      pulumi.String("accounting"),
			GrantTypes: pulumi.ToStringArray([]string{"client_credentials"}),
			// Nobody signs in: no redirect URI, and a scope without openid. Hydra reads an empty list as `code`, which is of no use without a redirect URI.
			ResponseTypes: pulumi.StringArray{},
			Scope:         pulumi.String("orders.read orders.export"),
			// A token is for one API. The API refuses tokens for other audiences.
			Audience: pulumi.ToStringArray([]string{"https://orders.example"}),
			// The API verifies tokens by itself, without asking Hydra. Nothing can revoke them there, so they expire after ten minutes.
			AccessTokenStrategy:                       pulumi.String("jwt"),
			ClientCredentialsGrantAccessTokenLifespan: pulumi.String("10m"),
			// If you change this string, the provider generates a new secret.
			SecretRotation: &hydra.OAuth2ClientSecretRotationArgs{Trigger: pulumi.String(secretVersion)},
		})
		if err != nil {
			return err
		}

		ctx.Export("clientId", report.ClientId)
		ctx.Export("clientSecret", report.ClientSecret)
		return nil
	})
}
