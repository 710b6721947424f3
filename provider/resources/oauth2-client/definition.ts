// OAuth2Client: an OAuth 2.0 client registered with Hydra. Knows nothing of the hosts that run it.

import type { Explanation } from "../../explained.ts";
import { unlessGone } from "../../hydra/error.ts";
import type { HydraJson } from "../../hydra/json.ts";
import { choicesOf, chosen } from "../../lifecycle/choice.ts";
import { changedFields, driftKey, isUnset } from "../../lifecycle/diff.ts";
import { isNothing } from "../../lifecycle/field.ts";
import type { Live, Resource } from "../../lifecycle/resource.ts";
import { textOf, type Values, withoutUnset } from "../../lifecycle/value.ts";
import { inDoubt, keptInDoubt } from "../doubt.ts";
import { lifespanNames, lifespansOf } from "../field/lifespan.ts";
import {
  differing,
  hydraJsonOf,
  keptFields,
  listedClient,
  outputsOf,
  readFields,
  unlessUnmet,
  unmetReasons,
  withServerDefaults,
} from "../hydra-json.ts";
import type { HydraOperation } from "../memory.ts";
import * as claims from "./claim.ts";
import { createClient } from "./create.ts";
import {
  clientFields,
  clientInputs,
  clientOutputs,
  comparedFields,
  hydraFields,
  type OAuth2ClientInputs,
} from "./field.ts";
import { carried, registrationOf, remembered } from "./kept.ts";
import { warnOfOtherOwner } from "./other-owner.ts";
import { clientRules, clientWarnings } from "./rule.ts";
import {
  finishSecret,
  generatedSecrets,
  hasSecret,
  makesSecret,
  newSecret,
  planSecret,
  secretInDoubt,
  secretMethodOf,
  secretStillWorks,
} from "./secret.ts";
import { asAnnounced, syncClient } from "./sync.ts";

/** Fields of ours: the compared ones, and the lifespans that are named. */
function owned(known: Values): string[] {
  return [...comparedFields, ...Object.keys(lifespansOf(known))];
}

/** What is recorded of a live client, in the spelling of `known` where that means the same. */
function toState(json: HydraJson, known: Values, names: readonly string[]): Values {
  const { connection, recreateTrigger, keepRegistrationToken } = known;
  const own = withoutUnset({ clientId: json.client_id, connection, recreateTrigger, keepRegistrationToken });
  const { registrationAccessToken, registrationClientUri, ...added } = outputsOf(oauth2Client, json);
  const registration = registrationOf(known, { registrationAccessToken, registrationClientUri });
  return Object.assign(readFields(oauth2Client, json, known, names), added, registration, own);
}

/** What was just written, of these fields: the state, unless the server did not keep what it was asked for. */
function settled(
  json: HydraJson,
  inputs: Values,
  kept: Values,
  names: readonly string[],
  failed: readonly Explanation[] = [],
): Live {
  const bare = { ...kept, ...toState(json, inputs, names), ...choicesOf(oauth2Client, inputs) };
  const state = withServerDefaults(oauth2Client, inputs, bare);
  return unlessUnmet({ id: String(json.client_id), state }, [...failed, ...unmetReasons(oauth2Client, inputs, state)]);
}

