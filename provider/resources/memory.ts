// What one process knows of one Hydra beyond what it was told: each part has its owner. Ends with the process.

import type { HydraApi } from "../hydra/admin.ts";
import type { WriteCount } from "../hydra/listed-read.ts";
import type { Operation } from "../lifecycle/resource.ts";
import type { KeyClaims } from "./json-web-key/claim.ts";
import type { Claims } from "./oauth2-client/claim.ts";
import type { Queue } from "./queue.ts";
import type { KeyRecords } from "./trusted-jwt-issuer/record.ts";

/** One for each server, by its address: two names for a server share it. */
export interface Memory {
  readonly writes: WriteCount;
  readonly claims: Claims;
  readonly keyClaims: KeyClaims;
  /** Ids of clients that this process created, and that nothing has changed since. */
  readonly freshClients: Set<string>;
  /** By client id: one change of a client at a time. */
  readonly clientQueues: Map<string, Queue>;
  readonly keys: KeyRecords;
  /** What this server was seen to lack. */
  readonly lacks: {
    /** A JSON Patch of any client that has a `jwks_uri`. */
    jwksUriPatch: boolean;
    /** A JSON Patch that clears a lifespan: the answer is 200, and the lifespan stays. */
    nullPatch: boolean;
    /** A route for the key of an issuer or a kid with a slash. */
    slashedKeys: boolean;
  };
}

/** What each operation on a resource of ours gets. */
export interface HydraOperation extends Operation {
  /** The server that the resource's connection names; its calls end with the operation. */
  readonly api: HydraApi;
  readonly memory: Memory;
}

export function createMemory(): Memory {
  return {
    writes: { count: 0 },
    claims: new Map(),
    keyClaims: new Map(),
    freshClients: new Set(),
    clientQueues: new Map(),
    keys: new Map(),
    lacks: { jwksUriPatch: false, nullPatch: false, slashedKeys: false },
  };
}
