// What every host does with the definitions, over plain values: hosts translate values, errors, warnings and cancellation.
// Knows neither Pulumi's wire nor OAuth 2.0.

import * as z from "zod";
import { type Author, type Configuration, configure } from "../configuration/configuration.ts";
import { fingerprintOf, serverKey } from "../configuration/connect.ts";
import { type Explanation, inWords } from "../explained.ts";
import { mayHaveWritten } from "../hydra/error.ts";
import { failuresOf, failuresOfIssues, requireAccepted, requireKnown, unacceptable } from "../lifecycle/check.ts";
import { complete } from "../lifecycle/choice.ts";
import { diff, inputsOf } from "../lifecycle/diff.ts";
import type { Failure } from "../lifecycle/failure.ts";
import { isNothing, serverNameOf } from "../lifecycle/field.ts";
import {
  confidentialInputs,
  type Definition,
  type Live,
  listNames,
  PartialFailure,
  type Recorded,
  Refusal,
  type Resource,
} from "../lifecycle/resource.ts";
import { containsUnknown, type Values, withoutUnset } from "../lifecycle/value.ts";
import { functions, resources } from "../registry.ts";
import type { HydraOperation } from "../resources/memory.ts";
import { type Change, detail } from "./detail.ts";
import { importedKey, requireOwn, requireSameServer } from "./import.ts";
import { deletedInDoubt, describe, lossOf } from "./message.ts";
import { OperationError, unknownType } from "./operation-error.ts";
import { notIgnored, type Place } from "./path.ts";
import { previewOfCreate, previewOfUpdate, stablesOf } from "./preview.ts";

/** How one call of the engine is served. */
export interface Call {
  /** The resource's URN, where the host is told it. */
  readonly urn?: string | undefined;
  /** Seconds; 0 or absent when the program sets no limit of its own. */
  readonly timeout?: number;
  /** Property paths whose changes do not count. */
  readonly ignored?: readonly string[];
  /** Nobody records what comes of it: `pulumi do` without a stack. */
  readonly unrecorded?: boolean;
  warn(message: string): void;
}

export interface Checked {
  readonly inputs: Values;
  readonly failures: readonly Failure[];
}

export interface Comparison {
  /** Changed properties that count. */
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** Nothing differs, but an update has to record that the program named the server of an imported object. */
  readonly confirms: boolean;
  /** The places inside of them that differ. */
  readonly places: readonly Place<[Change]>[];
  /** Properties that no update changes. */
  readonly stables: readonly string[];
}

/** What the program asks of a recorded object. */
interface Desired extends Recorded {
  readonly inputs: Values;
}

/** One stack's work in one process, on one configuration. */
export type Session = ReturnType<typeof createSession>;

