// Runs a resource definition as a Pulumi dynamic provider. Knows nothing of OAuth 2.0.

import type * as dynamic from "@pulumi/pulumi/dynamic";
import { type Configuration, configure } from "../config.ts";
import type { Admin } from "../hydra/admin.ts";
import { type Failure, failuresOf, formatPath, requireAccepted, requireKnown } from "../lifecycle/check.ts";
import { complete } from "../lifecycle/choice.ts";
import { diff, inputsOf } from "../lifecycle/diff.ts";
import { type Operation, PartialFailure, type Resource } from "../lifecycle/resource.ts";
import { containsUnknown, type Values } from "../lifecycle/value.ts";
import { resourceOf } from "../registry.ts";
import { engineCancellation } from "./cancellation.ts";
import { describe } from "./message.ts";
import { propertiesFromWire, propertiesToWire } from "./values.ts";

/** The property in which Pulumi keeps the provider's text. */
const providerKey = "__provider";

let configuration: Configuration | undefined;

/** A program was checked. What is compared before, in a refresh, is what the last program asked for. */
let planning = false;

const stopped = engineCancellation();

/** The dynamic provider of a resource type. One process serves one stack: its configuration is read once. */
export function dynamicProvider(
  type: string,
  config: dynamic.Config,
): Required<Omit<dynamic.ResourceProvider, "configure">> {
  configuration ??= configure((key) => config.get(`hydra:${key}`));
  const { sameServer, ...found } = configuration;
  const warn = (message: string) => console.warn(message);
  const server = (connection: unknown) => found.server(connection, warn);
  const resource = resourceOf(type);
  const operation = (values: Values): Operation<Admin> => ({
    server: server(values.connection),
    signal: stopped,
    warn,
  });
  const run = <T>(verb: string, id: string, work: () => Promise<T>) =>
    work().catch((error) => fail(resource, verb, id, error));

  return {
    check: (olds, news) =>
      run("check", "", async () => {
        planning = true;
        const inputs = propertiesOf(news);
        const failures = failuresOf(resource, inputs);
        if (failures.length === 0 && !containsUnknown(inputs.connection)) server(inputs.connection);
        for (const warning of resource.warnings?.(inputs) ?? []) warn(`${resource.type}: ${warning}`);
        const completed = complete(resource, inputs, propertiesOf(olds));
        const added = Object.entries(completed).filter(([name]) => !(name in inputs));
        return { inputs: { ...news, ...Object.fromEntries(added) }, failures: failures.map(failureOf) };
      }),
    diff: (id, olds, news) =>
      run("compare", id, async () => {
        const [inputs, state] = [propertiesOf(news), propertiesOf(olds)];
        if (planning && !containsUnknown(inputs)) {
          const moves = !sameServer(inputs.connection, state.connection);
          resource.announce?.({ server: server(inputs.connection), moves, id, inputs, state });
        }
        const { changed, replaces, deleteBeforeReplace } = diff(resource, inputs, state, sameServer);
        // A state that the plugin left has no text of a provider yet; only an update records one.
        const moved = !(providerKey in olds);
        return { changes: changed.length > 0 || moved, replaces: [...replaces], deleteBeforeReplace };
      }),
    create: (inputs) =>
      run("create", "", async () => {
        const values = requireAccepted(resource, propertiesOf(inputs));
        const { id, state } = await resource.create({ ...operation(values), inputs: values });
        return { id, outs: sendable(state) };
      }),
    read: (id, props) =>
      run("read", id, async () => {
        const state = requireKnown(propertiesOf(props ?? {}));
        const live = await resource.read({ ...operation(state), id, state });
        if (!live) return { id: "", props: {} };
        return { id: live.id, props: sendable(live.state), inputs: sendable(inputsOf(resource, live.state, {})) };
      }),
    update: (id, olds, news) =>
      run("update", id, async () => {
        const [inputs, before] = [requireAccepted(resource, propertiesOf(news)), requireKnown(propertiesOf(olds))];
        const state = await resource.update({ ...operation(inputs), id, inputs, state: before });
        return { outs: sendable(state) };
      }),
    delete: (id, props) =>
      run("delete", id, async () => {
        const state = requireKnown(propertiesOf(props));
        await resource.delete({ ...operation(state), id, state });
      }),
  };
}

function propertiesOf(properties: object): Values {
  const { [providerKey]: _, ...rest } = properties as Record<string, unknown>;
  return propertiesFromWire(rest);
}

/** Values for the engine, which is not told here what is secret: the classes do that. */
function sendable(values: Values): Record<string, NonNullable<unknown>> {
  return propertiesToWire(values, new Set());
}

// The engine prints the value of a top-level property that a failure names, and cannot tell us whether it is secret.
function failureOf({ path, reason }: Failure): dynamic.CheckFailure {
  const place = formatPath(path);
  return { property: path.length > 1 ? place : "", reason: place === "" ? reason : `${place}: ${reason}` };
}

/** An error as the dynamic provider's server understands it: with an id, the resource exists and its state is kept. */
function fail(resource: Resource<Admin>, verb: string, id: string, error: unknown): never {
  const failure = new Error(describe(verb, resource.type, id, error));
  // The server prints name and stack of some errors; the message says it all.
  failure.name = "";
  failure.stack = "";
  if (error instanceof PartialFailure) {
    const { live, reasons } = error;
    throw Object.assign(failure, { id: live.id, properties: sendable(live.state), reasons });
  }
  throw failure;
}
