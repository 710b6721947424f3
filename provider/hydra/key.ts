// The keys that Hydra stores: what may be sent about them, and answers without what is private. Knows no transport.

import { keySecretsIn } from "./confidential.ts";
import { amended, HydraError, unlessGone } from "./error.ts";
import type { HydraJson } from "./json.ts";
import { privateMembersOf, withoutPrivateMembers } from "./jwk.ts";
import { areObjects, isObject, type Sender } from "./list.ts";
import { segment } from "./segment.ts";
import type { HydraRequest } from "./transport.ts";

/** A key as the server has it. Its private part was dropped where the answer was read. */
export interface StoredKey {
  readonly jwk: HydraJson;
  /** The server showed a private part: it can sign with the key. */
  readonly isPair: boolean;
}

/** What Hydra generates a key from. */
export interface KeyRequest {
  readonly alg: string;
  readonly use: string;
  readonly kid: string;
}

/** The endpoints for keys. */
export interface KeyApi {
  getKey(set: string, kid: string): Promise<StoredKey>;
  /** All keys of a set, the newest first. */
  getKeySet(set: string): Promise<readonly StoredKey[]>;
  /** Has Hydra generate a key; 409 when the set has that kid. */
  generateKey(set: string, request: KeyRequest): Promise<StoredKey>;
  /** Stores a key under its own kid, in the place of what is there. */
  putKey(set: string, jwk: HydraJson): Promise<StoredKey>;
  /** Content with a key that is not there. */
  deleteKey(set: string, kid: string): Promise<void>;
}

export function createKeyApi(client: Sender): KeyApi {
  /** Every answer about keys may hold private ones: nothing of it leaves this function but what is public. */
  const send = async (
    request: HydraRequest,
    keysOf: (json: HydraJson) => unknown,
    kid?: unknown,
  ): Promise<StoredKey[]> => {
    const keysIn = (json: unknown) => (isObject(json) ? keysOf(json) : undefined);
    const unexpected = (json: unknown) => {
      const keys = keysIn(json);
      if (!areObjects(keys)) return "a set of keys";
      return kid === undefined || keys.some((key) => key.kid === kid)
        ? undefined
        : `a key with the kid ${JSON.stringify(kid)}`;
    };
    const { json } = await client.send({ ...request, unexpected, opaque: true });
    const keys = (keysIn(json) as HydraJson[]).filter((key) => kid === undefined || key.kid === kid);
    return keys.map((key) => ({
      jwk: withoutPrivateMembers(key) as HydraJson,
      isPair: privateMembersOf(key).length > 0,
    }));
  };
  const one = async (request: HydraRequest, kid: unknown, keysOf = inSet): Promise<StoredKey> =>
    (await send(request, keysOf, kid))[0] as StoredKey;
  const getKey = async (set: string, kid: string) => one({ method: "GET", path: keyPath(set, kid) }, kid);
  return {
    getKey,
    getKeySet: async (set) => {
      // v2.3.0 takes what follows a slash for a kid; to this question it has another answer than Hydra's.
      if (set.includes("/")) await unlessGone(getKey(set, anyKid));
      try {
        return await send({ method: "GET", path: setPath(set) }, inSet);
      } catch (error) {
        // That a set has no key is said in words that other servers use, too. That it has not one key is not.
        const absent = error instanceof HydraError && error.status === 404;
        if (!absent || (await unlessGone(getKey(set, anyKid)))) throw error;
        throw amended(error, { code: "gone" });
      }
    },
    generateKey: async (set, body) => one({ method: "POST", path: setPath(set), body, repeatable: true }, body.kid),
    putKey: async (set, jwk) => {
      const path = keyPath(set, String(jwk.kid));
      return one({ method: "PUT", path, body: jwk, secrets: keySecretsIn(jwk) }, jwk.kid, (json) => [json]);
    },
    deleteKey: async (set, kid) => {
      const unexpected = (json: unknown) => (json === undefined ? undefined : "empty");
      await client.send({ method: "DELETE", path: keyPath(set, kid), unexpected });
    },
  };
}

/** A kid that nobody has; whether it is there is no matter. */
const anyKid = "-";

function inSet({ keys }: HydraJson): unknown {
  return keys ?? [];
}

function setPath(set: string): string {
  return `/admin/keys/${segment(set)}`;
}

function keyPath(set: string, kid: string): string {
  return `${setPath(set)}/${segment(kid)}`;
}
