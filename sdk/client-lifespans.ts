// The class ClientLifespans: types and documentation, no logic.

import * as pulumi from "@pulumi/pulumi";
import type { ClientLifespansInputs } from "../provider/resources/client-lifespans.ts";
import type { ArgsOf, OutputsOf } from "./input.ts";
import { registration } from "./resource.ts";

/** The arguments of a {@link ClientLifespans}. */
export interface ClientLifespansArgs extends ArgsOf<ClientLifespansInputs> {}

export interface ClientLifespans extends OutputsOf<ClientLifespansInputs, "clientId"> {}

/**
 * All token lifespans of one client. What it does not name is cleared, and deleting it clears them all.
 *
 * Use either this or the lifespans of an {@link OAuth2Client}, not both for one client.
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
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are Pulumi's to set, and typed from the fields
export class ClientLifespans extends pulumi.CustomResource {
  constructor(name: string, args: ClientLifespansArgs, opts?: pulumi.CustomResourceOptions) {
    super(...registration("dynamic", "ClientLifespans", name, args, opts));
  }

  /** The lifespans of a client that this program does not manage; `id` is the client's id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ClientLifespans {
    return new this(name, {} as ClientLifespansArgs, { ...opts, id });
  }
}
