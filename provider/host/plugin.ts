// Runs the resource definitions as a Pulumi plugin: one function per call of the engine. Knows nothing of OAuth 2.0.

import * as z from "zod";
import { type Configuration, checkConfiguration, configure, ownSettings } from "../config.ts";
import type { Admin } from "../hydra/admin.ts";
import { conceal } from "../hydra/conceal.ts";
import { failuresOf, failuresOfIssues, formatPath, requireAccepted } from "../lifecycle/check.ts";
import { complete } from "../lifecycle/choice.ts";
import { diff, inputsOf } from "../lifecycle/diff.ts";
import { type Operation, PartialFailure, Refusal, type Resource } from "../lifecycle/resource.ts";
import { containsUnknown, sameJson } from "../lifecycle/value.ts";
import { secretKeys } from "../setting.ts";
import { type CheckFailure, configurationFailureOf, failureOf } from "./check-failure.ts";
import { type Change, detail } from "./detail.ts";
import type { Warn } from "./engine.ts";
import { describe } from "./message.ts";
import { type Existing, OperationError } from "./operation-error.ts";
import { notIgnored } from "./path.ts";
import { previewOf, stablesOf, withoutChoices } from "./preview.ts";
import { functionOfToken, resourceOfToken, resourceOfUrn, tokenOf } from "./token.ts";
import { propertiesFromWire, propertiesToWire, secretNames, secretTexts } from "./values.ts";

/** Properties as they are on the wire. */
type Wire = Record<string, NonNullable<unknown>>;

export interface Checked {
  readonly inputs: Wire;
  readonly failures: readonly CheckFailure[];
}

export interface Compared {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly detail: readonly (readonly [path: string, change: Change, replaces: boolean])[];
  readonly stables: readonly string[];
}

/** What is asked for in an operation on one resource. */
export interface Asked {
  readonly urn: string;
  readonly preview?: boolean;
  /** Seconds; 0 when the program sets no limit of its own. */
  readonly timeout?: number;
  /** Property paths whose changes do not count. */
  readonly ignored?: readonly string[];
}

