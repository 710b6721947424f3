// An app that runs in people's browsers: a public client that signs them in with the authorization code grant and PKCE.
package app;

import com.pulumi.Pulumi;
import com.pulumi.hydra.OAuth2Client;
import com.pulumi.hydra.OAuth2ClientArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            // Scheme, host and port of the app, without a slash at the end.
            var origin = ctx.config().require("origin");

            var app = new OAuth2Client("app", OAuth2ClientArgs.builder()
                .clientName("Shop")
                // An app in a browser cannot keep a secret: its user can read everything in it. PKCE protects the code instead.
                .tokenEndpointAuthMethod("none")
                .grantTypes("authorization_code", "refresh_token")
                .responseTypes("code")
                .scope("openid offline_access")
                // List each page that may get a code: Hydra redirects to no other.
                .redirectUris(origin + "/callback")
                .postLogoutRedirectUris(origin + "/")
                // The app's own script calls the token endpoint, from this origin alone.
                .allowedCorsOrigins(origin)
                // A token that somebody steals from a browser expires soon. People who stay away for half a day sign in again.
                .authorizationCodeGrantAccessTokenLifespan("10m")
                .authorizationCodeGrantRefreshTokenLifespan("12h")
                .refreshTokenGrantAccessTokenLifespan("10m")
                .refreshTokenGrantRefreshTokenLifespan("12h")
                .build());

            ctx.export("clientId", app.clientId());
        });
    }
}
