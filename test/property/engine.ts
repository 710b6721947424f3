// What Pulumi and a host do with a resource definition: check, complete, diff, and the step that the diff asks for.

import { configure } from "../../provider/config.ts";
import type { Admin } from "../../provider/hydra/admin.ts";
import { failuresOf } from "../../provider/lifecycle/check.ts";
import { complete } from "../../provider/lifecycle/choice.ts";
import { type Diff, diff, inputsOf } from "../../provider/lifecycle/diff.ts";
import type { Operation, Resource } from "../../provider/lifecycle/resource.ts";
import type { Values } from "../../provider/lifecycle/value.ts";
import { hydra } from "../support/hydra.ts";
import { agree } from "./agree.ts";

/** What the stack records of a resource. */
export interface Held {
  readonly id: string;
  readonly inputs: Values;
  readonly state: Values;
}

/** Names of the one server, for the input `connection`. */
export const connections = ["one", "other"];

const settings: Values = {
  adminUrl: hydra.adminUrl,
  connections: { one: { adminUrl: hydra.adminUrl }, other: { adminUrl: `${hydra.adminUrl}/admin/` } },
};
const { server, sameServer } = configure((key) => settings[key], {});

/** One process of the provider: what it remembers of a server ends with it. */
interface Session {
  operation(values: Values): Operation<Admin>;
  diff(resource: Resource<Admin>, inputs: Values, held: Held): Diff;
}

const warn = (message: string) => {
  // Whoever deletes what is gone is told of others that may be; here there are none.
  if (!message.startsWith("this trust was gone already")) throw new Error(`a warning: ${message}`);
};

function begin(): Session {
  const admins = new Map<Admin, Admin>();
  const operation = (values: Values): Operation<Admin> => {
    const shared = server(values.connection, warn);
    // Each process reads a single client: never enough for a listing.
    const admin = admins.get(shared) ?? { ...shared, readClient: shared.getClient };
    admins.set(shared, admin);
    return { server: admin, warn };
  };
  return {
    operation,
    diff(resource, inputs, { id, state }) {
      const moves = !sameServer(inputs.connection, state.connection);
      resource.announce?.({ server: operation(inputs).server, moves, id, inputs, state });
      return diff(resource, inputs, state, sameServer);
    },
  };
}

/** Values as they come back from a state file. */
const stored = (values: Values): Values => JSON.parse(JSON.stringify(values));

function checked(resource: Resource<Admin>, program: Values, before: Values): Values {
  const inputs = stored(program);
  agree(failuresOf(resource, inputs), [], "check failures");
  return complete(resource, inputs, before);
}

/** What a preview says to a program. */
export function preview(resource: Resource<Admin>, program: Values, held: Held): Diff {
  return begin().diff(resource, checked(resource, program, held.inputs), held);
}

export async function create(resource: Resource<Admin>, program: Values): Promise<Held> {
  return make(begin(), resource, checked(resource, program, {}));
}

async function make({ operation }: Session, resource: Resource<Admin>, inputs: Values): Promise<Held> {
  const { id, state } = await resource.create({ ...operation(inputs), inputs });
  return { id, inputs, state: stored(state) };
}

/** Makes the resource what the program asks for. */
export async function up(resource: Resource<Admin>, program: Values, held: Held): Promise<Held> {
  const session = begin();
  const inputs = checked(resource, program, held.inputs);
  const { changed, replaces, deleteBeforeReplace } = session.diff(resource, inputs, held);
  if (changed.length === 0) return { ...held, inputs };
  if (replaces.length > 0) {
    if (deleteBeforeReplace) await remove(session, resource, held);
    const made = await make(session, resource, inputs);
    if (!deleteBeforeReplace) await remove(session, resource, held);
    return made;
  }
  const { id, state } = held;
  return { id, inputs, state: stored(await resource.update({ ...session.operation(inputs), id, inputs, state })) };
}

export function destroy(resource: Resource<Admin>, held: Held): Promise<void> {
  return remove(begin(), resource, held);
}

async function remove({ operation }: Session, resource: Resource<Admin>, { id, state }: Held): Promise<void> {
  await resource.delete({ ...operation(state), id, state });
}

/** The resource as it is now. */
export async function refresh(resource: Resource<Admin>, { id, inputs, state }: Held): Promise<Held | undefined> {
  const live = await resource.read({ ...begin().operation(state), id, state });
  return live && { id: live.id, inputs, state: stored(live.state) };
}

/** Reading loses and adds nothing, and a second up has nothing to do. */
export async function expectSettled(resource: Resource<Admin>, program: Values, held: Held): Promise<void> {
  const read = (await refresh(resource, held)) ?? gone();
  agree(read.id, held.id, "id after read");
  agree(inputsIn(resource, read.state), inputsIn(resource, held.state), "inputs in the state after read");
  expectNothing(preview(resource, program, held), "before read");
  expectNothing(preview(resource, program, read), "after read");
  const inputs = inputsOf(resource, read.state, held.inputs);
  // What a refresh records as inputs is compared as it is, and is what the next check is told.
  expectNothing(begin().diff(resource, inputs, read), "with the inputs out of the state");
  expectNothing(preview(resource, program, { ...read, inputs }), "after a refresh");
}

/** After an import, neither the inputs out of it nor the program ask for more than what no server tells. */
export async function expectImportable(resource: Resource<Admin>, program: Values, id: string): Promise<void> {
  const imported = (await refresh(resource, { id, inputs: {}, state: {} })) ?? gone();
  const inputs = inputsOf(resource, imported.state, {});
  expectNothing(preview(resource, inputs, { ...imported, inputs }), "after import");
  const untold = ["clientSecret", "secretRotation", "connection"].filter((name) => (program[name] ?? null) !== null);
  agree(preview(resource, program, imported).changed, untold, "changes of the program after import");
}

function gone(): never {
  throw new Error("read says that it is gone");
}

export function expectNothing({ changed, replaces }: Diff, when: string): void {
  agree({ changed, replaces }, { changed: [], replaces: [] }, `changes ${when}`);
}

function inputsIn(resource: Resource<Admin>, state: Values): Values {
  return Object.fromEntries(Object.keys(resource.inputs.shape).map((name) => [name, state[name]]));
}
