// What programs import to run the same resources on the plugin: classes of the same names and arguments, its provider and its functions.

import * as pulumi from "@pulumi/pulumi";
import { completed, exists, isOfType, providerProperties, registration, tokens } from "./resource.ts";
import type * as types from "./types.js";

// The extension is that of the published declarations: older compilers refuse `.ts` there.
export * from "./function.js";
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

  /** Reads an existing client, which this program does not manage. `id` is its client id. */
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

  /** Reads the lifespans of an existing client, which this program does not manage. `id` is the client id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ClientLifespans {
    return new this(name, {} as types.ClientLifespansArgs, { ...opts, id });
  }

  /** Whether a client of this id exists: each client has lifespans. Needs `@pulumi/pulumi` and Pulumi 3.269 or later. */
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

  /** Reads an existing trust, which this program does not manage. `id` is the id that Hydra generated for it. */
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

  /** Reads an existing key, which this program does not manage. `id` is its set and its kid. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): JsonWebKey {
    return new this(name, {} as types.JsonWebKeyArgs, { ...opts, id });
  }

  /** Whether a key of this id, its set and its kid, exists. Needs `@pulumi/pulumi` and Pulumi 3.269 or later. */
  static exists(id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): pulumi.Output<boolean> {
    return exists("JsonWebKey", id, opts);
  }
}

/** An Ory Hydra server and how to reach it. Settings that you leave unset come from the environment: all of them, or, if you set `adminUrl`, only `timeout`, `retries` and `connections`. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: types.ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    super("hydra", name, providerProperties(args), opts);
  }
}
