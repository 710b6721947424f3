// Which key of a set Hydra signs with.

import type { StoredKey } from "../../hydra/key.ts";

/** The newest key of a set that has a private part, whatever its use. Of a set without one, none: Hydra then generates a key. */
export function signingKey(newestFirst: readonly StoredKey[]): StoredKey | undefined {
  return newestFirst.find(({ isPair }) => isPair);
}
