// An app with a server: a confidential client that signs people in and keeps them signed in. Hydra tells it when they sign out.
package app;

import com.pulumi.Pulumi;
import com.pulumi.hydra.ClientLifespans;
import com.pulumi.hydra.ClientLifespansArgs;
import com.pulumi.hydra.OAuth2Client;
import com.pulumi.hydra.OAuth2ClientArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            // Where the app is, without a slash at the end.
            var url = ctx.config().require("url");
            // How long people may stay away until they have to sign in again.
            var session = ctx.config().get("session").orElse("336h");

            var app = new OAuth2Client("app", OAuth2ClientArgs.builder()
                .clientName("Back office")
                .clientUri(url)
                .contacts("back-office@example.com")
                // The secret stays on the app's server. The app also uses PKCE, which protects confidential clients from injected codes.
                .tokenEndpointAuthMethod("client_secret_basic")
                .grantTypes("authorization_code", "refresh_token")
                .responseTypes("code")
                .scope("openid offline_access profile")
                .redirectUris(url + "/oauth2/callback")
                .postLogoutRedirectUris(url + "/signed-out")
                // Hydra calls this URI when somebody signs out anywhere, and names the session that ended.
                .backchannelLogoutUri(url + "/oauth2/logout")
                .backchannelLogoutSessionRequired(true)
                // This is our own app, so Hydra does not ask people for consent.
                .skipConsent(true)
                .build());

            // All lifespans in one place. Those that are not set here have the server's default.
            new ClientLifespans("app", ClientLifespansArgs.builder()
                .clientId(app.clientId())
                .authorizationCodeGrantAccessTokenLifespan("15m")
                .authorizationCodeGrantIdTokenLifespan("15m")
                .authorizationCodeGrantRefreshTokenLifespan(session)
                .refreshTokenGrantAccessTokenLifespan("15m")
                .refreshTokenGrantIdTokenLifespan("15m")
                .refreshTokenGrantRefreshTokenLifespan(session)
                .build());

            ctx.export("clientId", app.clientId());
            ctx.export("clientSecret", app.clientSecret());
        });
    }
}
