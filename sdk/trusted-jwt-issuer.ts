// The class TrustedJwtIssuer: types and documentation, no logic.

import * as pulumi from "@pulumi/pulumi";
import { completed, isOfType, registration, tokens } from "./resource.ts";
import type { TrustedJwtIssuerArgs, TrustedJwtIssuerOutputs } from "./types.js";

export interface TrustedJwtIssuer extends TrustedJwtIssuerOutputs {}

/**
 * An issuer whose signed assertions Ory Hydra exchanges for access tokens (RFC 7523).
 *
 * Hydra cannot update a trust. Every change replaces it.
 *
 * @example
 * ```ts
 * import * as hydra from "pulumi-hydra";
 *
 * new hydra.TrustedJwtIssuer("ci", {
 *   issuer: "https://ci.example",
 *   subject: "deploy",
 *   scope: ["orders.read"],
 *   jwk: {
 *     kid: "ci-1",
 *     kty: "EC",
 *     crv: "P-256",
 *     x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
 *     y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
 *   },
 *   expiresAt: "2028-01-01T00:00:00Z",
 * });
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the outputs are made when they are read
export class TrustedJwtIssuer extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = tokens.dynamic("TrustedJwtIssuer");

  /** Whether something is a resource of this class, of whichever copy of this package. */
  static override isInstance(resource: unknown): resource is TrustedJwtIssuer {
    return isOfType(resource, TrustedJwtIssuer.__pulumiType);
  }

  constructor(name: string, args: TrustedJwtIssuerArgs, opts?: pulumi.CustomResourceOptions) {
    super(...registration("dynamic", "TrustedJwtIssuer", name, args, opts));
    completed(this, "TrustedJwtIssuer", args);
  }

  /** Reads an existing trust, which this program does not manage. `id` is the id that Hydra generated for it. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): TrustedJwtIssuer {
    return new this(name, {} as TrustedJwtIssuerArgs, { ...opts, id });
  }
}
