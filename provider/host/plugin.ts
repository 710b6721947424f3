// Runs the resource definitions as a Pulumi plugin: one function per call of the engine. Knows nothing of OAuth 2.0.

import { type Configuration, checkConfiguration, configure, secretKeys } from "../config.ts";
import type { Admin } from "../hydra/admin.ts";
import { type Failure, failuresOf, formatPath } from "../lifecycle/check.ts";
import { choiceKey, complete } from "../lifecycle/choice.ts";
import { changedFields, diff, inputsOf } from "../lifecycle/diff.ts";
import { type Operation, PartialFailure, type Resource } from "../lifecycle/resource.ts";
import { containsUnknown, unknown, type Values } from "../lifecycle/value.ts";
import { functionOf, resourceOf } from "../registry.ts";
import { type Change, detail } from "./detail.ts";
import type { Warn } from "./engine.ts";
import { describe } from "./message.ts";
import { propertiesFromWire, propertiesToWire, secretNames } from "./values.ts";

/** Properties as they are on the wire. */
type Wire = Record<string, NonNullable<unknown>>;

export interface Checked {
  readonly inputs: Wire;
  readonly failures: readonly { readonly property: string; readonly reason: string }[];
}

export interface Compared {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly detail: readonly (readonly [path: string, change: Change, replaces: boolean])[];
  readonly stables: readonly string[];
}

export interface Existing {
  readonly id: string;
  readonly properties: Wire;
  readonly inputs?: Wire;
}

/** The resource exists, but is not as asked. */
export interface Unfinished {
  readonly message: string;
  readonly reasons: readonly string[];
  readonly existing: Existing;
}

/** A failure that is written for people. */
export class OperationError extends Error {
  readonly unfinished: Unfinished | undefined;

  constructor(message: string, unfinished?: Unfinished) {
    super(message);
    this.name = "OperationError";
    this.unfinished = unfinished;
  }
}

/** What is asked for in an operation on one resource. */
export interface Asked {
  readonly urn: string;
  readonly preview?: boolean;
  /** Seconds; 0 when the program sets no limit of its own. */
  readonly timeout?: number;
}

/** The provider behind the protocol: one per process and configuration. */
export function createPlugin(warn: () => Warn, stopped: AbortSignal) {
  let configuration: Configuration = configure(() => undefined);

  const operation = (asked: Asked, values: Values): Operation<Admin> => ({
    server: configuration.server(values.connection),
    signal: asked.timeout ? AbortSignal.any([stopped, AbortSignal.timeout(asked.timeout * 1000)]) : stopped,
    warn: (message) => void warn()(asked.urn, message),
  });

  return {
    checkConfig(news: Wire): Checked {
      const values = propertiesFromWire(news);
      const failures = checkConfiguration(values).map((failure) => failureOf(failure));
      return {
        inputs: propertiesToWire({ ...news, ...values }, new Set([...secretNames(news), ...secretKeys])),
        failures,
      };
    },

    configure(args: Wire): void {
      const values = propertiesFromWire(args);
      configuration = configure((key) => values[key]);
    },

    async check(asked: Asked, olds: Wire, news: Wire, seed: Uint8Array): Promise<Checked> {
      const resource = resourceOfUrn(asked.urn);
      const inputs = propertiesFromWire(news);
      const failures = failuresOf(resource, inputs);
      if (failures.length > 0)
        return { inputs: news, failures: failures.map((failure) => failureOf(failure, news, resource)) };
      // A configuration that leads nowhere is told at preview.
      if (!containsUnknown(inputs.connection))
        told("check", resource, "", () => configuration.server(inputs.connection));
      for (const warning of resource.warnings?.(inputs) ?? []) await warn()(asked.urn, warning);
      const completed = complete(resource, inputs, propertiesFromWire(olds), seed.length > 0 ? seed : undefined);
      return { inputs: propertiesToWire(completed, sealed(resource, news)), failures: [] };
    },

    diff(asked: Asked, id: string, olds: Wire, news: Wire, ignored: readonly string[]): Compared {
      const resource = resourceOfUrn(asked.urn);
      const [inputs, state] = [propertiesFromWire(news), propertiesFromWire(olds)];
      return told("compare", resource, id, () => {
        if (!containsUnknown(inputs)) {
          resource.announce?.({ server: configuration.server(inputs.connection), id, inputs, state });
        }
        const { changed, replaces, deleteBeforeReplace } = diff(resource, inputs, state, configuration.sameServer);
        const places = detail(changed, state, inputs).filter(
          ([path]) => !ignored.some((prefix) => isBelow(path, prefix)),
        );
        const named = changed.filter((name) => places.some(([path]) => isBelow(path, name)));
        const replacing = replaces.filter((name) => named.includes(name));
        return {
          changed: named,
          replaces: replacing,
          deleteBeforeReplace,
          detail: places.map(([path, change]) => [path, change, replacing.some((name) => isBelow(path, name))]),
          stables: replacing.length > 0 ? [] : stablesOf(resource, state),
        };
      });
    },

    async create(asked: Asked, properties: Wire): Promise<Existing> {
      const resource = resourceOfUrn(asked.urn);
      const inputs = propertiesFromWire(properties);
      const secrets = sealed(resource, properties);
      if (asked.preview) return { id: "", properties: propertiesToWire(withoutChoices(resource, inputs), secrets) };
      return attempt("create", resource, "", secrets, async () => {
        const { id, state } = await resource.create({ ...operation(asked, inputs), inputs });
        return { id, properties: propertiesToWire(state, secrets) };
      });
    },

    async read(asked: Asked, id: string, properties: Wire, oldInputs: Wire): Promise<Existing | undefined> {
      const resource = resourceOfUrn(asked.urn);
      const state = propertiesFromWire(properties);
      const secrets = sealed(resource, properties, oldInputs);
      return attempt("read", resource, id, secrets, async () => {
        const live = await resource.read({ ...operation(asked, state), id, state });
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
      const resource = resourceOfUrn(asked.urn);
      const [inputs, state] = [propertiesFromWire(news), propertiesFromWire(olds)];
      const secrets = sealed(resource, news, olds);
      if (asked.preview) return propertiesToWire(previewOf(resource, inputs, state), secrets);
      const replaced = told(
        "update",
        resource,
        id,
        () => diff(resource, inputs, state, configuration.sameServer).replaces,
      );
      if (replaced.length > 0) {
        throw new OperationError(`could not update ${resource.type}: ${replaced.join(", ")} cannot change in place`);
      }
      return attempt("update", resource, id, secrets, async () =>
        propertiesToWire(await resource.update({ ...operation(asked, inputs), id, inputs, state }), secrets),
      );
    },

    async delete(asked: Asked, id: string, properties: Wire): Promise<void> {
      const resource = resourceOfUrn(asked.urn);
      const state = propertiesFromWire(properties);
      await attempt("delete", resource, id, new Set(), () =>
        resource.delete({ ...operation(asked, state), id, state }),
      );
    },

    async invoke(token: string, args: Wire): Promise<{ result: Wire; failures: Checked["failures"] }> {
      const found = functionOf(nameOf(token));
      if (!found) throw new OperationError(`there is no function ${token}`);
      const inputs = propertiesFromWire(args);
      const failures = failuresOf(found, inputs);
      if (failures.length > 0) return { result: {}, failures: failures.map((failure) => failureOf(failure, args)) };
      try {
        const server = configuration.server(inputs.connection);
        const result = await found.call({ server, signal: stopped, inputs });
        return { result: propertiesToWire(result, new Set(found.secrets)), failures: [] };
      } catch (error) {
        throw new OperationError(describe("call", found.type, "", error));
      }
    },

    async list(token: string, query: Wire): Promise<readonly { id: string; name: string }[]> {
      const resource = resourceOf(nameOf(token));
      const inputs = propertiesFromWire(query);
      return attempt("list", resource, "", new Set(), () =>
        resource.list({ server: configuration.server(inputs.connection), signal: stopped, query: inputs }),
      );
    },
  };
}

export type Plugin = ReturnType<typeof createPlugin>;

async function attempt<T>(
  verb: string,
  resource: Resource<Admin>,
  id: string,
  secrets: ReadonlySet<string>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = describe(verb, resource.type, id, error);
    if (!(error instanceof PartialFailure)) throw new OperationError(message);
    const { live, reasons } = error;
    const existing = { id: live.id, properties: propertiesToWire(live.state, secrets) };
    throw new OperationError(message, { message, reasons, existing });
  }
}

function told<T>(verb: string, resource: Resource<Admin>, id: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new OperationError(describe(verb, resource.type, id, error));
  }
}

