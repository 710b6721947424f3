// What programs import to run the same resources on the plugin: classes of the same names and arguments, its provider and its functions.

import * as pulumi from "@pulumi/pulumi";
import { completed, exists, isOfType, providerProperties, registration, tokens } from "./resource.ts";
import type * as types from "./types.js";

// Not `export type *`, which compilers before 5.0 do not know.
export * from "./types.js";

export interface OAuth2Client extends types.OAuth2ClientOutputs {}

/** An OAuth 2.0 client registered with Ory Hydra. The plugin manages it. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are those of the dynamic resource
export class OAuth2Client extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = tokens.plugin("OAuth2Client");

  /** Whether something is a resource of this class, of whichever copy of this package. */
  static override isInstance(resource: unknown): resource is OAuth2Client {
    return isOfType(resource, OAuth2Client.__pulumiType);
  }

  constructor(name: string, args: types.OAuth2ClientArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super(...registration("plugin", "OAuth2Client", name, args, opts));
    completed(this, "OAuth2Client", args);
  }

  /** A client that exists already and is not managed by this program; `id` is its client id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): OAuth2Client {
    return new this(name, {}, { ...opts, id });
  }

  /** Whether a client of this id exists. Needs `@pulumi/pulumi` and Pulumi 3.269 or later. */
  static exists(id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): pulumi.Output<boolean> {
    return exists("OAuth2Client", id, opts);
  }
}

export interface ClientLifespans extends types.ClientLifespansOutputs {}

/** Manages all token lifespans of one client, with the plugin. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are those of the dynamic resource
export class ClientLifespans extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = tokens.plugin("ClientLifespans");

  /** Whether something is a resource of this class, of whichever copy of this package. */
  static override isInstance(resource: unknown): resource is ClientLifespans {
    return isOfType(resource, ClientLifespans.__pulumiType);
  }

  constructor(name: string, args: types.ClientLifespansArgs, opts?: pulumi.CustomResourceOptions) {
    super(...registration("plugin", "ClientLifespans", name, args, opts));
    completed(this, "ClientLifespans", args);
  }

  /** The lifespans of a client that this program does not manage; `id` is the client's id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ClientLifespans {
    return new this(name, {} as types.ClientLifespansArgs, { ...opts, id });
  }

  /** Whether a client of this id exists, so that it has lifespans. Needs `@pulumi/pulumi` and Pulumi 3.269 or later. */
  static exists(id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): pulumi.Output<boolean> {
    return exists("ClientLifespans", id, opts);
  }
}

export interface TrustedJwtIssuer extends types.TrustedJwtIssuerOutputs {}

/** An issuer whose signed assertions Ory Hydra exchanges for access tokens (RFC 7523), run by the plugin. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are those of the dynamic resource
export class TrustedJwtIssuer extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = tokens.plugin("TrustedJwtIssuer");

  /** Whether something is a resource of this class, of whichever copy of this package. */
  static override isInstance(resource: unknown): resource is TrustedJwtIssuer {
    return isOfType(resource, TrustedJwtIssuer.__pulumiType);
  }

  constructor(name: string, args: types.TrustedJwtIssuerArgs, opts?: pulumi.CustomResourceOptions) {
    super(...registration("plugin", "TrustedJwtIssuer", name, args, opts));
    completed(this, "TrustedJwtIssuer", args);
  }

  /** A trust that exists already and is not managed by this program; `id` is the one Hydra gave it. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): TrustedJwtIssuer {
    return new this(name, {} as types.TrustedJwtIssuerArgs, { ...opts, id });
  }

  /** Whether a trust of this id exists. Needs `@pulumi/pulumi` and Pulumi 3.269 or later. */
  static exists(id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): pulumi.Output<boolean> {
    return exists("TrustedJwtIssuer", id, opts);
  }
}

export interface Revocation extends types.RevocationOutputs {}

/** Revokes tokens, consent or sign-ins, run by the plugin. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are those of the dynamic resource
export class Revocation extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = tokens.plugin("Revocation");

  /** Whether something is a resource of this class, of whichever copy of this package. */
  static override isInstance(resource: unknown): resource is Revocation {
    return isOfType(resource, Revocation.__pulumiType);
  }

  constructor(name: string, args: types.RevocationArgs, opts?: pulumi.CustomResourceOptions) {
    super(...registration("plugin", "Revocation", name, args, opts));
    completed(this, "Revocation", args);
  }
}

export interface JsonWebKey extends types.JsonWebKeyOutputs {}

