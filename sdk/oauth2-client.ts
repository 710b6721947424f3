// The class OAuth2Client: types and documentation, and the one output that its id gives.

import * as pulumi from "@pulumi/pulumi";
import type { OAuth2ClientInputs, OAuth2ClientOutputs } from "../provider/resources/oauth2-client.ts";
import type { ArgsOf, OutputsOf } from "./input.ts";
import { nameById, registration } from "./resource.ts";

/** The arguments of an {@link OAuth2Client}. */
export interface OAuth2ClientArgs extends ArgsOf<OAuth2ClientInputs> {}

type ServerFilled = "clientId" | "scope" | "subjectType" | "tokenEndpointAuthMethod" | "userinfoSignedResponseAlg";

export interface OAuth2Client extends OutputsOf<OAuth2ClientInputs & OAuth2ClientOutputs, ServerFilled> {}

/**
 * An OAuth 2.0 client registered with Ory Hydra.
 *
 * It owns every field of the client but the token lifespans that its arguments do not name: those belong to nobody, or
 * to a {@link ClientLifespans}.
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
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the properties are Pulumi's to set, and typed from the fields
export class OAuth2Client extends pulumi.CustomResource {
  constructor(name: string, args: OAuth2ClientArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super(...registration("dynamic", "OAuth2Client", name, args, opts));
    nameById(this, args);
  }

  /** A client that exists already and is not managed by this program; `id` is its client id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): OAuth2Client {
    return new this(name, {}, { ...opts, id });
  }
}
