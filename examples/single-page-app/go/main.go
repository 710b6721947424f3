// An app that runs in people's browsers: a public client that signs them in with the authorization code grant and PKCE.
package main

import (
	"example.com/pulumi-hydra/sdk/go/hydra"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// Scheme, host and port of the app, without a slash at the end.
		origin := config.New(ctx, "").Require("origin")

		app, err := hydra.NewOAuth2Client(ctx, "app", &hydra.OAuth2ClientArgs{
			ClientName: pulumi.String("Shop"),
			// An app in a browser cannot keep a secret: its user can read everything in it. PKCE protects the code instead.
			TokenEndpointAuthMethod: pulumi.String("none"),
			GrantTypes:              pulumi.ToStringArray([]string{"authorization_code", "refresh_token"}),
			ResponseTypes:           pulumi.ToStringArray([]string{"code"}),
			Scope:                   pulumi.String("openid offline_access"),
			// List each page that may get a code: Hydra redirects to no other.
			RedirectUris:           pulumi.ToStringArray([]string{origin + "/callback"}),
			PostLogoutRedirectUris: pulumi.ToStringArray([]string{origin + "/"}),
			// The app's own script calls the token endpoint, from this origin alone.
			AllowedCorsOrigins: pulumi.ToStringArray([]string{origin}),
			// A token that somebody steals from a browser expires soon. People who stay away for half a day sign in again.
			AuthorizationCodeGrantAccessTokenLifespan:  pulumi.String("10m"),
			AuthorizationCodeGrantRefreshTokenLifespan: pulumi.String("12h"),
			RefreshTokenGrantAccessTokenLifespan:       pulumi.String("10m"),
			RefreshTokenGrantRefreshTokenLifespan:      pulumi.String("12h"),
		})
		if err != nil {
			return err
		}

		ctx.Export("clientId", app.ClientId)
		return nil
	})
}
