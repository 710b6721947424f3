// Whether an object on the server can be adopted: asks the resource definitions what an import of it would record.

import type { Admin, Wire } from "../hydra/admin.ts";
import { HydraError } from "../hydra/error.ts";
import { failuresOf, formatPath } from "../lifecycle/check.ts";
import { inputsOf, unreadKey } from "../lifecycle/diff.ts";
import type { Resource } from "../lifecycle/resource.ts";
import { privateMembersOf } from "../resources/jwk.ts";
import { oauth2Client } from "../resources/oauth2-client.ts";
import { keyNameOf } from "../resources/trust-key.ts";
import { trustedJwtIssuer } from "../resources/trusted-jwt-issuer.ts";
import type { Nameable } from "./resource-name.ts";

/** What becomes of one object. */
export interface Verdict {
  readonly type: string;
  readonly id: string;
  /** What people know it by. */
  readonly label: string;
  readonly nameable: Nameable;
  /** Why it cannot be adopted; absent when it can. */
  readonly leftOut?: string;
  /** What a person should know of its adoption. */
  readonly notes: readonly string[];
}

/** The verdict on a client out of a list. */
export async function judgeClient(server: Admin, wire: Wire): Promise<Verdict> {
  const [id, name, owner] = [String(wire.client_id), textOf(wire.client_name), textOf(wire.owner)];
  const label = `client ${JSON.stringify(id)}${name === undefined ? "" : ` (${JSON.stringify(name)})`}`;
  const nameable = { kind: "client", key: `client ${id}`, words: name === undefined ? [id, owner] : [name, owner, id] };
  const verdict = { type: oauth2Client.type, id, label, nameable };
  const unaddressable = failuresOf(oauth2Client, { clientId: id }).find(({ path }) => path[0] === "clientId");
  if (unaddressable) return { ...verdict, leftOut: `its id ${unaddressable.reason}`, notes: [] };
  // A list says all that there is to know, but for an id that the server may take for another one's, or for none.
  if (!/^[\w.-]+$/.test(id) && (await reached(server, id)) !== id) {
    return {
      ...verdict,
      leftOut: "this server cannot address its id: it lists the client, but cannot read it",
      notes: [],
    };
  }
  const known: Admin = { ...server, getClient: async () => wire, readClient: async () => wire };
  return { ...verdict, ...(await judge(oauth2Client, known, id)), notes: privateKeyNotes(wire.jwks) };
}

/** The verdict on a trust out of a list. */
export async function judgeTrust(server: Admin, wire: Wire, now: number): Promise<Verdict> {
  const { issuer, kid } = keyNameOf(wire);
  const [id, subject] = [String(wire.id), wire.allow_any_subject === true ? "any subject" : String(wire.subject)];
  const verdict = {
    type: trustedJwtIssuer.type,
    id,
    label: `trust ${id} (${JSON.stringify(issuer)}, ${JSON.stringify(subject)})`,
    nameable: { kind: "issuer", key: `trust ${id}`, words: [issuer.replace(/^https?:\/\//i, ""), subject, kid, id] },
  };
  if (Date.parse(String(wire.expires_at)) <= now) {
    return {
      ...verdict,
      leftOut: `it ended at ${String(wire.expires_at)}; \`hydra janitor --grants\` removes it`,
      notes: [],
    };
  }
  const known: Admin = { ...server, getTrust: async () => wire };
  return { ...verdict, ...(await judge(trustedJwtIssuer, known, id)) };
}

/** Reads an object as an import does, and checks what would then stand in the program. */
async function judge(
  resource: Resource<Admin>,
  server: Admin,
  id: string,
): Promise<Pick<Verdict, "leftOut" | "notes">> {
  const notes: string[] = [];
  const live = await resource.read({ server, id, state: {}, warn: (message) => notes.push(message) });
  const failures = live === undefined ? [] : failuresOf(resource, inputsOf(resource, live.state, {}));
  const [failure] = failures.filter(({ path }) => live?.state[unreadKey(String(path[0]))] !== true);
  if (failure === undefined) return { notes };
  return { leftOut: `${formatPath(failure.path)} ${failure.reason}; change it on the server first`, notes: [] };
}

/** The id of the client that the server gives for an id. */
async function reached(server: Admin, id: string): Promise<string | undefined> {
  try {
    return String((await server.getClient(id)).client_id);
  } catch (error) {
    const status = error instanceof HydraError ? error.status : undefined;
    // A redirect is what routers make of a slash beside another one, and of a dot.
    if (status === 404 || (status !== undefined && status >= 300 && status < 400)) return undefined;
    throw error;
  }
}

function privateKeyNotes(jwks: unknown): string[] {
  const keys = typeof jwks === "object" && jwks !== null && "keys" in jwks && Array.isArray(jwks.keys) ? jwks.keys : [];
  return keys
    .filter((key) => privateMembersOf(key).length > 0)
    .map(
      (key: { readonly kid?: unknown }) =>
        `the server keeps the private part of its key ${JSON.stringify(key.kid ?? "")} and shows it to all who may read clients; ` +
        "only the public part is adopted. Replace that key",
    );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}
