// A job that calls an API in its own name: client credentials, no person involved, and a secret that you can rotate.
package app;

import com.pulumi.Pulumi;
import com.pulumi.hydra.OAuth2Client;
import com.pulumi.hydra.OAuth2ClientArgs;
import com.pulumi.hydra.inputs.OAuth2ClientSecretRotationArgs;
import java.util.List;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var secretVersion = ctx.config().get("secretVersion").orElse("1");

            var report = new OAuth2Client("report", OAuth2ClientArgs.builder()
                .clientName("Nightly report")
                .owner("accounting")
                .grantTypes("client_credentials")
                // Nobody signs in: no redirect URI, and a scope without openid. Hydra reads an empty list as `code`, which is of no use without a redirect URI.
                .responseTypes(List.of())
                .scope("orders.read orders.export")
                // A token is for one API. The API refuses tokens for other audiences.
                .audience("https://orders.example")
                // The API verifies tokens by itself, without asking Hydra. Nothing can revoke them there, so they expire after ten minutes.
                .accessTokenStrategy("jwt")
                .clientCredentialsGrantAccessTokenLifespan("10m")
                // If you change this string, the provider generates a new secret.
                .secretRotation(OAuth2ClientSecretRotationArgs.builder().trigger(secretVersion).build())
                .build());

            ctx.export("clientId", report.clientId());
            ctx.export("clientSecret", report.clientSecret());
        });
    }
}
