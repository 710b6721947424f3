// What programs import to run the same resources on the plugin: classes of the same names and arguments, its provider and its functions.

import * as pulumi from "@pulumi/pulumi";
import type * as client from "../provider/functions/client.ts";
import type * as issuer from "../provider/functions/issuer.ts";
import type * as session from "../provider/functions/session.ts";
import type { ProviderSettings } from "../provider/setting.ts";
import type { ClientLifespansArgs, ClientLifespans as DynamicClientLifespans } from "./client-lifespans.ts";
import type { ArgsOf } from "./input.ts";
import type { OAuth2Client as DynamicOAuth2Client, OAuth2ClientArgs } from "./oauth2-client.ts";
import { nameById, providerProperties, registration } from "./resource.ts";
import type { TrustedJwtIssuer as DynamicTrustedJwtIssuer, TrustedJwtIssuerArgs } from "./trusted-jwt-issuer.ts";

export type { ClientLifespansArgs } from "./client-lifespans.ts";
export type { OAuth2ClientArgs } from "./oauth2-client.ts";
export type { TrustedJwtIssuerArgs } from "./trusted-jwt-issuer.ts";

export interface OAuth2Client extends DynamicOAuth2Client {}

/** An OAuth 2.0 client registered with Ory Hydra, run by the plugin. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are those of the dynamic resource
export class OAuth2Client extends pulumi.CustomResource {
  constructor(name: string, args: OAuth2ClientArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super(...registration("plugin", "OAuth2Client", name, args, opts));
    nameById(this, args);
  }

  /** A client that exists already and is not managed by this program; `id` is its client id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): OAuth2Client {
    return new this(name, {}, { ...opts, id });
  }
}

export interface ClientLifespans extends DynamicClientLifespans {}

/** All token lifespans of one client, run by the plugin. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are those of the dynamic resource
export class ClientLifespans extends pulumi.CustomResource {
  constructor(name: string, args: ClientLifespansArgs, opts?: pulumi.CustomResourceOptions) {
    super(...registration("plugin", "ClientLifespans", name, args, opts));
  }

  /** The lifespans of a client that this program does not manage; `id` is the client's id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ClientLifespans {
    return new this(name, {} as ClientLifespansArgs, { ...opts, id });
  }
}

export interface TrustedJwtIssuer extends DynamicTrustedJwtIssuer {}

/** An issuer whose signed assertions Ory Hydra exchanges for access tokens (RFC 7523), run by the plugin. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are those of the dynamic resource
export class TrustedJwtIssuer extends pulumi.CustomResource {
  constructor(name: string, args: TrustedJwtIssuerArgs, opts?: pulumi.CustomResourceOptions) {
    super(...registration("plugin", "TrustedJwtIssuer", name, args, opts));
  }

  /** A trust that exists already and is not managed by this program; `id` is the one Hydra gave it. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): TrustedJwtIssuer {
    return new this(name, {} as TrustedJwtIssuerArgs, { ...opts, id });
  }
}

/** The arguments of a {@link Provider}. */
export interface ProviderArgs extends ArgsOf<ProviderSettings> {}

/** One Ory Hydra and how to reach it; what is unset comes from the stack's configuration or the environment. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    super("hydra", name, providerProperties(args), opts);
  }
}

/** A function of the plugin: called at once, or with outputs of other resources. */
interface Lookup<Inputs extends object, Result> {
  (args: Inputs, opts?: pulumi.InvokeOptions): Promise<Result>;
  output(args: ArgsOf<Inputs>, opts?: pulumi.InvokeOutputOptions): pulumi.Output<Result>;
}

function lookup<Inputs extends object, Result>(name: string): Lookup<Inputs, Result> {
  const token = `hydra:index:${name}`;
  const call = (args: Inputs, opts?: pulumi.InvokeOptions): Promise<Result> => pulumi.runtime.invoke(token, args, opts);
  const output = (args: ArgsOf<Inputs>, opts?: pulumi.InvokeOutputOptions): pulumi.Output<Result> =>
    pulumi.runtime.invokeOutput(token, args, opts);
  return Object.assign(call, { output });
}

/**
 * One OAuth 2.0 client, with its lifespans. Its secret cannot be read back.
 *
 * @example
 * ```ts
 * import * as hydra from "pulumi-hydra/plugin";
 *
 * const shop = hydra.getOAuth2Client.output({ clientId: "shop" });
 *
 * export const redirectUris = shop.redirectUris;
 * ```
 */
export const getOAuth2Client = lookup<client.ClientQuery, client.ClientResult>("getOAuth2Client");

/**
 * All OAuth 2.0 clients, or those of a name or an owner.
 *
 * @example
 * ```ts
 * import * as hydra from "pulumi-hydra/plugin";
 *
 * const { clients } = hydra.getOAuth2Clients.output({ owner: "shop-team" });
 *
 * export const names = clients.apply((all) => all.map(({ clientName }) => clientName));
 * ```
 */
export const getOAuth2Clients = lookup<client.ClientsQuery, client.ClientsResult>("getOAuth2Clients");

/**
 * One trusted JWT issuer.
 *
 * @example
 * ```ts
 * import * as hydra from "pulumi-hydra/plugin";
 *
 * const trust = hydra.getTrustedJwtIssuer.output({ id: "bdeb4bf3-3f36-45c9-98fc-62b94d66d889" });
 *
 * export const expiresAt = trust.expiresAt;
 * ```
 */
export const getTrustedJwtIssuer = lookup<issuer.IssuerQuery, issuer.IssuerResult>("getTrustedJwtIssuer");

/**
 * All trusted JWT issuers, or those of one issuer.
 *
 * @example
 * ```ts
 * import * as hydra from "pulumi-hydra/plugin";
 *
 * const { issuers } = hydra.getTrustedJwtIssuers.output({ issuer: "https://ci.example" });
 *
 * export const subjects = issuers.apply((all) => all.map(({ subject }) => subject));
 * ```
 */
export const getTrustedJwtIssuers = lookup<issuer.IssuersQuery, issuer.IssuersResult>("getTrustedJwtIssuers");

/**
 * What Hydra says of a token (RFC 7662).
 *
 * @example
 * ```ts
 * import * as pulumi from "@pulumi/pulumi";
 * import * as hydra from "pulumi-hydra/plugin";
 *
 * const token = new pulumi.Config().requireSecret("token");
 *
 * export const active = hydra.introspectToken.output({ token, scope: "orders.read" }).active;
 * ```
 */
export const introspectToken = lookup<session.TokenQuery, session.TokenResult>("introspectToken");

/**
 * The consent that a subject has given and not taken back.
 *
 * @example
 * ```ts
 * import * as hydra from "pulumi-hydra/plugin";
 *
 * const { sessions } = hydra.getConsentSessions.output({ subject: "alice" });
 *
 * export const clientIds = sessions.apply((all) => all.map(({ clientId }) => clientId));
 * ```
 */
export const getConsentSessions = lookup<session.ConsentQuery, session.ConsentResult>("getConsentSessions");
