// Random UUIDs that the provider chooses as names. Knows nothing of what is named.

import { createHash, randomBytes } from "node:crypto";
import type { Choose } from "../lifecycle/field.ts";

/** Chooses a random UUID (RFC 9562, version 4) for a field; one seed gives each field another one. */
export function uuidFor(field: string): Choose {
  return (seed = randomBytes(32)) => {
    const bytes = createHash("sha256").update(field).update(seed).digest();
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    return bytes.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
}
