// Converted from ../yaml/Pulumi.yaml, which says why.
using System.Collections.Generic;
using System.Linq;
using Pulumi;
using Hydra = Pulumi.Hydra;

return await Deployment.RunAsync(() => 
{
    var config = new Config();
    var origin = config.Require("origin");
    var app = new Hydra.OAuth2Client("app", new()
    {
        ClientName = "Shop",
        TokenEndpointAuthMethod = Hydra.TokenEndpointAuthMethod.None,
        GrantTypes = new[]
        {
            "authorization_code",
            "refresh_token",
        },
        ResponseTypes = new[]
        {
            "code",
        },
        Scope = "openid offline_access",
        RedirectUris = new[]
        {
            $"{origin}/callback",
        },
        PostLogoutRedirectUris = new[]
        {
            $"{origin}/",
        },
        AllowedCorsOrigins = new[]
        {
            origin,
        },
        AuthorizationCodeGrantAccessTokenLifespan = "10m",
        AuthorizationCodeGrantRefreshTokenLifespan = "12h",
        RefreshTokenGrantAccessTokenLifespan = "10m",
        RefreshTokenGrantRefreshTokenLifespan = "12h",
    });

    return new Dictionary<string, object?>
    {
        ["clientId"] = app.ClientId,
    };
});
