// Knows the programs that are measured: the same clients and lifespans from this package, and from a provider that does nothing.

/** What runs the resources. */
export type Host = "plugin" | "dynamic";

/** A provider that does nothing, or one that does nothing and records as much as ours. */
export type Base = "floor" | "recording";

/** Whose provider it is. */
export type Side = Base | "ours";

const lifespanOfEvery = 3;

/** How many resources a program of so many clients has. */
export function resourcesOf(clients: number): number {
  return clients + Math.floor(clients / lifespanOfEvery);
}

/** The arguments of a client, as they are in use. */
export function clientArgs(index: number): Record<string, unknown> {
  return {
    clientName: `Application ${index}`,
    owner: "bench",
    contacts: [`team-${index}@example.com`],
    redirectUris: [`https://app-${index}.example.com/callback`, `https://app-${index}.example.com/silent`],
    grantTypes: ["authorization_code", "refresh_token"],
    responseTypes: ["code"],
    scope: "openid offline_access profile email",
    audience: ["https://api.example.com"],
    metadata: { team: `team-${index % 7}`, tier: "gold" },
  };
}

/** The lifespans of a client. */
export const lifespanArgs = {
  authorizationCodeGrantAccessTokenLifespan: "15m0s",
  implicitGrantIdTokenLifespan: "1h0m0s",
};

// The echo resources are registered with what a class of ours registers with: the token, the secrets, all properties.
const heads: Record<"floor" | "ours", Record<Host, string>> = {
  ours: {
    plugin: 'const hydra = require("pulumi-hydra/plugin");',
    dynamic: 'const hydra = require("pulumi-hydra");',
  },
  floor: {
    plugin: echoClasses("echo:index:", ""),
    dynamic: echoClasses(
      "pulumi-nodejs:dynamic/echo:",
      'props.__provider = `exports.handler = () => require("echo-provider")`;',
    ),
  },
};

function echoClasses(prefix: string, addition: string): string {
  return [
    'const fields = require("pulumi-hydra-fields");',
    "const registration = (type, name, args) => {",
    "  const props = Object.fromEntries(fields[type].properties.map((property) => [property, undefined]));",
    `  Object.assign(props, args); ${addition}`,
    `  return ["${prefix}" + type, name, props, { additionalSecretOutputs: fields[type].secrets }];`,
    "};",
    "const echo = (type) => class extends pulumi.CustomResource {",
    "  constructor(name, args) { super(...registration(type, name, args)); }",
    "};",
    'const hydra = { OAuth2Client: echo("OAuth2Client"), ClientLifespans: echo("ClientLifespans") };',
  ].join("\n");
}

/** The program's files. */
export function programOf(side: Side, host: Host, clients: number): Record<string, string> {
  const text = [
    'const pulumi = require("@pulumi/pulumi");',
    heads[side === "ours" ? "ours" : "floor"][host],
    `const args = ${clientArgs.toString()};`,
    `for (let index = 0; index < ${clients}; index++) {`,
    '  const client = new hydra.OAuth2Client("client-" + index, args(index));',
    `  if (index % ${lifespanOfEvery} === ${lifespanOfEvery - 1})`,
    `    new hydra.ClientLifespans("lifespans-" + index, { clientId: client.clientId, ...${JSON.stringify(lifespanArgs)} });`,
    "}",
    "",
  ];
  return { "index.js": text.join("\n") };
}
