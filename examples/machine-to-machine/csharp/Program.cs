// Converted from ../yaml/Pulumi.yaml, which says why.
using System.Collections.Generic;
using System.Linq;
using Pulumi;
using Hydra = Pulumi.Hydra;

return await Deployment.RunAsync(() => 
{
    var config = new Config();
    var secretVersion = config.Get("secretVersion") ?? "1";
    var report = new Hydra.OAuth2Client("report", new()
    {
        ClientName = "Nightly report",
        Owner = "accounting",
        GrantTypes = new[]
        {
            "client_credentials",
        },
        ResponseTypes = new string[] {},
        Scope = "orders.read orders.export",
        Audience = new[]
        {
            "https://orders.example",
        },
        AccessTokenStrategy = Hydra.AccessTokenStrategy.Jwt,
        ClientCredentialsGrantAccessTokenLifespan = "10m",
        SecretRotation = new Hydra.Inputs.OAuth2ClientSecretRotationArgs
        {
            Trigger = $"version {secretVersion}",
        },
    });

    return new Dictionary<string, object?>
    {
        ["clientId"] = report.ClientId,
        ["clientSecret"] = report.ClientSecret,
    };
});
