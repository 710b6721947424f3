// The provider of a plugin, one function for each call of the engine: values off the wire, a session's work, values back on it.
// Knows nothing of OAuth 2.0.

import { checkConfiguration, ownSettings, serverAddress } from "../../configuration/configuration.ts";
import { secretKeys } from "../../configuration/setting.ts";
import { type Explanation, inWords } from "../../explained.ts";
import { conceal } from "../../hydra/conceal.ts";
import { type Failure, formatPath } from "../../lifecycle/failure.ts";
import type { Fielded, FieldRules } from "../../lifecycle/field.ts";
import type { Live } from "../../lifecycle/resource.ts";
import { containsUnknown, sameJson } from "../../lifecycle/value.ts";
import { functions, resources } from "../../registry.ts";
import { type CheckFailure, configurationFailureOf, toCheckFailure } from "../check-failure.ts";
import type { Change } from "../detail.ts";
import { OperationError } from "../operation-error.ts";
import { createSession } from "../session.ts";
import { type PulumiProperties, propertiesFromWire, propertiesToWire, secretNames, secretTexts } from "../values.ts";
import type { Warn } from "./engine.ts";
import { typeOfToken, typeOfUrn } from "./token.ts";

export interface CheckedProperties {
  readonly inputs: PulumiProperties;
  readonly failures: readonly CheckFailure[];
}

export interface Compared {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** An update has something to record although nothing differs. */
  readonly confirms?: boolean;
  readonly detail: readonly (readonly [path: string, change: Change, replaces: boolean])[];
  readonly stables: readonly string[];
}

