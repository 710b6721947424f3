// The class TrustedJwtIssuer: types and documentation, no logic.

import * as pulumi from "@pulumi/pulumi";
import type { TrustedJwtIssuerInputs, TrustedJwtIssuerOutputs } from "../provider/resources/trusted-jwt-issuer.ts";
import type { ArgsOf, OutputsOf } from "./input.ts";
import { registration } from "./resource.ts";

/** The arguments of a {@link TrustedJwtIssuer}. */
export interface TrustedJwtIssuerArgs extends ArgsOf<TrustedJwtIssuerInputs> {}

export interface TrustedJwtIssuer
  extends OutputsOf<TrustedJwtIssuerInputs & TrustedJwtIssuerOutputs, "issuer" | "expiresAt"> {}

/**
 * An issuer whose signed assertions Ory Hydra exchanges for access tokens (RFC 7523).
 *
 * Hydra cannot change a trust: every change replaces it.
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
 *   expiresAt: "2036-01-01T00:00:00Z",
 * });
 * ```
 */
export class TrustedJwtIssuer extends pulumi.CustomResource {
  constructor(name: string, args: TrustedJwtIssuerArgs, opts?: pulumi.CustomResourceOptions) {
    super(...registration("dynamic", "TrustedJwtIssuer", name, args, opts));
  }

  /** A trust that exists already and is not managed by this program; `id` is the one Hydra gave it. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): TrustedJwtIssuer {
    return new this(name, {} as TrustedJwtIssuerArgs, { ...opts, id });
  }
}
