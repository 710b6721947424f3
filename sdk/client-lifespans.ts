// The class ClientLifespans: types and documentation, no logic.

import * as pulumi from "@pulumi/pulumi";
import { completed, isOfType, registration, tokens } from "./resource.ts";
import type { ClientLifespansArgs, ClientLifespansOutputs } from "./types.js";

export interface ClientLifespans extends ClientLifespansOutputs {}

/**
 * Manages all token lifespans of one client. The provider refuses to create the resource if the client has lifespans that you do not set. If somebody
 * sets such a lifespan later, that is drift: a refresh shows it, and the next update clears it. Deleting the resource clears all lifespans.
 *
 * For each client, use either this or the lifespans of {@link OAuth2Client}, not both.
 *
 * @example
 * ```ts
 * import * as hydra from "pulumi-hydra";
 *
 * const report = new hydra.OAuth2Client("report", { grantTypes: ["client_credentials"] });
 *
 * new hydra.ClientLifespans("report", {
 *   clientId: report.clientId,
 *   clientCredentialsGrantAccessTokenLifespan: "10m",
 * });
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the outputs are made when they are read
export class ClientLifespans extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = tokens.dynamic("ClientLifespans");

  /** Whether something is a resource of this class, of whichever copy of this package. */
  static override isInstance(resource: unknown): resource is ClientLifespans {
    return isOfType(resource, ClientLifespans.__pulumiType);
  }

  constructor(name: string, args: ClientLifespansArgs, opts?: pulumi.CustomResourceOptions) {
    super(...registration("dynamic", "ClientLifespans", name, args, opts));
    completed(this, "ClientLifespans", args);
  }

  /** Reads the lifespans of an existing client, which this program does not manage. `id` is the client id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ClientLifespans {
    return new this(name, {} as ClientLifespansArgs, { ...opts, id });
  }
}
