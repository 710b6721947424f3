// ClientLifespans: all token lifespans of one client. Knows nothing of the hosts that run it.

import * as z from "zod";
import { unlessGone } from "../../hydra/error.ts";
import type { HydraJson } from "../../hydra/json.ts";
import { snakeCase } from "../../hydra/naming.ts";
import { changedFields } from "../../lifecycle/diff.ts";
import { isNothing, rulesOf } from "../../lifecycle/field.ts";
import { type Live, PartialFailure, Refusal, type Resource } from "../../lifecycle/resource.ts";
import type { Values } from "../../lifecycle/value.ts";
import { inDoubt, keptInDoubt } from "../doubt.ts";
import { connection, connectionRules } from "../field/connection.ts";
import * as field from "../field/field.ts";
import { lifespanNames, lifespanRules, lifespans, lifespansOf } from "../field/lifespan.ts";
import {
  differing,
  hydraJsonOf,
  keptFields,
  listedClient,
  readFields,
  unlessUnmet,
  unmetReasons,
} from "../hydra-json.ts";
import { ifNotNew } from "../if-not-new.ts";
import type { HydraOperation } from "../memory.ts";
import * as claims from "../oauth2-client/claim.ts";
import { warnOfOtherOwner } from "../oauth2-client/other-owner.ts";
import { syncLifespans } from "../oauth2-client/sync.ts";

const inputs = z.strictObject({
  /** The id of the client whose lifespans these are. Changing it replaces the resource, and the provider clears the lifespans of the old client. */
  clientId: field.clientId,
  ...lifespans,
  ...connection,
});

const outputs = z.object({});

export type ClientLifespansInputs = z.infer<typeof inputs>;

const fields = rulesOf(inputs, outputs, {
  ...lifespanRules,
  ...connectionRules,
  clientId: { replaces: true },
});

function toState(json: HydraJson, id: string, known: Values, names: readonly string[] = lifespanNames): Values {
  return {
    clientId: id,
    ...readFields(clientLifespans, json, known, names),
    ...(isNothing(known.connection) ? {} : { connection: known.connection }),
  };
}

/** What was just written, of these lifespans; a partial failure unless the server kept what it was asked for. */
function settled(json: HydraJson, given: ClientLifespansInputs, names = lifespanNames, untouched: Values = {}): Live {
  const id = given.clientId;
  const live = { id, state: { ...toState(json, id, given, names), ...untouched } };
  return unlessUnmet(live, unmetReasons(clientLifespans, given, live.state));
}

