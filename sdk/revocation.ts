// The class Revocation: types and documentation, no logic.

import * as pulumi from "@pulumi/pulumi";
import { completed, isOfType, registration, tokens } from "./resource.ts";
import type { RevocationArgs, RevocationOutputs } from "./types.js";

export interface Revocation extends RevocationOutputs {}

/**
 * Revokes tokens, consent or sign-ins when Pulumi creates the resource, and again when a target or `triggers` changes.
 *
 * `clientId` alone revokes the access tokens of that client. `subject` alone revokes all consent of that subject, with the access and
 * refresh tokens that came from it, and ends its sign-ins. Both together revoke the consent of that subject to that client. `loginSessionId`
 * ends one sign-in, and `consentRequestId` revokes one consent.
 *
 * A preview, a refresh and a deletion revoke nothing. Some tokens stay valid. If you revoke the access tokens of a client, the client
 * can exchange its refresh tokens for new access tokens. JWT access tokens stay valid until they expire, wherever they are verified
 * offline.
 *
 * @example
 * ```ts
 * import * as hydra from "pulumi-hydra";
 *
 * new hydra.Revocation("shop-leak", {
 *   clientId: "shop",
 *   triggers: "2026-11-26",
 * });
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the outputs are made when they are read
export class Revocation extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = tokens.dynamic("Revocation");

  /** Whether something is a resource of this class, of whichever copy of this package. */
  static override isInstance(resource: unknown): resource is Revocation {
    return isOfType(resource, Revocation.__pulumiType);
  }

  constructor(name: string, args: RevocationArgs, opts?: pulumi.CustomResourceOptions) {
    super(...registration("dynamic", "Revocation", name, args, opts));
    completed(this, "Revocation", args);
  }
}