/** One key in a JSON Web Key Set of Ory Hydra, run by the plugin. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are those of the dynamic resource
export class JsonWebKey extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = tokens.plugin("JsonWebKey");

  /** Whether something is a resource of this class, of whichever copy of this package. */
  static override isInstance(resource: unknown): resource is JsonWebKey {
    return isOfType(resource, JsonWebKey.__pulumiType);
  }

  constructor(name: string, args: types.JsonWebKeyArgs, opts?: pulumi.CustomResourceOptions) {
    super(...registration("plugin", "JsonWebKey", name, args, opts));
    completed(this, "JsonWebKey", args);
  }

  /** A key that exists already and is not managed by this program; `id` is its set and its kid. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): JsonWebKey {
    return new this(name, {} as types.JsonWebKeyArgs, { ...opts, id });
  }

  /** Whether a key of this id, its set and its kid, exists. Needs `@pulumi/pulumi` and Pulumi 3.269 or later. */
  static exists(id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): pulumi.Output<boolean> {
    return exists("JsonWebKey", id, opts);
  }
}

/** An Ory Hydra server and how to reach it. Settings that you leave unset come from the stack's configuration or the environment. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: types.ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    super("hydra", name, providerProperties(args), opts);
  }
}

/** A function of the plugin: called at once, or with outputs of other resources. */
export interface Lookup<Args, OutputArgs, Result> {
  (args: Args, opts?: pulumi.InvokeOptions): Promise<Result>;
  /** The same with arguments that may be outputs, and an output as the result. */
  output(args: OutputArgs, opts?: pulumi.InvokeOutputOptions): pulumi.Output<Result>;
}

function lookup<Args extends object, OutputArgs extends object, Result>(
  name: string,
): Lookup<Args, OutputArgs, Result> {
  const token = `hydra:index:${name}`;
  const call = (args: Args, opts?: pulumi.InvokeOptions): Promise<Result> =>
    pulumi.runtime.invoke(token, args as pulumi.Inputs, opts);
  const output = (args: OutputArgs, opts?: pulumi.InvokeOutputOptions): pulumi.Output<Result> =>
    pulumi.runtime.invokeOutput(token, args as pulumi.Inputs, opts);
  return Object.assign(call, { output });
}

/**
 * An OAuth 2.0 client with its lifespans. Hydra never returns its secret.
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
export const getOAuth2Client: Lookup<
  types.GetOAuth2ClientArgs,
  types.GetOAuth2ClientOutputArgs,
  types.GetOAuth2ClientResult
> = lookup("getOAuth2Client");

/**
 * All OAuth 2.0 clients, or those with a name or an owner.
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
export const getOAuth2Clients: Lookup<
  types.GetOAuth2ClientsArgs,
  types.GetOAuth2ClientsOutputArgs,
  types.GetOAuth2ClientsResult
> = lookup("getOAuth2Clients");

/**
 * A trusted JWT issuer.
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
export const getTrustedJwtIssuer: Lookup<
  types.GetTrustedJwtIssuerArgs,
  types.GetTrustedJwtIssuerOutputArgs,
  types.GetTrustedJwtIssuerResult
> = lookup("getTrustedJwtIssuer");

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
export const getTrustedJwtIssuers: Lookup<
  types.GetTrustedJwtIssuersArgs,
  types.GetTrustedJwtIssuersOutputArgs,
  types.GetTrustedJwtIssuersResult
> = lookup("getTrustedJwtIssuers");

/**
 * Whether a token is valid, and what Hydra knows about it (RFC 7662).
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
export const introspectToken: Lookup<
  types.IntrospectTokenArgs,
  types.IntrospectTokenOutputArgs,
  types.IntrospectTokenResult
> = lookup("introspectToken");

/**
 * The consent that a subject has given and not revoked.
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
export const getConsentSessions: Lookup<
  types.GetConsentSessionsArgs,
  types.GetConsentSessionsOutputArgs,
  types.GetConsentSessionsResult
> = lookup("getConsentSessions");

/**
 * The public keys of a key set in Hydra, or of an issuer.
 *
 * With `uri` or `issuer`, the provider reads them itself: by the proxy and the authorities that are configured for Hydra, and without a
 * credential. It always verifies certificates, and follows redirects on the same host alone.
 *
 * @example
 * ```ts
 * import * as hydra from "pulumi-hydra/plugin";
 *
 * const issuer = "https://token.actions.githubusercontent.com";
 * const { keys } = hydra.getJsonWebKeys.output({ issuer });
 *
 * export const kids = keys.apply((all) => all.map(({ kid }) => kid));
 * ```
 */
export const getJsonWebKeys: Lookup<
  types.GetJsonWebKeysArgs,
  types.GetJsonWebKeysOutputArgs,
  types.GetJsonWebKeysResult
> = lookup("getJsonWebKeys");
