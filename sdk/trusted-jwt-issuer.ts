// The class TrustedJwtIssuer: types and documentation, no logic.

import type * as pulumi from "@pulumi/pulumi";
import type { TrustedJwtIssuerInputs, TrustedJwtIssuerOutputs } from "../provider/resources/trusted-jwt-issuer.ts";
import type { ArgsOf, OutputsOf } from "./input.ts";
import { HydraResource } from "./resource.ts";

/** The arguments of a {@link TrustedJwtIssuer}. */
export interface TrustedJwtIssuerArgs extends ArgsOf<TrustedJwtIssuerInputs> {}

export interface TrustedJwtIssuer
  extends OutputsOf<TrustedJwtIssuerInputs & TrustedJwtIssuerOutputs, "issuer" | "expiresAt"> {}

/**
 * An issuer whose signed assertions Ory Hydra exchanges for access tokens (RFC 7523).
 *
 * Hydra cannot change a trust: every change replaces it.
 */
export class TrustedJwtIssuer extends HydraResource {
  constructor(name: string, args: TrustedJwtIssuerArgs, opts?: pulumi.CustomResourceOptions) {
    super("TrustedJwtIssuer", name, args, opts);
  }

  /** A trust that exists already and is not managed by this program; `id` is the one Hydra gave it. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): TrustedJwtIssuer {
    return new this(name, {} as TrustedJwtIssuerArgs, { ...opts, id });
  }
}
