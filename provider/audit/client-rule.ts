// The rules for OAuth2Client and ClientLifespans: grants, addresses, authentication, consent, lifespans.

import { isPrivate, isProtected } from "./address.ts";
import {
  alone,
  asksPeople,
  type ClientState,
  each,
  eachAddress,
  isEmpty,
  isFirstParty,
  isPublic,
  longAccess,
  longRefresh,
  publicGrants,
  secretsInAddresses,
  unusedAddresses,
  unusedGrants,
  unusedTypes,
} from "./client-state.ts";
import { longest, type Rule } from "./rule.ts";

const kinds = ["OAuth2Client"] as const;

export const clientRules: readonly Rule<ClientState>[] = [
  {
    name: "no-implicit-grant",
    level: "error",
    clause: "RFC 9700, 2.1.2",
    what: "No URL contains an access token",
    why: "Browsers, logs and Referer headers keep URLs",
    mend: "use authorization_code with PKCE, and the response type code",
    kinds,
    find: (client) => [
      ...each(client.grantTypes, "grantTypes", (grant) =>
        grant === "implicit" ? "implicit puts access tokens into URLs" : undefined,
      ),
      // id_token alone brings no access token with it.
      ...each(client.responseTypes, "responseTypes", (type) =>
        type.split(" ").includes("token") ? `"${type}" puts an access token into a URL` : undefined,
      ),
    ],
  },
  {
    name: "no-password-grant",
    level: "error",
    clause: "RFC 9700, 2.4",
    what: "No client asks people for the passwords they have at the authorization server",
    why: "The client sees the password, and no second factor can protect the sign-in",
    mend: "use authorization_code with PKCE",
    kinds,
    find: ({ grantTypes }) =>
      each(grantTypes, "grantTypes", (grant) =>
        grant === "password" ? "password gives people's passwords to the client" : undefined,
      ),
  },
  {
    name: "public-clients-use-pkce",
    level: "error",
    clause: "RFC 9700, 2.1.1",
    what: "A client without a secret has only the authorization code grant with PKCE, the device grant and the refresh token grant",
    why: "Anybody can send the requests of a client that does not authenticate",
    mend: "remove the grant, or give the client a way to authenticate",
    kinds,
    find: (client) =>
      each(client.grantTypes, "grantTypes", (grant) =>
        // The implicit grant and that of passwords have rules of their own.
        isPublic(client) && ![...publicGrants, "implicit", "password"].includes(grant)
          ? `anybody can use ${grant}, because tokenEndpointAuthMethod is none`
          : undefined,
      ),
  },
  {
    name: "restricted-audience",
    level: "note",
    clause: "RFC 9700, 2.3",
    what: "A machine's tokens are for named APIs",
    why: "An attacker who controls one API receives tokens, and can use them at all other APIs",
    mend: "name the APIs that the client calls",
    kinds,
    find: ({ grantTypes, audience }) =>
      (grantTypes ?? []).includes("client_credentials") && isEmpty(audience)
        ? [{ path: ["audience"], found: "is empty: any API takes the client's tokens" }]
        : [],
  },
  {
    name: "matching-grants",
    level: "note",
    clause: "OpenID Connect Registration, 2",
    what: "Grants, response types, redirect URIs and scope fit together",
    why: "A later change of the client can make a forgotten setting usable, and nobody notices",
    mend: "remove what the client cannot use, or add what is missing",
    kinds,
    find: (client) => [...unusedGrants(client), ...unusedTypes(client), ...unusedAddresses(client)],
  },
  {
    name: "https-redirect-uris",
    level: "error",
    clause: "RFC 9700, 2.6",
    what: "A redirect URI uses https, leads to the same machine, or has the scheme of an app: its domain name in reverse",
    why: "Everybody on the network reads plain HTTP, and any app can claim a scheme that is not a domain name in reverse",
    mend: "use https, http://127.0.0.1 or http://[::1], or a scheme like com.example.app",
    kinds,
    find: ({ redirectUris }) =>
      eachAddress(redirectUris, "redirectUris", (address) =>
        isProtected(address) ? undefined : `${address.shown} is not protected on its way`,
      ),
  },
  {
    name: "exact-redirect-uris",
    level: "error",
    clause: "RFC 9700, 4.1.3",
    what: "A redirect URI is one URI, not a pattern",
    why: "An attacker who controls one URI that matches the pattern gets codes",
    mend: "list each URI",
    kinds,
    find: ({ redirectUris }) =>
      eachAddress(redirectUris, "redirectUris", ({ shown }) =>
        shown.includes("*") ? `${shown} is a pattern` : undefined,
      ),
  },
  {
    name: "public-redirect-hosts",
    level: "warning",
    clause: "RFC 9700, 4.1",
    what: "The host of a redirect URI is public, or loopback",
    why: "In another network, the private address or local name belongs to somebody else, who gets the code",
    mend: "use a name of the public DNS that you own",
    kinds,
    find: ({ redirectUris }) =>
      eachAddress(redirectUris, "redirectUris", (address) =>
        isPrivate(address) ? `${address.host} is another machine in each network` : undefined,
      ),
  },
  {
    name: "no-secrets-in-addresses",
    level: "error",
    clause: "RFC 9700, 4.3",
    what: "No URL of a client contains a secret",
    why: "Hydra shows these URLs to everyone who can read clients, and browsers and logs keep URLs",
    mend: "replace the secret, and send it in a header or a body",
    kinds,
    find: secretsInAddresses,
  },
  {
    name: "named-origins",
    level: "error",
    clause: "RFC 9700, 2.6",
    what: "Only scripts of named origins call the endpoints: no origin is a pattern",
    why: "An attacker who gets one page whose origin fits a pattern can call the endpoints",
    mend: "name each origin, with https",
    kinds,
    find: ({ allowedCorsOrigins }) =>
      eachAddress(allowedCorsOrigins, "allowedCorsOrigins", (origin) => {
        if (origin.shown.includes("*")) return `${origin.shown} is a pattern`;
        return isProtected(origin) ? undefined : `${origin.shown} is not protected on its way`;
      }),
  },
  {
    name: "no-secret-in-browsers",
    level: "error",
    clause: "RFC 9700, 2.5",
    what: "A client whose scripts run in browsers has no secret",
    why: "Everybody can read what a browser holds",
    mend: "if the app runs in browsers, set tokenEndpointAuthMethod none and no clientSecret; if it has a server, leave allowedCorsOrigins empty",
    kinds,
    find(client) {
      if (!isEmpty(client.allowedCorsOrigins) && !isPublic(client)) {
        return [{ path: ["allowedCorsOrigins"], found: "scripts may call, and the client has a secret" }];
      }
      return isPublic(client) && (client.clientSecret ?? "") !== ""
        ? [{ path: ["clientSecret"], found: "is set, and tokenEndpointAuthMethod is none" }]
        : [];
    },
  },
  {
    name: "asymmetric-authentication",
    level: "note",
    clause: "RFC 9700, 2.5",
    what: "Clients sign instead of sending a secret",
    why: "The server, and every proxy before it, sees a secret that is sent",
    mend: "use private_key_jwt",
    kinds,
    find: ({ tokenEndpointAuthMethod }) => {
      const method = tokenEndpointAuthMethod ?? "client_secret_basic";
      return ["none", "private_key_jwt"].includes(method)
        ? []
        : [{ path: ["tokenEndpointAuthMethod"], found: `${method} sends the secret` }];
    },
  },
  {
    name: "https-keys",
    level: "error",
    clause: "OpenID Connect Registration, 2",
    what: "The server fetches the keys of a client over https",
    why: "An attacker on the network can replace the keys, and then act as the client",
    mend: "publish the keys over https, or set jwks",
    kinds,
    find: ({ jwksUri }) =>
      eachAddress((jwksUri ?? "") === "" ? [] : [String(jwksUri)], "jwksUri", ({ scheme, shown }) =>
        scheme === "https" ? undefined : `${shown} is not protected on its way`,
      ).map(alone),
  },
  {
    name: "consent-for-others",
    level: "warning",
    clause: "OpenID Connect Core, 3.1.2.4",
    what: "Consent is skipped only for clients whose metadata has `firstParty: true`",
    why: "Somebody else's client gets people's data without asking them",
    mend: "remove skipConsent, or set metadata.firstParty to true if the client is yours",
    kinds,
    find: (client) =>
      client.skipConsent === true && asksPeople(client) && !isFirstParty(client.metadata)
        ? [{ path: ["skipConsent"], found: "nobody is asked for consent, and metadata does not say firstParty" }]
        : [],
  },
  {
    name: "short-access-tokens",
    level: "error",
    clause: "RFC 9700, 4.14",
    what: `Access tokens live ${longest.accessTokenHours} hour at most`,
    why: "A stolen token works until it expires, and nobody can revoke a JWT",
    mend: "shorten the lifespan; the client can get new access tokens with a refresh token",
    kinds: ["OAuth2Client", "ClientLifespans"],
    find: (client, bounds) => longAccess(client, bounds.longest.accessTokenHours),
  },
  {
    name: "refresh-tokens-expire",
    level: "error",
    clause: "RFC 9700, 4.14.2",
    what: `Refresh tokens expire at most ${longest.refreshTokenHours} hours after their last use, or ${longest.publicRefreshTokenHours} hours for public clients`,
    why: "Nobody notices the theft of a refresh token that its application no longer uses",
    mend: "set a shorter lifespan; with a negative lifespan, the token never expires",
    kinds: ["OAuth2Client", "ClientLifespans"],
    find: (client, bounds) =>
      longRefresh(client, isPublic(client) ? bounds.longest.publicRefreshTokenHours : bounds.longest.refreshTokenHours),
  },
];
