// What a rule is, and which resources it is for. Knows neither Pulumi nor what is right or wrong.

/** The resources that rules judge. */
export type Kind = "OAuth2Client" | "ClientLifespans";

/** What a program writes of a resource; what it leaves out is the server's default. */
export interface Registration {
  readonly grantTypes?: readonly string[];
  readonly responseTypes?: readonly string[];
  readonly redirectUris?: readonly string[];
  readonly allowedCorsOrigins?: readonly string[];
  readonly tokenEndpointAuthMethod?: string;
  readonly clientSecret?: string;
  readonly audience?: readonly string[];
  readonly [field: string]: unknown;
}

export interface Rule {
  readonly name: string;
  /** The section of RFC 9700 that asks for it. */
  readonly clause: string;
  /** What it asks for, in one sentence. */
  readonly summary: string;
  /** `mandatory` stops a deployment, `advisory` is a warning. */
  readonly level: "mandatory" | "advisory";
  readonly kinds: readonly Kind[];
  /** What is wrong with a resource, and what to do instead; empty when nothing is. */
  readonly violations: (registration: Registration) => string[];
}

/** What a type token stands for: that of a dynamic resource, or that of the plugin. Nothing when it is another's. */
export function kindOf(type: string): Kind | undefined {
  const name = /^(?:hydra:index|pulumi-nodejs:dynamic\/hydra):(\w+)$/.exec(type)?.[1];
  return name === "OAuth2Client" || name === "ClientLifespans" ? name : undefined;
}

/** Whether a client has no way to keep a secret: it runs in a browser, or in people's hands. */
export function isPublic({ tokenEndpointAuthMethod }: Registration): boolean {
  return tokenEndpointAuthMethod === "none";
}