export const oauth2Client: Resource<HydraOperation, OAuth2ClientInputs> = {
  type: "OAuth2Client",
  inputs: clientInputs,
  outputs: clientOutputs,
  fields: clientFields,
  collides: (given, state) => given.clientId === state.clientId,
  rules: clientRules,
  warnings: clientWarnings,
  inputsFor: (id) => ({ clientId: id }),
  generates: generatedSecrets,
  moves: (given, state) => (makesSecret(planSecret(given, state), given) ? ["clientSecret"] : []),

  announce(operation, { moves, replaces, id, inputs, state }) {
    // What another server has says nothing about this one.
    if (moves) return;
    if (replaces) claims.leave(operation, "OAuth2Client", id, state);
    else claims.keep(operation, "OAuth2Client", id, inputs, state);
  },

  announceNew: (operation, given) => claims.plan(operation, "OAuth2Client", String(chosen(given, "clientId")), given),

  async create(operation, given) {
    const id = String(chosen(given, "clientId"));
    const claim = claims.create(operation, "OAuth2Client", id, given);
    // A ClientLifespans that is recorded already has its lifespans on the client that is created again.
    const handed = claims.recordedLifespans(operation.memory, id) ?? {};
    // The secret is ours even where the server would make one: it is known although the answer may be lost.
    const secret = given.clientSecret ?? (hasSecret(given) ? newSecret() : undefined);
    const asked = { ...handed, ...given, clientId: id, clientSecret: secret };
    const body = hydraJsonOf(oauth2Client, asked, hydraFields);
    const ours = isNothing(given.clientId);
    const secretMethod = secretMethodOf(given.tokenEndpointAuthMethod ?? "client_secret_basic");
    const equals = (json: HydraJson) => isAsAsked(json, asked);
    const json = await createClient(operation, { id, body, ours, secret, secretMethod, equals }).catch((error) => {
      claims.withdraw(operation.memory, id, claim);
      throw error;
    });
    claim.createdAt = json.created_at;
    claim.writtenAt = json.updated_at;
    if (Object.keys(handed).length === 0) operation.memory.freshClients.add(id);
    const kept = withoutUnset({ clientSecret: secret, secretRotation: given.secretRotation });
    const live = settled(json, given, kept, owned(given));
    claim.state = live.state;
    return live;
  },

  async read(operation, { id, state }) {
    const json = await unlessGone(operation.api.readClient(id));
    if (json === undefined) return undefined;
    warnOfOtherOwner(operation, oauth2Client, id, state, json, Object.keys(lifespansOf(state)));
    const names = Object.keys(state).length === 0 ? [...comparedFields, ...lifespanNames] : owned(state);
    const drift = (await secretStillWorks(operation.api, json, state)) ? {} : { [driftKey("clientSecret")]: true };
    return { id, state: Object.assign(carried(state), remembered(state), toState(json, state, names), drift) };
  },

  async update(operation, { id, inputs: given, state }) {
    const plan = planSecret(given, state);
    // What was not announced is not touched, whatever the server has: a refresh shows that first.
    const own = [...comparedFields, ...lifespanNames];
    const names = changedFields(oauth2Client, given, state).filter((name) => own.includes(name));
    // Lifespans that are given up go to the ClientLifespans that has the client, if one does.
    const asked = { ...claims.wantedLifespans(operation.memory, id), ...withoutUnset(given) };
    const change = (observed: HydraJson) => ({
      ...differing(oauth2Client, asked, state, observed, names),
      ...(plan.send === undefined ? {} : { client_secret: plan.send }),
    });
    // A lifespan that may have been written is ours until somebody looked.
    const begun = inDoubt({ ...lifespansOf(given), ...state }, names);
    const unsent = plan.send === undefined ? () => begun : () => secretInDoubt(begun);
    const { json, written } = await keptInDoubt(id, false, unsent, syncClient(operation, id, change));
    // A server that rotates leaves the secret before in force, however that ends.
    const unrotated = ({ method }: { method: string }) => (method === "POST" ? unsent() : secretInDoubt(begun));
    const secret = await keptInDoubt(id, written, unrotated, finishSecret(operation, id, plan));
    const { registrationAccessToken, registrationClientUri, ...rest } = carried(state);
    // A write ends the validity of the registration access token.
    const token = written || secret.rotated ? undefined : registrationAccessToken;
    const registration = registrationOf(given, { registrationAccessToken: token, registrationClientUri });
    const touched = owned(given).filter((name) => names.includes(name));
    const untouched = owned(given).filter((name) => !names.includes(name));
    const kept = { ...rest, ...registration, ...secret.state, ...keptFields(oauth2Client, state, given, untouched) };
    return settled(asAnnounced(oauth2Client, given, state, json, touched), given, kept, touched, secret.reasons).state;
  },

  listInputs: ["clientName", "owner"],

  async list({ api }, query) {
    const [client_name, owner] = [query.clientName, query.owner].map((text) => textOf(text) || undefined);
    return (await api.listClients({ client_name, owner })).map(listedClient);
  },

  async delete(operation, { id, state }) {
    const { api, memory } = operation;
    if (claims.sparesClient(operation, id, state)) return;
    memory.freshClients.delete(id);
    await unlessGone(api.deleteClient(id));
  },
};

/** Whether a client is in every field what these inputs ask for; what the server fills in may be anything. */
function isAsAsked(json: HydraJson, given: Values): boolean {
  const filled = (name: string) =>
    clientFields[name]?.serverDefault !== undefined && isUnset(oauth2Client, name, given[name]);
  const names = [...comparedFields, ...lifespanNames].filter((name) => !filled(name));
  return Object.keys(differing(oauth2Client, given, {}, json, names)).length === 0;
}
