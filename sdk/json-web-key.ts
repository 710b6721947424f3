// The class JsonWebKey: types and documentation, no logic.

import * as pulumi from "@pulumi/pulumi";
import { completed, isOfType, registration, tokens } from "./resource.ts";
import type { JsonWebKeyArgs, JsonWebKeyOutputs } from "./types.js";

export interface JsonWebKey extends JsonWebKeyOutputs {}

/**
 * One key in a JSON Web Key Set of Ory Hydra.
 *
 * Hydra generates the key, unless you give a `privateKey`. By default, Pulumi records only the public part of the key. Hydra cannot update
 * a key, so every change replaces it, with one exception: see `privateKey`. Pulumi creates the new key, then deletes the old one. If both have the same `set` and `kid`, Pulumi deletes
 * the old key first.
 *
 * @example
 * ```ts
 * import * as hydra from "pulumi-hydra";
 *
 * const key = new hydra.JsonWebKey("orders", { set: "orders", alg: "ES256" });
 *
 * export const publicKey = key.publicKey;
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the outputs are made when they are read
export class JsonWebKey extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = tokens.dynamic("JsonWebKey");

  /** Whether something is a resource of this class, of whichever copy of this package. */
  static override isInstance(resource: unknown): resource is JsonWebKey {
    return isOfType(resource, JsonWebKey.__pulumiType);
  }

  constructor(name: string, args: JsonWebKeyArgs, opts?: pulumi.CustomResourceOptions) {
    super(...registration("dynamic", "JsonWebKey", name, args, opts));
    completed(this, "JsonWebKey", args);
  }

  /** Reads an existing key, which this program does not manage. `id` is its set and its kid, such as `orders/2026-01`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): JsonWebKey {
    return new this(name, {} as JsonWebKeyArgs, { ...opts, id });
  }
}
