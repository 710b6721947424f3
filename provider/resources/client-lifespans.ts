// ClientLifespans: all token lifespans of one client. Knows nothing of the hosts that run it.

import * as z from "zod";
import type { Admin, Wire } from "../hydra/admin.ts";
import { unlessGone } from "../hydra/error.ts";
import { snakeCase } from "../hydra/naming.ts";
import { type FieldRules, isNothing } from "../lifecycle/field.ts";
import { type Live, PartialFailure, Refusal, type Resource } from "../lifecycle/resource.ts";
import { textOf, type Values } from "../lifecycle/value.ts";
import { claimLifespans, isTaken, lifespansClaimedByClient, noteTaken, releaseLifespans, takeMade } from "./claim.ts";
import { syncLifespans } from "./client-sync.ts";
import { connection, connectionRules } from "./connection.ts";
import { keptInDoubt } from "./doubt.ts";
import * as field from "./field.ts";
import { lifespanNames, lifespanRules, lifespans, lifespansOf } from "./lifespan.ts";
import { differing, readFields, unmetReasons, wireOf } from "./wire.ts";

const inputs = z.strictObject({
  /** The id of the client whose lifespans these are. Changing it replaces the resource: the old client's lifespans are cleared. */
  clientId: field.clientId,
  ...lifespans,
  ...connection,
});

const outputs = z.object({});

export type ClientLifespansInputs = z.infer<typeof inputs>;

const fields: Readonly<Record<string, FieldRules>> = {
  ...lifespanRules,
  ...connectionRules,
  clientId: { replaces: true },
};

function toState(wire: Wire, id: string, known: Values): Values {
  return {
    clientId: id,
    ...readFields(clientLifespans, wire, known, lifespanNames),
    ...(isNothing(known.connection) ? {} : { connection: known.connection }),
  };
}

/** What was just written, or is there already; a partial failure unless the server kept what it was asked for. */
function settled(wire: Wire, given: ClientLifespansInputs): Live {
  const id = given.clientId;
  const live = { id, state: toState(wire, id, given) };
  const reasons = unmetReasons(clientLifespans, given, live.state);
  if (reasons.length > 0) throw new PartialFailure(live, reasons);
  return live;
}

export const clientLifespans: Resource<Admin, ClientLifespansInputs> = {
  type: "ClientLifespans",
  inputs,
  outputs,
  fields,
  // Deleting the old one clears what the new one has set.
  collides: (given, state) => given.clientId === state.clientId,
  rules: () => [],

  announce: ({ server, inputs: given }) => claim(server, given),

  async create({ server, inputs: given, signal }) {
    claim(server, given);
    const id = given.clientId;
    let before: Wire | undefined;
    const desired = async (observe: () => Promise<Wire>) => {
      // The answer of the write does not tell what it replaced. What this process made itself, it knows.
      if (!takeMade(server, id)) {
        before = await observe();
        refuseForeign(before, given);
      }
      return wireOf(clientLifespans, given, lifespanNames);
    };
    const written = keptInDoubt(
      id,
      false,
      () => toState(before ?? {}, id, given),
      syncLifespans(server, id, desired, signal),
    );
    const wire = await unlessGone(written);
    if (wire === undefined) throw noClient(id);
    // A client that was there before may have had another one: its deletion is still to come in this operation.
    if (before) noteTaken(server, id);
    return settled(wire, given);
  },

  async read({ server, id, state, signal }) {
    const wire = await unlessGone(server.readClient(id, signal));
    return wire && { id, state: toState(wire, id, state) };
  },

  async update({ server, inputs: given, state, signal }) {
    claim(server, given);
    const id = given.clientId;
    const desired = async (observe: () => Promise<Wire>) => {
      const changes = differing(clientLifespans, given, state, await observe(), lifespanNames);
      return Object.keys(changes).length > 0 ? wireOf(clientLifespans, given, lifespanNames) : undefined;
    };
    const wire = await keptInDoubt(id, false, () => state, syncLifespans(server, id, desired, signal));
    return settled(wire, given).state;
  },

  listInputs: [],

  async list({ server, signal }) {
    const all = await server.listClients({}, signal);
    const some = all.filter((wire) => lifespanNames.some((name) => !isNothing(wire[snakeCase(name)])));
    return some.map((wire) => ({
      id: String(wire.client_id),
      name: textOf(wire.client_name) || String(wire.client_id),
    }));
  },

  async delete({ server, id, signal }) {
    // What is there now belongs to the one that was made in this operation.
    if (isTaken(server, id)) return;
    releaseLifespans(server, id, "ClientLifespans");
    // Lifespans that moved to the OAuth2Client in this operation are set there already.
    const kept = lifespansClaimedByClient(server, id).map(snakeCase);
    const remaining = async (observe: () => Promise<Wire>) => (kept.length === 0 ? {} : pick(await observe(), kept));
    await unlessGone(syncLifespans(server, id, remaining, signal));
  },
};

function claim(server: Admin, given: ClientLifespansInputs): void {
  claimLifespans(server, given.clientId, "ClientLifespans", Object.keys(lifespansOf(given)));
}

function pick(wire: Wire, names: readonly string[]): Wire {
  return Object.fromEntries(names.map((name) => [name, wire[name]]));
}

function refuseForeign(observed: Wire, given: ClientLifespansInputs): void {
  const foreign = lifespanNames.filter(
    (name) => !isNothing(observed[snakeCase(name)]) && isNothing(given[name as keyof typeof given]),
  );
  if (foreign.length > 0) throw alreadySet(given.clientId, foreign);
}

function noClient(id: string): Refusal {
  return new Refusal(`clientId: there is no client ${JSON.stringify(id)}; give the id of one that exists`);
}

function alreadySet(id: string, names: readonly string[]): Refusal {
  return new Refusal(
    `the client ${JSON.stringify(id)} has lifespans that these inputs do not name: ${names.join(", ")}; ` +
      "ClientLifespans owns all lifespans of a client: name them here and remove them from the OAuth2Client, or clear them first",
  );
}
