// How a key is called: its set and its kid, as the id by which Pulumi knows it. Knows what no server can address, and Hydra's own sets.

import { isUnrouted } from "../../hydra/error.ts";
import { Refusal } from "../../lifecycle/resource.ts";

export interface KeyName {
  readonly set: string;
  readonly kid: string;
}

/** The sets that Hydra itself signs with: always with the newest key. */
export const ownSets: readonly string[] = ["hydra.openid.id-token", "hydra.jwt.access-token"];

export function isOwnSet(set: unknown): boolean {
  return ownSets.some((own) => own === set);
}

/** `<set>/<kid>`. What would make that ambiguous is percent-encoded. */
export function idOf({ set, kid }: KeyName): string {
  return [set, kid].map((part) => part.replaceAll("%", "%25").replaceAll("/", "%2F")).join("/");
}

/** The path of a key below the admin API. */
export function pathOf({ set, kid }: KeyName): string {
  return `/admin/keys/${encodeURIComponent(set)}/${encodeURIComponent(kid)}`;
}

/** The key that an id means, also as people write it: then the last slash is the one between set and kid. */
export function nameIn(id: string): KeyName {
  const at = id.lastIndexOf("/");
  const [set, kid] = [decoded(id.slice(0, Math.max(at, 0))), decoded(id.slice(at + 1))];
  if (set !== "" && kid !== "") return { set, kid };
  throw new Refusal({
    code: "input-invalid",
    message: "the id of a key is its set and its kid",
    advice: "write <set>/<kid>",
  });
}

// A percent sign that begins no escape is one.
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The answer to a question about a set or a key, or in place of a failure that the server cannot address such a name. */
export function addressed<T>(names: readonly string[], answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    if (!isUnrouted(error) || !names.some((name) => name.includes("/"))) throw error;
    const message = `this server cannot address a key whose set or kid contains a slash (${names.map((name) => JSON.stringify(name)).join(", ")})`;
    const advice = "choose a name without one, or update Hydra: v26.2.0 can";
    throw new Refusal({ code: "unaddressable", message, advice }, error);
  });
}
