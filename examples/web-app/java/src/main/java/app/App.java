// An app with a server: a confidential client that signs people in, keeps them signed in, and hears when they sign out.
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
            // How long somebody may stay away without having to sign in again.
            var session = ctx.config().get("session").orElse("336h");

            var app = new OAuth2Client("app", OAuth2ClientArgs.builder()
                .clientName("Back office")
                .clientUri(url)
                .contacts("back-office@example.com")
                // The secret stays on the server, which also uses PKCE: it protects confidential clients from injected codes.
                .tokenEndpointAuthMethod("client_secret_basic")
                .grantTypes("authorization_code", "refresh_token")
                .responseTypes("code")
                .scope("openid offline_access profile")
                .redirectUris(url + "/oauth2/callback")
                .postLogoutRedirectUris(url + "/signed-out")
                // Hydra calls this when somebody signs out anywhere, and names the session that ended.
                .backchannelLogoutUri(url + "/oauth2/logout")
                .backchannelLogoutSessionRequired(true)
                // Our own app: nobody needs to be asked whether it may know who they are.
                .skipConsent(true)
                .build());

            // All lifespans in one place; what is not named here is the server's default.
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
