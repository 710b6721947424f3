// Runs the resource definitions as Pulumi dynamic providers: values off the wire, a session's work, values back on it. Knows
// nothing of OAuth 2.0.

import type * as dynamic from "@pulumi/pulumi/dynamic";
import { inWords } from "../../explained.ts";
import type { Values } from "../../lifecycle/value.ts";
import { engineCancellation } from "../cancellation.ts";
import { unprinted } from "../check-failure.ts";
import { OperationError } from "../operation-error.ts";
import { createSession, type Session } from "../session.ts";
import { propertiesFromWire, propertiesToWire } from "../values.ts";

/** The property in which Pulumi keeps the provider's text. */
const providerKey = "__provider";

type Sendable = Record<string, NonNullable<unknown>>;

/** This process serves one stack: what its resources share is made once, by whichever comes first. */
let session: Session | undefined;
const stopped = engineCancellation();

/** The dynamic provider of a resource type. */
export function dynamicProvider(
  type: string,
  config: dynamic.Config,
): Required<Omit<dynamic.ResourceProvider, "configure">> {
  session ??= createSession(
    (key) => config.get(`hydra:${key}`),
    () => stopped,
  );
  const work = session;
  const call = { warn: (message: string) => console.warn(message) };
  const named = { warn: (message: string) => console.warn(`${type}: ${message}`) };

  return {
    check: (olds, news) =>
      answer(news, async () => {
        const given = propertiesOf(news);
        const { inputs, failures } = work.check(type, given, propertiesOf(olds), named);
        const added = Object.entries(inputs).filter(([name]) => !(name in given));
        return { inputs: { ...news, ...Object.fromEntries(added) }, failures: failures.map(unprinted) };
      }),
    diff: (id, olds, news) =>
      answer(news, async () => {
        const change = { id, inputs: propertiesOf(news), state: propertiesOf(olds) };
        const { changed, replaces, deleteBeforeReplace } = work.diff(type, change, call);
        // A state that the plugin left has no text of a provider yet; only an update records one.
        const moved = !(providerKey in olds);
        return { changes: changed.length > 0 || moved, replaces: [...replaces], deleteBeforeReplace };
      }),
    create: (inputs) =>
      answer(inputs, async () => {
        const { id, state } = await work.create(type, propertiesOf(inputs), call);
        return { id, outs: sendable(state) };
      }),
    read: (id, props) =>
      answer(props, async () => {
        const found = await work.read(type, { id, state: propertiesOf(props ?? {}) }, {}, call);
        if (!found) return { id: "", props: {} };
        return { id: found.id, props: sendable(found.state), inputs: sendable(found.inputs) };
      }),
    update: (id, olds, news) =>
      answer(news, async () => {
        const change = { id, inputs: propertiesOf(news), state: propertiesOf(olds) };
        return { outs: sendable(await work.update(type, change, call)) };
      }),
    delete: (id, props) => answer(props, () => work.delete(type, { id, state: propertiesOf(props) }, call)),
  };
}

function propertiesOf(properties: object): Values {
  const { [providerKey]: _, ...rest } = properties as Record<string, unknown>;
  return propertiesFromWire(rest);
}

/** Values for the engine, which is not told here what is secret: the classes do that. */
function sendable(values: Values): Sendable {
  return propertiesToWire(values, new Set());
}

/** An error as the dynamic provider's server understands it: with an id, the resource exists and its state is kept. */
async function answer<T>(properties: object | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = new Error(error instanceof Error ? error.message : String(error));
    // The server prints name and stack of some errors; the message says it all.
    failure.name = "";
    failure.stack = "";
    if (!(error instanceof OperationError) || !error.unfinished) throw failure;
    const { live, reasons } = error.unfinished;
    // The server adds the provider's text to what succeeds alone; a state without it cannot be refreshed or destroyed.
    const text = (properties as Sendable | undefined)?.[providerKey];
    const state = { ...sendable(live.state), ...(text === undefined ? {} : { [providerKey]: text }) };
    throw Object.assign(failure, { id: live.id, properties: state, reasons: reasons.map(inWords) });
  }
}
