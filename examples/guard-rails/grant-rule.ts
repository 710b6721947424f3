// Which grants a client may be registered for.
import { isPublic, type Rule } from "./rule";

/** Grants in which PKCE, or a second device, stands in for the secret that a public client cannot have. */
const publicGrants = ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"];

export const grantRules: readonly Rule[] = [
  {
    name: "no-implicit-grant",
    clause: "2.1.2",
    summary: "Access tokens never travel in the address of a page",
    level: "mandatory",
    kinds: ["OAuth2Client"],
    violations: ({ grantTypes = [], responseTypes = [] }) => [
      ...grantTypes
        .filter((grant) => grant === "implicit")
        .map(() => "grantTypes has implicit: use authorization_code with PKCE"),
      // id_token alone brings no access token with it.
      ...responseTypes
        .filter((type) => type.split(" ").includes("token"))
        .map((type) => `responseTypes has "${type}", which puts an access token into an address: use "code"`),
    ],
  },
  {
    name: "no-password-grant",
    clause: "2.4",
    summary: "No client asks people for the passwords they have at the authorization server",
    level: "mandatory",
    kinds: ["OAuth2Client"],
    violations: ({ grantTypes = [] }) =>
      grantTypes.includes("password") ? ["grantTypes has password: use authorization_code with PKCE"] : [],
  },
  {
    name: "public-clients-use-pkce",
    clause: "2.1.1",
    summary: "A client without a secret has only grants that PKCE or a second device protects",
    level: "mandatory",
    kinds: ["OAuth2Client"],
    violations: (client) =>
      isPublic(client)
        ? (client.grantTypes ?? [])
            // The implicit grant and that of passwords have rules of their own.
            .filter((grant) => ![...publicGrants, "implicit", "password"].includes(grant))
            .map((grant) => `grantTypes has ${grant}, but tokenEndpointAuthMethod is none: anybody could use it`)
        : [],
  },
  {
    name: "restricted-audience",
    clause: "2.3",
    summary: "The tokens of a machine are for named APIs",
    level: "advisory",
    kinds: ["OAuth2Client"],
    violations: ({ grantTypes = [], audience = [] }) =>
      grantTypes.includes("client_credentials") && audience.length === 0
        ? ["audience is empty: name the APIs that the client calls, so that no other one takes its tokens"]
        : [],
  },
];