export const clientLifespans: Resource<HydraOperation, ClientLifespansInputs> = {
  type: "ClientLifespans",
  inputs,
  outputs,
  fields,
  // Deleting the old one clears what the new one has set.
  collides: (given, state) => given.clientId === state.clientId,
  rules: () => [],

  announce(operation, { moves, replaces, id, inputs, state }) {
    // What another server has says nothing about this one.
    if (moves) return;
    if (replaces) claims.leave(operation, "ClientLifespans", id, state);
    else claims.keep(operation, "ClientLifespans", id, inputs, state);
  },

  takenAway: ({ memory }, { moves, replaces, id, inputs }) =>
    moves || replaces ? [] : claims.lifespansTakenAway(memory, id, inputs),

  announceNew: (operation, given) => claims.plan(operation, "ClientLifespans", given.clientId, given),

  async create(operation, given) {
    const { memory } = operation;
    const id = given.clientId;
    const claim = claims.create(operation, "ClientLifespans", id, given);
    try {
      let before: HydraJson | undefined;
      const desired = async (observe: () => Promise<HydraJson>) => {
        // The answer of the write does not tell what it replaced. What this process made itself, it knows.
        if (!memory.freshClients.delete(id)) {
          before = await observe();
          refuseForeign(before, given);
          const set = lifespanNames.filter((name) => !isNothing(before?.[snakeCase(name)]));
          // What the client's own resource gives up in this operation is handed over.
          if (!claims.hasClient(memory, id)) warnOfOtherOwner(operation, clientLifespans, id, given, before, set);
        }
        return hydraJsonOf(clientLifespans, given, lifespanNames);
      };
      const doubtful = () => inDoubt(toState(before ?? {}, id, given), Object.keys(lifespansOf(given)));
      const written = keptInDoubt(id, false, doubtful, syncLifespans(operation, id, desired));
      const json = await unlessGone(written);
      if (json === undefined) throw noClient(id);
      // A client that was there before may have had another one: its deletion is still to come in this operation.
      claim.overwrote = before !== undefined;
      const live = settled(json, given);
      claim.state = live.state;
      return live;
    } catch (error) {
      if (!(error instanceof PartialFailure)) claims.withdraw(memory, id, claim);
      throw error;
    }
  },

  async read(operation, { id, state }) {
    const json = await unlessGone(operation.api.readClient(id));
    if (json === undefined) return undefined;
    const imported = Object.keys(state).length === 0;
    if (!imported) warnOfOtherOwner(operation, clientLifespans, id, state, json, lifespanNames);
    return { id, state: toState(json, id, state) };
  },

  async update(operation, { inputs: given, state }) {
    const id = given.clientId;
    const announced = changedFields(clientLifespans, given, state);
    const taken = claims.lifespansTakenAway(operation.memory, id, given);
    // What was not announced is not touched, whatever the server has: a refresh shows that first.
    const names = lifespanNames.filter((name) => announced.includes(name) || taken.includes(name));
    const untouched = lifespanNames.filter((name) => !names.includes(name));
    const desired = async (observe: () => Promise<HydraJson>) => {
      const observed = await observe();
      warnOfOtherOwner(operation, clientLifespans, id, state, observed, names);
      const changes = differing(clientLifespans, given, state, observed, names);
      if (Object.keys(changes).length === 0) return undefined;
      return { ...pick(observed, untouched.map(snakeCase)), ...hydraJsonOf(clientLifespans, given, names) };
    };
    const written = syncLifespans(operation, id, desired);
    const json = await keptInDoubt(id, false, () => inDoubt(state, names), written);
    return settled(json, given, names, keptFields(clientLifespans, state, given, untouched)).state;
  },

  inputsFor: (id) => ({ clientId: id }),

  listInputs: [],

  async list({ api }) {
    const all = await api.listClients({});
    const some = all.filter((json) => lifespanNames.some((name) => !isNothing(json[snakeCase(name)])));
    return some.map(listedClient);
  },

  async delete(operation, { id, state }) {
    const { memory } = operation;
    const { spared, holder } = claims.deletionOfLifespans(operation, id);
    if (spared && holder === undefined) return;
    const desired = async (observe: () => Promise<HydraJson>) => {
      if (holder !== undefined) return handedOver(await observe(), state, holder.inputs);
      // Lifespans that moved to the OAuth2Client in this operation are set there already.
      const kept = claims.lifespansOfClient(memory, id).map(snakeCase);
      return kept.length === 0 ? {} : pick(await observe(), kept);
    };
    await unlessGone(syncLifespans(operation, id, desired));
  },
};

/** The lifespans after one of two owners is deleted: what it had becomes what the other one wants; nothing when it is that. */
function handedOver(observed: HydraJson, state: Values, wanted: Values): HydraJson | undefined {
  const names = Object.keys(lifespansOf(state));
  const changes = differing(clientLifespans, wanted, {}, observed, names);
  if (Object.keys(changes).length === 0) return undefined;
  return { ...pick(observed, lifespanNames.map(snakeCase)), ...changes };
}

/** The set members among these. */
function pick(json: HydraJson, names: readonly string[]): HydraJson {
  return Object.fromEntries(names.filter((name) => !isNothing(json[name])).map((name) => [name, json[name]]));
}

function refuseForeign(observed: HydraJson, given: ClientLifespansInputs): void {
  const foreign = lifespanNames.filter(
    (name) => !isNothing(observed[snakeCase(name)]) && isNothing(given[name as keyof typeof given]),
  );
  if (foreign.length > 0) throw alreadySet(given.clientId, foreign);
}

function noClient(id: string): Refusal {
  const message = `clientId: there is no client ${JSON.stringify(id)}`;
  const advice = "give the id of one that exists, or, if somebody deleted it, run `pulumi refresh` and `pulumi up`";
  return new Refusal({ code: "not-found", message, advice });
}

function alreadySet(id: string, names: readonly string[]): Refusal {
  const message =
    `the client ${JSON.stringify(id)} has lifespans that these inputs do not name: ${names.join(", ")}; ` +
    "ClientLifespans owns all lifespans of a client";
  const advice = `${ifNotNew}; otherwise remove them from the OAuth2Client that sets them, then name them here; or clear them first`;
  return new Refusal({ code: "other-lifespans", message, advice });
}
