// An app with a server: a confidential client that signs people in and keeps them signed in. Hydra tells it when they sign out.
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
		// How long people may stay away until they have to sign in again.
		session := settings.Get("session")
		if session == "" {
			session = "336h"
		}

		app, err := hydra.NewOAuth2Client(ctx, "app", &hydra.OAuth2ClientArgs{
			ClientName: pulumi.String("Back office"),
			ClientUri:  pulumi.String(url),
			Contacts:   pulumi.ToStringArray([]string{"back-office@example.com"}),
			// The secret stays on the app's server. The app also uses PKCE, which protects confidential clients from injected codes.
			TokenEndpointAuthMethod: pulumi.String("client_secret_basic"),
			GrantTypes:              pulumi.ToStringArray([]string{"authorization_code", "refresh_token"}),
			ResponseTypes:           pulumi.ToStringArray([]string{"code"}),
			Scope:                   pulumi.String("openid offline_access profile"),
			RedirectUris:            pulumi.ToStringArray([]string{url + "/oauth2/callback"}),
			PostLogoutRedirectUris:  pulumi.ToStringArray([]string{url + "/signed-out"}),
			// Hydra calls this URI when somebody signs out anywhere, and names the session that ended.
			BackchannelLogoutUri:             pulumi.String(url + "/oauth2/logout"),
			BackchannelLogoutSessionRequired: pulumi.Bool(true),
			// This is our own app, so Hydra does not ask people for consent.
			SkipConsent: pulumi.Bool(true),
		})
		if err != nil {
			return err
		}

		// All lifespans in one place. Those that are not set here have the server's default.
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
