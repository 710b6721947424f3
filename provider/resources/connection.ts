// The input that every resource has: which of the configured servers it lives on.

import { text } from "./field.ts";

export const connection = {
  /**
   * The name of the server, out of `hydra:connections` in the stack's configuration. Unset: the server of
   * `hydra:adminUrl`. Moving a resource to another server replaces it; another name for the same server does not.
   */
  connection: text.optional(),
};

export const connectionRules = { connection: { replaces: true, local: true } } as const;
