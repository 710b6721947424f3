// How clients prove who they are.
import { isPublic, type Rule } from "./rule";

export const authenticationRules: readonly Rule[] = [
  {
    name: "no-secret-in-browsers",
    clause: "2.5",
    summary: "A client whose scripts run in browsers has no secret, because everybody could read it there",
    level: "mandatory",
    kinds: ["OAuth2Client"],
    violations: (client) => {
      const runsInBrowsers = (client.allowedCorsOrigins ?? []).length > 0;
      if (runsInBrowsers && !isPublic(client)) {
        return [
          "allowedCorsOrigins is set: a client in browsers has tokenEndpointAuthMethod none; one with a server needs no origins",
        ];
      }
      const isSet = client.clientSecret !== undefined && client.clientSecret !== "";
      return isPublic(client) && isSet
        ? ["clientSecret is set, but tokenEndpointAuthMethod is none: leave it out"]
        : [];
    },
  },
  {
    name: "asymmetric-authentication",
    clause: "2.5",
    summary: "Clients sign instead of sending a secret",
    level: "advisory",
    kinds: ["OAuth2Client"],
    violations: ({ tokenEndpointAuthMethod = "client_secret_basic" }) =>
      ["none", "private_key_jwt"].includes(tokenEndpointAuthMethod)
        ? []
        : [`tokenEndpointAuthMethod is ${tokenEndpointAuthMethod}: private_key_jwt leaves no secret at the server`],
  },
];
