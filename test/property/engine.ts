// What Pulumi does with a resource: check, diff, and the step that the diff asks for, on a host's session and a real server.

import { type Comparison, createSession, type Session } from "../../provider/host/session.ts";
import type { Definition } from "../../provider/lifecycle/resource.ts";
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

/** What is said of drift that the stories make themselves. */
const expected =
  /^this trust was already deleted|^the client ".*" has lifespans that this stack did not set|^the provider has waited/s;

const call = {
  warn(message: string) {
    if (!expected.test(message)) throw new Error(`a warning: ${message}`);
  },
};

/** What is told of acceptable inputs is no concern of a story. */
const silent = { warn: () => undefined };

const never = new AbortController().signal;

/** One process of the provider: what it remembers of a server ends with it. */
function begin(): Session {
  return createSession(
    (key) => settings[key],
    () => never,
  );
}

/** Values as they come back from a state file. */
const stored = (values: Values): Values => JSON.parse(JSON.stringify(values));

function checked(session: Session, { type }: Definition, program: Values, before: Values): Values {
  const { inputs, failures } = session.check(type, stored(program), before, silent);
  agree(failures, [], "check failures");
  return inputs;
}

/** What a preview says to a program. */
export function preview(resource: Definition, program: Values, { id, inputs: before, state }: Held): Comparison {
  const session = begin();
  return session.diff(resource.type, { id, inputs: checked(session, resource, program, before), state }, call);
}

export async function create(resource: Definition, program: Values): Promise<Held> {
  return make(begin(), resource, program);
}

async function make(session: Session, resource: Definition, program: Values): Promise<Held> {
  const inputs = checked(session, resource, program, {});
  const { id, state } = await session.create(resource.type, inputs, call);
  return { id, inputs, state: stored(state) };
}

/** Makes the resource what the program asks for. `warning`: what an update then says, once, and nothing else. */
export async function up(resource: Definition, program: Values, held: Held, warning?: RegExp): Promise<Held> {
  const session = begin();
  const { id, state } = held;
  const inputs = checked(session, resource, program, held.inputs);
  const { changed, replaces, deleteBeforeReplace } = session.diff(resource.type, { id, inputs, state }, call);
  if (changed.length === 0) return { ...held, inputs };
  if (replaces.length > 0) {
    if (deleteBeforeReplace) await session.delete(resource.type, held, call);
    const made = await make(session, resource, program);
    if (!deleteBeforeReplace) await session.delete(resource.type, held, call);
    return made;
  }
  const warnings: string[] = [];
  const warned = warning === undefined ? call : { warn: (message: string) => void warnings.push(message) };
  const updated = stored(await session.update(resource.type, { id, inputs, state }, warned));
  if (warning !== undefined && !(warnings.length === 1 && warning.test(warnings[0]!)))
    throw new Error(`one warning like ${warning} was due, not: ${warnings.join("; ")}`);
  return { id, inputs, state: updated };
}

/** Deletes the resource; `times` in one process, if so asked. */
export async function destroy(resource: Definition, held: Held, times = 1): Promise<void> {
  const session = begin();
  for (let left = times; left > 0; left--) await session.delete(resource.type, held, call);
}

/** The resource as it is now, with the inputs recorded last. */
export async function refresh(resource: Definition, held: Held): Promise<Held | undefined> {
  const live = await read(resource, held);
  return live && { ...live, inputs: held.inputs };
}

/** The resource as it is now, with the inputs that ask for it. */
async function read({ type }: Definition, { id, inputs, state }: Held): Promise<Held | undefined> {
  const live = await begin().read(type, { id, state }, inputs, call);
  return live && { id: live.id, inputs: live.inputs, state: stored(live.state) };
}

/** Reading loses and adds nothing, and a second up has nothing to do. */
export async function expectSettled(resource: Definition, program: Values, held: Held): Promise<void> {
  const found = (await read(resource, held)) ?? gone();
  agree(found.id, held.id, "id after read");
  agree(inputsIn(resource, found.state), inputsIn(resource, held.state), "inputs in the state after read");
  expectNothing(preview(resource, program, held), "before read");
  expectNothing(preview(resource, program, { ...found, inputs: held.inputs }), "after read");
  // What a refresh records as inputs is compared as it is, and is what the next check is told.
  expectNothing(begin().diff(resource.type, found, call), "with the inputs out of the state");
  expectNothing(preview(resource, program, found), "after a refresh");
}

/** After an import, neither the inputs out of it nor the program ask for more than what no server tells. */
export async function expectImportable(resource: Definition, program: Values, id: string): Promise<void> {
  const imported = (await read(resource, { id, inputs: {}, state: {} })) ?? gone();
  expectNothing(preview(resource, imported.inputs, imported), "after import");
  const local = ["clientSecret", "secretRotation", "recreateTrigger", "keepRegistrationToken", "connection"];
  const untold = local.filter((name) => ![undefined, null, false, ""].includes(program[name] as null));
  agree(preview(resource, program, imported).changed, untold, "changes of the program after import");
}

function gone(): never {
  throw new Error("read says that it is gone");
}

export function expectNothing({ changed, replaces }: Comparison, when: string): void {
  agree({ changed, replaces }, { changed: [], replaces: [] }, `changes ${when}`);
}

function inputsIn(resource: Definition, state: Values): Values {
  return Object.fromEntries(Object.keys(resource.inputs.shape).map((name) => [name, state[name]]));
}
