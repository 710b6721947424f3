// A job that calls an API in its own name: client credentials, no person involved, a secret that is changed now and then.
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
			// Neither people nor browsers: no response types, and a scope without openid.
			ResponseTypes: pulumi.StringArray{},
			Scope:         pulumi.String("orders.read orders.export"),
			// A token is for one API: it refuses what was made for another.
			Audience: pulumi.ToStringArray([]string{"https://orders.example"}),
			// The API checks tokens by itself, without asking Hydra; they are short, because nothing can end them early.
			AccessTokenStrategy:                       pulumi.String("jwt"),
			ClientCredentialsGrantAccessTokenLifespan: pulumi.String("10m"),
			// Another text here, and the job gets a new secret.
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
