// Converted from ../yaml/Pulumi.yaml, which says why.
using System.Collections.Generic;
using System.Linq;
using Pulumi;
using Hydra = Pulumi.Hydra;

return await Deployment.RunAsync(() => 
{
    var config = new Config();
    var url = config.Require("url");
    var session = config.Get("session") ?? "336h";
    var app = new Hydra.OAuth2Client("app", new()
    {
        ClientName = "Back office",
        ClientUri = url,
        Contacts = new[]
        {
            "back-office@example.com",
        },
        TokenEndpointAuthMethod = Hydra.TokenEndpointAuthMethod.ClientSecretBasic,
        GrantTypes = new[]
        {
            "authorization_code",
            "refresh_token",
        },
        ResponseTypes = new[]
        {
            "code",
        },
        Scope = "openid offline_access profile",
        RedirectUris = new[]
        {
            $"{url}/oauth2/callback",
        },
        PostLogoutRedirectUris = new[]
        {
            $"{url}/signed-out",
        },
        BackchannelLogoutUri = $"{url}/oauth2/logout",
        BackchannelLogoutSessionRequired = true,
        SkipConsent = true,
    });

    var lifespans = new Hydra.ClientLifespans("lifespans", new()
    {
        ClientId = app.ClientId,
        AuthorizationCodeGrantAccessTokenLifespan = "15m",
        AuthorizationCodeGrantIdTokenLifespan = "15m",
        AuthorizationCodeGrantRefreshTokenLifespan = session,
        RefreshTokenGrantAccessTokenLifespan = "15m",
        RefreshTokenGrantIdTokenLifespan = "15m",
        RefreshTokenGrantRefreshTokenLifespan = session,
    });

    return new Dictionary<string, object?>
    {
        ["clientId"] = app.ClientId,
        ["clientSecret"] = app.ClientSecret,
    };
});
