// A job that calls an API in its own name: client credentials, no person involved, a secret that is changed now and then.
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
                // Neither people nor browsers: no response types, and a scope without openid.
                .responseTypes(List.of())
                .scope("orders.read orders.export")
                // A token is for one API: it refuses what was made for another.
                .audience("https://orders.example")
                // The API checks tokens by itself, without asking Hydra; they are short, because nothing can end them early.
                .accessTokenStrategy("jwt")
                .clientCredentialsGrantAccessTokenLifespan("10m")
                // Another text here, and the job gets a new secret.
                .secretRotation(OAuth2ClientSecretRotationArgs.builder().trigger(secretVersion).build())
                .build());

            ctx.export("clientId", report.clientId());
            ctx.export("clientSecret", report.clientSecret());
        });
    }
}