/** `setting` gives a key of the `hydra` namespace, written by `author`; `stop` is aborted when the engine wants an end. */
export function createSession(setting: (key: string) => unknown, stop: () => AbortSignal, author?: Author) {
  // One closure: what a host can ask for, over one configuration and what the last check said.
  const configuration: Configuration = configure(setting, undefined, author, resources.flatMap(confidentialInputs));
  /** By the URN: the id of an object that was looked for, and is not there. What is checked next is to create it. */
  const sought = new Map<string | undefined, string>();
  /** A program was checked. What is compared before, in a refresh, is what the last program asked for. */
  let planning = false;

  /** The server that an object is recorded on, by the name that leads to it today. */
  const serverOfState = (resource: Definition, state: Values): unknown =>
    configuration.currentName(serverNameOf(resource, state), state[serverKey]);

  /** Whether the inputs name another server than the one that has the object. */
  const leaves = (resource: Definition, inputs: Values, state: Values): boolean =>
    !configuration.sameServer(serverNameOf(resource, inputs), serverOfState(resource, state));

  /** A state that tells its server where that has a name: the name may change. */
  function located(resource: Definition, state: Values, { api }: HydraOperation): Values {
    return isNothing(serverNameOf(resource, state)) ? state : { ...state, [serverKey]: fingerprintOf(api.url) };
  }

  /** What is left of a write that succeeded in part tells its server, too. */
  function locatedInPart<T>(resource: Definition, operation: HydraOperation, work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      if (!(error instanceof PartialFailure)) throw error;
      const state = located(resource, error.live.state, operation);
      throw error.with({ ...error.live, state });
    });
  }

  function operationOf(server: unknown, { urn, warn }: Call, signal = stop()): HydraOperation {
    const tell = (warning: Explanation) => warn(inWords(warning));
    const { api, memory } = configuration.server(server, tell);
    return { api: api.until(signal), memory, urn, signal, warn: tell };
  }

  /** Runs an operation; an error then says what was tried, what exists, and what may. */
  async function attempt<T>(
    { verb, type, id = "", server }: { verb: string; type: string; id?: string; server: unknown },
    call: Call,
    work: (operation: HydraOperation) => Promise<T>,
  ): Promise<T> {
    const { timeout = 0 } = call;
    const stopped = stop();
    // What is longer than a timer can wait is no limit.
    const limit = timeout > 0 && timeout < 2e6 ? AbortSignal.timeout(Math.ceil(timeout * 1000)) : undefined;
    try {
      return await work(operationOf(server, call, limit ? AbortSignal.any([stopped, limit]) : stopped));
    } catch (error) {
      const explanation = describe(verb, type, id, error, limit?.aborted ? timeout : undefined);
      if (error instanceof PartialFailure) {
        throw new OperationError(explanation, "unsure", { live: error.live, reasons: error.reasons });
      }
      const mayExist = verb === "create" && mayHaveWritten(error);
      throw new OperationError(explanation, mayExist ? "unsure" : stopped.aborted ? "cancelled" : "nothing");
    }
  }

  return {
    /** What is wrong with the inputs, or the inputs with what the provider chooses for them. */
    check(type: string, given: Values, before: Values, call: Call, seed?: Uint8Array): Checked {
      planning = true;
      const resource = resourceOf(type);
      const isNew = Object.keys(before).length === 0;
      const inputs = isNew && call.unrecorded ? withSoughtId(resource, given, call) : given;
      const failures = failuresOf(resource, inputs);
      if (failures.length > 0) return { inputs, failures };
      // A configuration that leads nowhere is told at preview.
      const server = serverNameOf(resource, inputs);
      if (!containsUnknown(server)) explained("check", type, "", () => operationOf(server, call));
      for (const warning of resource.warnings?.(inputs) ?? []) call.warn(inWords(warning));
      const lost = call.unrecorded ? (resource.generates?.(inputs, isNew) ?? []) : [];
      if (lost.length > 0) call.warn(inWords(lossOf(lost)));
      const completed = complete(resource, inputs, before, seed);
      if (isNew && !containsUnknown(inputs)) {
        explained("check", type, "", () => resource.announceNew?.(operationOf(server, call), completed));
      }
      return { inputs: completed, failures };
    },

    diff(type: string, { id, inputs, state }: Desired, call: Call): Comparison {
      const resource = resourceOf(type);
      return explained("compare", type, id, () => {
        const server = serverNameOf(resource, inputs);
        const moves = leaves(resource, inputs, state);
        const { changed, replaces, deleteBeforeReplace } = diff(resource, inputs, state, moves);
        const places = notIgnored(detail(changed, state, inputs), call.ignored);
        const counted = changed.filter((name) => places.some(([path]) => path[0] === name));
        const replacing = replaces.filter((name) => counted.includes(name));
        if (planning && !containsUnknown(inputs)) {
          if (moves && replacing.length > 0) requireSameServer(state, server);
          const announcement = { moves, replaces: replacing.length > 0, id, inputs, state };
          const operation = operationOf(server, call);
          resource.announce?.(operation, announcement);
          const taken = resource.takenAway?.(operation, announcement) ?? [];
          const more = taken.filter((name) => !counted.includes(name));
          counted.push(...more);
          places.push(...notIgnored(detail(more, state, inputs), call.ignored));
        }
        const stables = replacing.length > 0 ? [] : stablesOf(resource, state);
        const confirms = planning && configuration.namesServers && state[importedKey] === true;
        return { changed: counted, replaces: replacing, deleteBeforeReplace, confirms, places, stables };
      });
    },

    previewCreate: (type: string, inputs: Values): Values => previewOfCreate(resourceOf(type), inputs),

    previewUpdate: (type: string, inputs: Values, state: Values): Values =>
      previewOfUpdate(resourceOf(type), inputs, state),

    create(type: string, inputs: Values, call: Call): Promise<Live> {
      const resource = resourceOf(type);
      return attempt({ verb: "create", type, server: serverNameOf(resource, inputs) }, call, async (operation) => {
        const created = resource.create(operation, requireAccepted(resource, inputs));
        const { id, state } = await locatedInPart(resource, operation, created);
        return { id, state: located(resource, state, operation) };
      });
    },

    /** What exists now, with the inputs that ask for it; `before` are the inputs recorded last. */
    read(type: string, { id, state }: Recorded, before: Values, call: Call) {
      const resource = resourceOf(type);
      return attempt({ verb: "read", type, id, server: serverOfState(resource, state) }, call, async (operation) => {
        const live = await resource.read(operation, { id, state: requireKnown(state) });
        if (!live && Object.keys(state).length === 0) sought.set(call.urn, id);
        if (!live) return undefined;
        const imported = Object.keys(state).length === 0 || state[importedKey] === true;
        const recorded = located(resource, live.state, operation);
        const found = imported ? { ...recorded, [importedKey]: true } : recorded;
        return { id: live.id, state: found, inputs: inputsOf(resource, live.state, before) };
      });
    },

    update(type: string, { id, inputs, state }: Desired, call: Call): Promise<Values> {
      const resource = resourceOf(type);
      return attempt({ verb: "update", type, id, server: serverNameOf(resource, inputs) }, call, async (operation) => {
        const change = { id, inputs: requireAccepted(resource, inputs), state: requireKnown(state) };
        requireInPlace(resource, change, call);
        const written = locatedInPart(resource, operation, resource.update(operation, change));
        const { [importedKey]: _, ...updated } = await written;
        return located(resource, updated, operation);
      });
    },

    delete(type: string, { id, state }: Recorded, call: Call): Promise<void> {
      const resource = resourceOf(type);
      const server = serverOfState(resource, state);
      return attempt({ verb: "delete", type, id, server }, call, async (operation) => {
        requireOwn(state, server, configuration.namesServers);
        await deletedInDoubt(resource.delete(operation, { id, state: requireKnown(state) }));
      });
    },

    async list(type: string, query: Values, call: Call): Promise<readonly { id: string; name: string }[]> {
      const resource = resourceOf(type);
      return attempt({ verb: "list", type, server: serverNameOf(resource, query) }, call, async (operation) => {
        const shape = listNames(resource).map((name) => [name, resource.inputs.shape[name]]);
        const schema = z.strictObject(Object.fromEntries(shape)).partial();
        const [failure] = failuresOfIssues(schema, schema.safeParse(query).error?.issues ?? [], query);
        if (failure) throw unacceptable(failure);
        const empty = Object.keys(query).find((name) => query[name] === "");
        if (empty !== undefined)
          throw unacceptable({ path: [empty], reason: "must not be empty; omit it to list all" });
        return resource.list(operation, requireKnown(query));
      });
    },

    /** Asks the server of the configuration once, whether it answers to these credentials. */
    tryOut: (call: Call) =>
      attempt({ verb: "reach", type: "Hydra", server: undefined }, call, ({ api }) => api.tryOut()),

    /** What a function finds, or what is wrong with its inputs. */
    async invoke(type: string, asked: Values, call: Call): Promise<{ result: Values; failures: readonly Failure[] }> {
      const found = required(functions, "function", type);
      // As for a resource, null is unset: a function would ask the server for it.
      const inputs = withoutUnset(asked);
      const failures = failuresOf(found, inputs);
      if (failures.length > 0) return { result: {}, failures };
      const result = await attempt(
        { verb: "call", type, server: serverNameOf(found, inputs) },
        call,
        async (operation) => found.call(operation, requireKnown(inputs)),
      );
      return { result, failures };
    },
  };

  /** `pulumi do … upsert` creates what it did not find, and does not say under which id it looked. */
  function withSoughtId(resource: Definition, given: Values, { urn }: Call): Values {
    const id = sought.get(urn);
    const asked = id === undefined ? {} : (resource.inputsFor?.(id) ?? {});
    const unset = Object.entries(asked).filter(([name]) => isNothing(given[name]));
    return { ...given, ...Object.fromEntries(unset) };
  }

  /** `pulumi do` patches without asking what the change means. */
  function requireInPlace(resource: Definition, { inputs, state }: Desired, { ignored }: Call): void {
    const { replaces } = diff(resource, inputs, state, leaves(resource, inputs, state));
    const [place] = notIgnored(detail(replaces, state, inputs), ignored);
    if (!place) return;
    const message = `${place[0][0]}: cannot change in place`;
    throw new Refusal({ code: "needs-replacement", message, advice: "delete and recreate the resource" });
  }
}

function explained<T>(verb: string, type: string, id: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new OperationError(describe(verb, type, id, error));
  }
}

function resourceOf(type: string): Resource<HydraOperation> {
  return required(resources, "resource", type);
}

function required<Item extends { readonly type: string }>(all: readonly Item[], what: string, type: string): Item {
  const found = all.find((item) => item.type === type);
  if (!found) throw unknownType(what, type);
  return found;
}
