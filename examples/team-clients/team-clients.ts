// The rules of the organization for clients: what a team says about a client, and the arguments that follow from that.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";

/** An app that people sign in to. */
interface App {
  title: string;
  /** Where it is, without a slash at the end. */
  url: string;
}

/** A line of the table: an app in the browser, an app with a server, or a machine. */
export type TeamClient =
  | ({ kind: "browser" } & App)
  | ({ kind: "server" } & App)
  | { kind: "machine"; title: string; scope: string };

export interface TeamClientsArgs {
  /** Whom to ask when something is wrong with a client. */
  contact: string;
  /** The clients by their names in the program. A new name is a new client. */
  clients: Record<string, TeamClient>;
}

/** The clients of one team. */
export class TeamClients extends pulumi.ComponentResource {
  readonly clientIds: pulumi.Output<Record<string, string>>;
  /** The secrets of those that have one. */
  readonly clientSecrets: pulumi.Output<Record<string, string>>;

  constructor(team: string, { contact, clients }: TeamClientsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("example:index:TeamClients", team, {}, opts);
    const made = Object.entries(clients).map(([name, client]) => {
      const args = { clientName: client.title, owner: team, contacts: [contact], ...argsOf(client) };
      return [name, new hydra.OAuth2Client(`${team}-${name}`, args, { parent: this })] as const;
    });
    this.clientIds = pulumi.all(Object.fromEntries(made.map(([name, { clientId }]) => [name, clientId])));
    this.clientSecrets = pulumi
      .all(Object.fromEntries(made.map(([name, { clientSecret }]) => [name, clientSecret])))
      .apply((secrets) =>
        Object.fromEntries(Object.entries(secrets).flatMap(([name, secret]) => (secret ? [[name, secret]] : []))),
      );
    this.registerOutputs({ clientIds: this.clientIds, clientSecrets: this.clientSecrets });
  }
}

function argsOf(client: TeamClient): hydra.OAuth2ClientArgs {
  switch (client.kind) {
    case "browser":
      return { ...signIn(client), tokenEndpointAuthMethod: "none", allowedCorsOrigins: [client.url] };
    case "server":
      return { ...signIn(client), backchannelLogoutUri: `${client.url}/logout` };
    case "machine":
      return {
        grantTypes: ["client_credentials"],
        responseTypes: [],
        scope: client.scope,
        clientCredentialsGrantAccessTokenLifespan: "10m",
      };
  }
}

function signIn({ url }: App): hydra.OAuth2ClientArgs {
  return {
    grantTypes: ["authorization_code", "refresh_token"],
    responseTypes: ["code"],
    scope: "openid offline_access",
    redirectUris: [`${url}/callback`],
    postLogoutRedirectUris: [`${url}/`],
    authorizationCodeGrantAccessTokenLifespan: "15m",
    refreshTokenGrantAccessTokenLifespan: "15m",
  };
}