/** A resource that exists, as the engine records it. */
export interface Existing {
  readonly id: string;
  readonly properties: PulumiProperties;
  readonly inputs?: PulumiProperties;
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

/** The provider behind the protocol: one per process. Each configuration begins a session. */
export function createPlugin(warn: () => Warn, stop: () => AbortSignal) {
  // One closure: a method for each call of the protocol, over the session of the last configuration.
  let session = createSession(() => undefined, stop);
  let isConfigured = false;

  /**
   * Runs a call of the engine. Warnings are out before the answer: the engine may leave right after it. Messages are
   * without what `known` holds secret.
   */
  async function serve<T>(
    asked: Asked,
    type: string,
    known: readonly PulumiProperties[],
    work: (call: Call) => Promise<T> | T,
  ): Promise<T> {
    const { urn } = asked;
    const tell = warn();
    const said: Promise<void>[] = [];
    try {
      return await work({ ...asked, warn: (message) => void said.push(tell(urn, message)) });
    } catch (error) {
      throw error instanceof OperationError ? forWire(error, type, known) : error;
    } finally {
      await Promise.all(said);
    }
  }

  return {
    checkConfig(news: PulumiProperties): CheckedProperties {
      const values = propertiesFromWire(news);
      // The engine does not say here which values the stack encrypts.
      const inputs = propertiesToWire(values, new Set([...secretNames(news), ...secretKeys]));
      return { inputs, failures: checkConfiguration(values).map(configurationFailureOf) };
    },

    /**
     * The keys that differ, and which of them replace what the provider manages. The engine asks a provider that works, about a
     * resource that moves to it: on another server, the resource is another one. It asks a new process about a provider whose
     * own settings change: only people know whether the new URL leads to the same Hydra, so that nothing is replaced.
     */
    async diffConfig(
      urn: string,
      olds: PulumiProperties,
      news: PulumiProperties,
    ): Promise<Pick<Compared, "changed" | "replaces">> {
      const [before, after] = [ownSettings(propertiesFromWire(olds)), ownSettings(propertiesFromWire(news))];
      const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
      const changed = names.filter((name) => containsUnknown(after[name]) || !sameJson(before[name], after[name]));
      const [from, to] = [serverAddress(before), serverAddress(after)];
      if (from === undefined || to === undefined || from === to || !changed.includes("adminUrl")) {
        return { changed, replaces: [] };
      }
      if (isConfigured) return { changed, replaces: ["adminUrl"] };
      const message = `hydra:adminUrl changes from ${from} to ${to}. If that is another Hydra, the objects of this stack stay on the first one, and nobody manages them`;
      const advice = "to move resources, give them another explicit provider or connection: they are then replaced";
      await warn()(urn, inWords({ code: "admin-url-changed", message, advice }));
      return { changed, replaces: [] };
    },

    /** `name` is that of the provider: the engine's own one has the stack's configuration. */
    configure(args: PulumiProperties, name?: string): void {
      const values = propertiesFromWire(args);
      session = createSession((key) => values[key], stop, isDefault(name) ? "stack" : "program");
      isConfigured = true;
    },

    /** Whether the server of the configuration answers to these credentials. */
    tryOut: (args: PulumiProperties) => serve({ urn: "" }, "", [args], (call) => session.tryOut(call)),

    async check(
      asked: Asked,
      olds: PulumiProperties,
      news: PulumiProperties,
      seed: Uint8Array,
    ): Promise<CheckedProperties> {
      const type = typeOfUrn(asked.urn);
      return serve(asked, type, [news], (call) => {
        const before = propertiesFromWire(olds);
        const { inputs, failures } = session.check(
          type,
          propertiesFromWire(news),
          before,
          // The engine gives a seed with every check of a stack.
          seed.length > 0 ? call : { ...call, unrecorded: true },
          seed.length > 0 ? seed : undefined,
        );
        if (failures.length > 0) return { inputs: news, failures: failuresFor(definitionOf(type), failures, news) };
        return { inputs: propertiesToWire(inputs, sealed(type, news)), failures: [] };
      });
    },

    async diff(asked: Asked, id: string, olds: PulumiProperties, news: PulumiProperties): Promise<Compared> {
      const type = typeOfUrn(asked.urn);
      return serve(asked, type, [olds, news], (call) => {
        const change = { id, inputs: propertiesFromWire(news), state: propertiesFromWire(olds) };
        const { places, ...compared } = session.diff(type, change, call);
        const isReplacing = (name: unknown) => compared.replaces.includes(String(name));
        return {
          ...compared,
          detail: places.map(([path, change]) => [formatPath(path), change, isReplacing(path[0])]),
        };
      });
    },

    async create(asked: Asked, properties: PulumiProperties): Promise<Existing> {
      const [type, inputs] = [typeOfUrn(asked.urn), propertiesFromWire(properties)];
      const secrets = sealed(type, properties);
      if (asked.preview) {
        return { id: "", properties: propertiesToWire(session.previewCreate(type, inputs), secrets, true) };
      }
      return serve(asked, type, [properties], async (call) =>
        existing(await session.create(type, inputs, call), secrets),
      );
    },

    async read(
      asked: Asked,
      id: string,
      properties: PulumiProperties,
      oldInputs: PulumiProperties,
    ): Promise<Existing | undefined> {
      const [type, state] = [typeOfUrn(asked.urn), propertiesFromWire(properties)];
      const secrets = sealed(type, properties, oldInputs);
      return serve(asked, type, [properties, oldInputs], async (call) => {
        const found = await session.read(type, { id, state }, propertiesFromWire(oldInputs), call);
        return found && { ...existing(found, secrets), inputs: propertiesToWire(found.inputs, secrets) };
      });
    },

    async update(asked: Asked, id: string, olds: PulumiProperties, news: PulumiProperties): Promise<PulumiProperties> {
      const type = typeOfUrn(asked.urn);
      const change = { id, inputs: propertiesFromWire(news), state: propertiesFromWire(olds) };
      // What the program no longer marks is no longer marked.
      const secrets = sealed(type, news);
      if (asked.preview) {
        return propertiesToWire(session.previewUpdate(type, change.inputs, change.state), secrets, true);
      }
      return serve(asked, type, [news, olds], async (call) =>
        propertiesToWire(await session.update(type, change, call), secrets),
      );
    },

    async delete(asked: Asked, id: string, properties: PulumiProperties): Promise<void> {
      const state = propertiesFromWire(properties);
      const type = typeOfUrn(asked.urn);
      await serve(asked, type, [properties], (call) => session.delete(type, { id, state }, call));
    },

    async invoke(
      token: string,
      args: PulumiProperties,
    ): Promise<{ result: PulumiProperties; failures: readonly CheckFailure[] }> {
      const type = typeOfToken("function", token);
      return serve({ urn: "" }, type, [args], async (call) => {
        const { result, failures } = await session.invoke(type, propertiesFromWire(args), call);
        return {
          result: propertiesToWire(result, sealed(type)),
          failures: failuresFor(definitionOf(type), failures, args),
        };
      });
    },

    async list(token: string, query: PulumiProperties): Promise<readonly { id: string; name: string }[]> {
      const type = typeOfToken("resource", token);
      return serve({ urn: "" }, type, [query], (call) => session.list(type, propertiesFromWire(query), call));
    },
  };

  type Call = Parameters<typeof session.create>[2];
}

export type Plugin = ReturnType<typeof createPlugin>;

/** Whether a provider is the engine's own, of the stack's configuration: its name is `default`, with a version behind. */
function isDefault(name = ""): boolean {
  return /^(default(_|$)|$)/.test(name);
}

function definitionOf(type: string): Fielded | undefined {
  return [...resources, ...functions].find((definition) => definition.type === type);
}

function failuresFor(
  definition: Fielded | undefined,
  failures: readonly Failure[],
  news: PulumiProperties,
): CheckFailure[] {
  return definition ? failures.map((failure) => toCheckFailure(failure, news, definition)) : [];
}

/** The properties that have to be secret: those of the definition, and those that came so. */
function sealed(type: string, ...all: readonly PulumiProperties[]): Set<string> {
  const fields: Readonly<Record<string, FieldRules>> = definitionOf(type)?.fields ?? {};
  const own = Object.keys(fields).filter((name) => fields[name]?.secret);
  return new Set([...own, ...secretNames(...all)]);
}

function existing({ id, state }: Live, secrets: ReadonlySet<string>): Existing {
  return { id, properties: propertiesToWire(state, secrets) };
}

/** The error with its state as properties for the wire, and its words without what is secret. */
function forWire(error: OperationError, type: string, known: readonly PulumiProperties[]): OperationError {
  const secrets = secretTexts(known);
  // A code is ours, and no secret, even where a program has the same word for one.
  const hide = ({ code, message, advice }: Explanation): Explanation => ({
    code,
    message: conceal(message, secrets),
    advice: advice && conceal(advice, secrets),
  });
  const { explanation, outcome, unfinished } = error;
  if (!unfinished) return new OperationError(hide(explanation), outcome);
  const { id, properties: state } = existing(unfinished.live, sealed(type, ...known));
  return new OperationError(hide(explanation), outcome, {
    live: { id, state },
    reasons: unfinished.reasons.map(hide),
  });
}
