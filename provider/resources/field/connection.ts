// The input that every resource has: which of the configured servers it lives on.

import { text } from "./field.ts";

export const connection = {
  /**
   * The name of a server in `hydra:connections`. Defaults to the server of
   * `hydra:adminUrl`. Moving a resource to another server replaces it. Renaming the connection does not.
   */
  connection: text.optional(),
};

export const connectionRules = { connection: { replaces: true, local: true, locates: true } } as const;