/** The provider behind the protocol: one per process and configuration. */
export function createPlugin(warn: () => Warn, stop: () => AbortSignal) {
  let configuration: Configuration = configure(() => undefined);
  /** A program was checked. What is compared before, in a refresh, is what the last program asked for. */
  let planning = false;

  /** The server of a connection; what is unsafe about the way to it is shown on the resource that needed it first. */
  function serverOf(connection: unknown, urn: string, say = warn()): Admin {
    return configuration.server(connection, (message) => void say(urn, message));
  }

  /** Runs an operation on a resource; what goes wrong is told by what was tried, and without what `known` holds secret. */
  async function attempt<T>(
    verb: string,
    asked: Asked & { readonly id?: string; readonly connection: unknown },
    known: readonly Wire[],
    work: (resource: Resource<Admin>, operation: Operation<Admin>, secrets: ReadonlySet<string>) => Promise<T>,
  ): Promise<T> {
    const { urn, id = "", timeout = 0 } = asked;
    const resource = wanted(urn);
    const secrets = sealed(resource, ...known);
    const hidden = (text: string) => conceal(text, secretTexts(known));
    const stopped = stop();
    // What is longer than a timer can wait is no limit.
    const limit = timeout > 0 && timeout < 2e6 ? AbortSignal.timeout(Math.ceil(timeout * 1000)) : undefined;
    if (known.some((wire) => containsUnknown(propertiesFromWire(wire)))) throw tooEarly(verb, resource.type);
    const said: Promise<void>[] = [];
    const say = async (message: string) => void said.push(warn()(urn, message));
    try {
      return await work(
        resource,
        {
          server: configuration.server(asked.connection, say),
          signal: limit ? AbortSignal.any([stopped, limit]) : stopped,
          warn: say,
        },
        secrets,
      );
    } catch (error) {
      const late = limit?.aborted ? `; customTimeouts allows ${timeout} s for it` : "";
      const message = hidden(describe(verb, resource.type, id, error) + late);
      if (error instanceof PartialFailure) {
        const existing = { id: error.live.id, properties: propertiesToWire(error.live.state, secrets) };
        throw new OperationError(message, "unsure", { reasons: error.reasons.map(hidden), existing });
      }
      const made = verb === "create" && mayHaveWritten(error);
      throw new OperationError(message, made ? "unsure" : stopped.aborted ? "cancelled" : "nothing");
    } finally {
      // The engine may leave right after the answer.
      await Promise.all(said);
    }
  }

  return {
    checkConfig(news: Wire): Checked {
      const values = propertiesFromWire(news);
      const inputs = propertiesToWire(values, new Set([...secretNames(news), ...secretKeys]));
      return { inputs, failures: checkConfiguration(values).map(configurationFailureOf) };
    },

    /** The keys that differ. Another URL or token leads to the same objects: nothing is ever replaced for it. */
    diffConfig(olds: Wire, news: Wire): string[] {
      const [before, after] = [ownSettings(propertiesFromWire(olds)), ownSettings(propertiesFromWire(news))];
      const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
      return names.filter((name) => containsUnknown(after[name]) || !sameJson(before[name], after[name]));
    },

    configure(args: Wire): void {
      const values = propertiesFromWire(args);
      configuration = configure((key) => values[key]);
      planning = false;
    },

    async check(asked: Asked, olds: Wire, news: Wire, seed: Uint8Array): Promise<Checked> {
      planning = true;
      const resource = wanted(asked.urn);
      const inputs = propertiesFromWire(news);
      const failures = failuresOf(resource, inputs);
      if (failures.length > 0)
        return { inputs: news, failures: failures.map((failure) => failureOf(failure, news, resource)) };
      // A configuration that leads nowhere is told at preview.
      if (!containsUnknown(inputs.connection))
        told("check", resource, "", () => serverOf(inputs.connection, asked.urn));
      for (const warning of resource.warnings?.(inputs) ?? []) await warn()(asked.urn, warning);
      const completed = complete(resource, inputs, propertiesFromWire(olds), seed.length > 0 ? seed : undefined);
      return { inputs: propertiesToWire(completed, sealed(resource, news)), failures: [] };
    },

    diff(asked: Asked, id: string, olds: Wire, news: Wire): Compared {
      const resource = wanted(asked.urn);
      const [inputs, state] = [propertiesFromWire(news), propertiesFromWire(olds)];
      return told("compare", resource, id, () => {
        if (planning && !containsUnknown(inputs)) {
          const moves = !configuration.sameServer(inputs.connection, state.connection);
          resource.announce?.({ server: serverOf(inputs.connection, asked.urn), moves, id, inputs, state });
        }
        const { changed, replaces, deleteBeforeReplace } = diff(resource, inputs, state, configuration.sameServer);
        const places = notIgnored(detail(changed, state, inputs), asked.ignored);
        const named = changed.filter((name) => places.some(([path]) => path[0] === name));
        const replacing = replaces.filter((name) => named.includes(name));
        return {
          changed: named,
          replaces: replacing,
          deleteBeforeReplace: deleteBeforeReplace && named.length > 0,
          detail: places.map(([path, change]) => [formatPath(path), change, replacing.includes(String(path[0]))]),
          stables: replacing.length > 0 ? [] : stablesOf(resource, state),
        };
      });
    },

    async create(asked: Asked, properties: Wire): Promise<Existing> {
      const inputs = propertiesFromWire(properties);
      if (asked.preview) {
        const resource = wanted(asked.urn);
        const planned = withoutChoices(resource, inputs);
        return { id: "", properties: propertiesToWire(planned, sealed(resource, properties)) };
      }
      const where = { ...asked, connection: inputs.connection };
      return attempt("create", where, [properties], async (resource, operation, secrets) => {
        requireAccepted(resource, inputs);
        const { id, state } = await resource.create({ ...operation, inputs });
        return { id, properties: propertiesToWire(state, secrets) };
      });
    },

    async read(asked: Asked, id: string, properties: Wire, oldInputs: Wire): Promise<Existing | undefined> {
      const state = propertiesFromWire(properties);
      const where = { ...asked, id, connection: state.connection };
      return attempt("read", where, [properties, oldInputs], async (resource, operation, secrets) => {
        const live = await resource.read({ ...operation, id, state });
        if (!live) return undefined;
        const inputs = inputsOf(resource, live.state, propertiesFromWire(oldInputs));
        return {
          id: live.id,
          properties: propertiesToWire(live.state, secrets),
          inputs: propertiesToWire(inputs, secrets),
        };
      });
    },

    async update(asked: Asked, id: string, olds: Wire, news: Wire): Promise<Wire> {
      const [inputs, state] = [propertiesFromWire(news), propertiesFromWire(olds)];
      if (asked.preview) {
        const resource = wanted(asked.urn);
        return propertiesToWire(previewOf(resource, inputs, state), sealed(resource, news, olds));
      }
      const where = { ...asked, id, connection: inputs.connection };
      return attempt("update", where, [news, olds], async (resource, operation, secrets) => {
        requireAccepted(resource, inputs);
        const { replaces } = diff(resource, inputs, state, configuration.sameServer);
        const places = notIgnored(detail(replaces, state, inputs), asked.ignored);
        const [name] = new Set(places.map(([path]) => path[0]));
        // `pulumi do` patches without asking what the change means.
        if (name !== undefined)
          throw new Refusal(`${name}: cannot change in place; delete the resource and make it anew`);
        return propertiesToWire(await resource.update({ ...operation, id, inputs, state }), secrets);
      });
    },

    async delete(asked: Asked, id: string, properties: Wire): Promise<void> {
      const state = propertiesFromWire(properties);
      const where = { ...asked, id, connection: state.connection };
      await attempt("delete", where, [properties], (resource, operation) =>
        resource.delete({ ...operation, id, state }),
      );
    },

    async invoke(token: string, args: Wire): Promise<{ result: Wire; failures: Checked["failures"] }> {
      const stopped = stop();
      const found = functionOfToken(token);
      if (!found) throw new OperationError(`pulumi-hydra has no function ${JSON.stringify(token)}`);
      const given = Object.entries(propertiesFromWire(args));
      // As for a resource, null is unset: a function would ask the server for it.
      const inputs = Object.fromEntries(given.filter(([, value]) => value !== null));
      const failures = failuresOf(found, inputs);
      if (failures.length > 0)
        return { result: {}, failures: failures.map((failure) => failureOf(failure, args, found)) };
      if (containsUnknown(inputs)) throw tooEarly("call", found.type);
      try {
        const server = serverOf(inputs.connection, "");
        const result = await found.call({ server, signal: stopped, inputs });
        return { result: propertiesToWire(result, new Set(found.secrets)), failures: [] };
      } catch (error) {
        const message = conceal(describe("call", found.type, "", error), secretTexts(args));
        throw new OperationError(message, stopped.aborted ? "cancelled" : "nothing");
      }
    },

    async list(token: string, query: Wire): Promise<readonly { id: string; name: string }[]> {
      const stopped = stop();
      const resource = known(resourceOfToken(token), token);
      const inputs = propertiesFromWire(query);
      const shape = [...resource.listInputs, "connection"].map((name) => [name, resource.inputs.shape[name]]);
      const schema = z.strictObject(Object.fromEntries(shape)).partial();
      const [failure] = failuresOfIssues(schema, schema.safeParse(inputs).error?.issues ?? [], inputs);
      if (failure)
        throw new OperationError(`could not list ${resource.type}: ${formatPath(failure.path)}: ${failure.reason}`);
      if (containsUnknown(inputs)) throw tooEarly("list", resource.type);
      try {
        const server = serverOf(inputs.connection, "");
        return await resource.list({ server, signal: stopped, query: inputs });
      } catch (error) {
        throw new OperationError(describe("list", resource.type, "", error), stopped.aborted ? "cancelled" : "nothing");
      }
    },
  };
}

