// The one public key that Hydra keeps for all trusts of an issuer and kid, and how the server is asked for it and for
// them. Knows nothing of what is done with them.

import type { HydraApi } from "../../hydra/admin.ts";
import { isUnrouted, unlessGone } from "../../hydra/error.ts";
import type { HydraJson } from "../../hydra/json.ts";
import { isSegment } from "../../hydra/segment.ts";
import type { HydraOperation } from "../memory.ts";
import { type KeyName, keyNameOf, sameKeyName } from "./name.ts";

/** What the server has under a name. No server can say it of every name; v2.3.0 of none with a slash. */
export type Stored = { readonly readable: false } | { readonly readable: true; readonly key: HydraJson | undefined };

export async function storedKey({ api, memory }: HydraOperation, { issuer, kid }: KeyName): Promise<Stored> {
  // v26.2.0 drops a slash at the end: the answer would be about another key.
  if (kid.endsWith("/") || !isSegment(issuer) || !isSegment(kid)) return { readable: false };
  const slashed = issuer.includes("/") || kid.includes("/");
  if (slashed && memory.lacks.slashedKeys) return { readable: false };
  try {
    return { readable: true, key: (await unlessGone(api.getKey(issuer, kid)))?.jwk };
  } catch (error) {
    if (!isUnrouted(error)) throw error;
    if (slashed && error.status === 404) memory.lacks.slashedKeys = true;
    return { readable: false };
  }
}

/** Every trust that uses a key. */
export async function trustsOf(api: HydraApi, name: KeyName): Promise<HydraJson[]> {
  return [...(await api.listTrusts(name.issuer, (trust) => sameKeyName(keyNameOf(trust), name)))];
}
