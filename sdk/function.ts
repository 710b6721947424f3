// The plugin's functions, which programs call with plain values or with outputs.

import * as pulumi from "@pulumi/pulumi";
import type * as types from "./types.js";

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
 * Set exactly one of `set`, `uri` and `issuer`. With `uri` or `issuer`, the provider reads the keys itself: by the proxy and the
 * authorities that are configured for Hydra, and without a credential. It always verifies certificates, and follows redirects on the
 * same host alone.
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