export type Plugin = ReturnType<typeof createPlugin>;

/** No engine asks for this outside of a preview. */
function tooEarly(verb: string, type: string): OperationError {
  return new OperationError(`could not ${verb} ${type}: some of its values are not known yet`);
}

/** Whether an error leaves it open that the server did what it was asked for. */
function mayHaveWritten(error: unknown): boolean {
  return (
    error instanceof Error &&
    "uncertain" in error &&
    error.uncertain === true &&
    "method" in error &&
    error.method !== "GET"
  );
}

function told<T>(verb: string, resource: Resource<Admin>, id: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new OperationError(describe(verb, resource.type, id, error));
  }
}

function wanted(urn: string): Resource<Admin> {
  return known(resourceOfUrn(urn), tokenOf(urn));
}

function known(found: Resource<Admin> | undefined, token: string): Resource<Admin> {
  if (!found) throw new OperationError(`pulumi-hydra has no resource ${JSON.stringify(token)}`);
  return found;
}

/** The properties that have to be secret: those of the definition, and those that came so. */
function sealed(resource: Resource<Admin>, ...all: readonly Wire[]): Set<string> {
  const own = Object.entries(resource.fields).filter(([, { secret }]) => secret);
  return new Set([...own.map(([name]) => name), ...secretNames(...all)]);
}