/** `urn:pulumi:dev::project::parent$hydra:index:OAuth2Client::web` → the resource. */
function resourceOfUrn(urn: string): Resource<Admin> {
  return resourceOf(nameOf(urn.split("::")[2]?.split("$").at(-1) ?? ""));
}

/** `hydra:index:OAuth2Client` → `OAuth2Client`. */
function nameOf(token: string): string {
  return token.split(":").at(-1) ?? "";
}

/** The properties that have to be secret: those of the definition, and those that came so. */
function sealed(resource: Resource<Admin>, ...all: readonly Wire[]): Set<string> {
  const own = Object.entries(resource.fields).filter(([, { secret }]) => secret);
  return new Set([...own.map(([name]) => name), ...secretNames(...all)]);
}

// The engine prints the value of the property that a failure names.
function failureOf(
  { path, reason }: Failure,
  news: Wire = {},
  resource?: Resource<Admin>,
): Checked["failures"][number] {
  const place = formatPath(path);
  const name = String(path[0] ?? "");
  const unsafe =
    path.length === 1 && (secretNames(news).has(name) || resource?.fields[name]?.secret || /^jwks?$/.test(name));
  return { property: unsafe ? "" : place, reason: place === "" ? reason : `${place}: ${reason}` };
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || (path.startsWith(prefix) && /^[.[]/.test(path.slice(prefix.length)));
}

/** What no update changes: who depends on it need not be looked at. */
function stablesOf(resource: Resource<Admin>, state: Values): string[] {
  const fixed = Object.keys(resource.fields).filter((name) => resource.fields[name]?.replaces && name !== "connection");
  return [...fixed, "createdAt"].filter((name) => name in state);
}

/** Inputs without what is chosen anew in the operation that follows. */
function withoutChoices(resource: Resource<Admin>, inputs: Values): Values {
  const hidden = Object.keys(resource.fields).map(choiceKey);
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !hidden.includes(name)));
}

/** What will be recorded after an update, as far as it is certain: the rest is unknown. */
function previewOf(resource: Resource<Admin>, inputs: Values, state: Values): Values {
  const changed = changedFields(resource, inputs, state);
  const kept = Object.entries(state).filter(([name]) => !changed.includes(name));
  const moving = [
    "updatedAt",
    "registrationAccessToken",
    ...(changed.includes("secretRotation") ? ["clientSecret"] : []),
  ];
  const unsure = Object.fromEntries(moving.filter((name) => name in state).map((name) => [name, unknown]));
  return { ...Object.fromEntries(kept), ...withoutChoices(resource, inputs), ...unsure };
}
