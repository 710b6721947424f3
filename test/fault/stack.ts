// Knows what an engine does with one resource on the plugin, in this process: check, diff, the step, and what is kept of it.
import { randomBytes } from "node:crypto";
import { OperationError } from "../../provider/host/operation-error.ts";
import { createPlugin } from "../../provider/host/plugin/plugin.ts";
import { propertiesFromWire } from "../../provider/host/values.ts";
import type { Values } from "../../provider/lifecycle/value.ts";

type Wire = Record<string, NonNullable<unknown>>;

/** What is recorded of a resource. */
interface Held {
  readonly id: string;
  readonly inputs: Wire;
  readonly state: Wire;
  /** The last step left it not as asked: the next `up` updates it, whatever the diff says. */
  readonly unfinished: boolean;
}

/** How a step ended: what was done, or the message and what Pulumi makes of it. */
export type Outcome = { readonly did: string } | { readonly failed: string; readonly outcome: string };

/** A stack with one resource. */
export interface Stack {
  /** What is recorded, secrets in clear; nothing when there is no resource. */
  readonly recorded: () => { readonly id: string; readonly state: Values } | undefined;
  /** The inputs of a create of which it is not known whether it made something. */
  readonly doubtful: () => Values | undefined;
  up(program: Values): Promise<Outcome>;
  refresh(): Promise<Outcome>;
  destroy(): Promise<Outcome>;
  /** Another address, for what follows. */
  configure(settings: Values): void;
  /** The engine asks for an end. */
  cancel(): void;
}

export function startStack(type: string, settings: Values): Stack {
  const stop = new AbortController();
  const plugin = createPlugin(
    () => async () => undefined,
    () => stop.signal,
  );
  let configuration = settings as Wire;
  // Each operation of the engine is a process of its own.
  const begin = () => plugin.configure(configuration);
  begin();
  const urn = `urn:pulumi:dev::program::hydra:index:${type}::it`;
  let held: Held | undefined;
  let doubtful: Wire | undefined;

  const step = async (did: string, work: () => Promise<unknown>, inputs?: Wire): Promise<Outcome> => {
    try {
      await work();
      return { did };
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      const { message: failed, outcome, unfinished } = error;
      if (unfinished) {
        const { id, state } = unfinished.live;
        held = { id, inputs: inputs ?? held?.inputs ?? {}, state: state as Wire, unfinished: true };
        return { failed, outcome: "kept" };
      }
      if (did === "create" && outcome === "unsure") doubtful = inputs;
      return { failed, outcome };
    }
  };
  const remove = ({ id, state }: Held) =>
    step("delete", async () => {
      await plugin.delete({ urn }, id, state);
      held = undefined;
    });
  const create = (inputs: Wire) =>
    step(
      "create",
      async () => {
        const { id, properties } = await plugin.create({ urn }, inputs);
        held = { id, inputs, state: properties, unfinished: false };
      },
      inputs,
    );
  return {
    recorded: () => held && { id: held.id, state: propertiesFromWire(held.state) },
    doubtful: () => doubtful && propertiesFromWire(doubtful),
    up: async (program) => {
      begin();
      const seed = randomBytes(32);
      const { inputs, failures } = await plugin.check({ urn }, held?.inputs ?? {}, program as Wire, seed);
      if (failures.length > 0) throw new Error(`check failures: ${JSON.stringify(failures)}`);
      if (!held) return create(inputs);
      const { id, state, unfinished } = held;
      const { changed, replaces } = await plugin.diff({ urn }, id, state, inputs);
      if (replaces.length > 0) {
        const removed = await remove(held);
        return "failed" in removed ? removed : create(inputs);
      }
      if (changed.length === 0 && !unfinished) return { did: "nothing" };
      return step("update", async () => {
        held = { id, inputs, state: await plugin.update({ urn }, id, state, inputs), unfinished: false };
      });
    },
    refresh: async () => {
      begin();
      const before = held;
      if (!before) return { did: "nothing" };
      return step("read", async () => {
        const found = await plugin.read({ urn }, before.id, before.state, before.inputs);
        held = found && { ...before, id: found.id, state: found.properties, inputs: found.inputs ?? before.inputs };
      });
    },
    destroy: async () => {
      begin();
      return held ? remove(held) : { did: "nothing" };
    },
    configure: (next) => {
      configuration = next as Wire;
    },
    cancel: () => stop.abort(),
  };
}
