// The class OAuth2Client: types and documentation, and the one output that its id gives.

import * as pulumi from "@pulumi/pulumi";
import { completed, isOfType, registration, tokens } from "./resource.ts";
import type { OAuth2ClientArgs, OAuth2ClientOutputs } from "./types.js";

export interface OAuth2Client extends OAuth2ClientOutputs {}

/**
 * An OAuth 2.0 client registered with Ory Hydra.
 *
 * Manages every field of the client, except token lifespans that you never set. Those stay unmanaged unless a
 * {@link ClientLifespans} manages them.
 *
 * @example
 * ```ts
 * import * as hydra from "pulumi-hydra";
 *
 * const report = new hydra.OAuth2Client("report", {
 *   clientName: "Nightly report",
 *   grantTypes: ["client_credentials"],
 *   scope: "orders.read",
 *   audience: ["https://orders.example"],
 *   secretRotation: { trigger: "2026-01" },
 * });
 *
 * export const credentials = { id: report.clientId, secret: report.clientSecret };
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the outputs are made when they are read
export class OAuth2Client extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = tokens.dynamic("OAuth2Client");

  /** Whether something is a resource of this class, of whichever copy of this package. */
  static override isInstance(resource: unknown): resource is OAuth2Client {
    return isOfType(resource, OAuth2Client.__pulumiType);
  }

  constructor(name: string, args: OAuth2ClientArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super(...registration("dynamic", "OAuth2Client", name, args, opts));
    completed(this, "OAuth2Client", args);
  }

  /** Reads an existing client, which this program does not manage. `id` is its client id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): OAuth2Client {
    return new this(name, {}, { ...opts, id });
  }
}
