// An app with a server: a confidential client that signs people in, keeps them signed in, and hears when they sign out.
package main

import (
	"example.com/pulumi-hydra/sdk/go/hydra"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		// Where the app is, without a slash at the end.
		url := settings.Require("url")
		// How long somebody may stay away without having to sign in again.
		session := settings.Get("session")
		if session == "" {
			session = "336h"
		}

		app, err := hydra.NewOAuth2Client(ctx, "app", &hydra.OAuth2ClientArgs{
			ClientName: pulumi.String("Back office"),
			ClientUri:  pulumi.String(url),
			Contacts:   pulumi.ToStringArray([]string{"back-office@example.com"}),
			// The secret stays on the server, which also uses PKCE: it protects confidential clients from injected codes.
			TokenEndpointAuthMethod: pulumi.String("client_secret_basic"),
			GrantTypes:              pulumi.ToStringArray([]string{"authorization_code", "refresh_token"}),
			ResponseTypes:           pulumi.ToStringArray([]string{"code"}),
			Scope:                   pulumi.String("openid offline_access profile"),
			RedirectUris:            pulumi.ToStringArray([]string{url + "/oauth2/callback"}),
			PostLogoutRedirectUris:  pulumi.ToStringArray([]string{url + "/signed-out"}),
			// Hydra calls this when somebody signs out anywhere, and names the session that ended.
			BackchannelLogoutUri:             pulumi.String(url + "/oauth2/logout"),
			BackchannelLogoutSessionRequired: pulumi.Bool(true),
			// Our own app: nobody needs to be asked whether it may know who they are.
			SkipConsent: pulumi.Bool(true),
		})
		if err != nil {
			return err
		}

		// All lifespans in one place; what is not named here is the server's default.
		_, err = hydra.NewClientLifespans(ctx, "app", &hydra.ClientLifespansArgs{
			ClientId: app.ClientId,
			AuthorizationCodeGrantAccessTokenLifespan:  pulumi.String("15m"),
			AuthorizationCodeGrantIdTokenLifespan:      pulumi.String("15m"),
			AuthorizationCodeGrantRefreshTokenLifespan: pulumi.String(session),
			RefreshTokenGrantAccessTokenLifespan:       pulumi.String("15m"),
			RefreshTokenGrantIdTokenLifespan:           pulumi.String("15m"),
			RefreshTokenGrantRefreshTokenLifespan:      pulumi.String(session),
		})
		if err != nil {
			return err
		}

		ctx.Export("clientId", app.ClientId)
		ctx.Export("clientSecret", app.ClientSecret)
		return nil
	})
}
