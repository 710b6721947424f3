// What a resource is to the hosts that run it. Knows neither Pulumi's wire nor what a resource manages.

import type * as z from "zod";
import type { Failure } from "./check.ts";
import type { FieldRules } from "./field.ts";
import type { Values } from "./value.ts";

/** What each operation gets. */
export interface Operation<Server> {
  /** The server that the resource's connection names. */
  readonly server: Server;
  /** Aborted when Pulumi cancels the operation. */
  readonly signal?: AbortSignal | undefined;
  /** Shows a warning on the resource. */
  warn(message: string): void;
}

export interface CreateRequest<Server, Inputs> extends Operation<Server> {
  readonly inputs: Inputs;
}

export interface AnnounceRequest<Server, Inputs> {
  readonly server: Server;
  /** The recorded object lives on another server. */
  readonly moves: boolean;
  readonly id: string;
  readonly inputs: Inputs;
  readonly state: Values;
}

export interface ReadRequest<Server> extends Operation<Server> {
  readonly id: string;
  /** What is recorded; empty on import. */
  readonly state: Values;
}

export interface UpdateRequest<Server, Inputs> extends Operation<Server> {
  readonly id: string;
  readonly inputs: Inputs;
  readonly state: Values;
}

export interface DeleteRequest<Server> extends Operation<Server> {
  readonly id: string;
  readonly state: Values;
}

export interface ListRequest<Server> {
  readonly server: Server;
  readonly signal?: AbortSignal | undefined;
  /** What the list is narrowed to; the resource says which properties it knows. */
  readonly query: Values;
}

/** What exists, and under which id. */
export interface Live {
  readonly id: string;
  readonly state: Values;
}

/** A resource: its fields and what can be done with it. */
export interface Resource<Server, Inputs extends Values = Values> {
  /** The type's name, such as `OAuth2Client`. */
  readonly type: string;
  /** The inputs' shape: the one place where fields are written. */
  readonly inputs: z.ZodObject;
  /** What the server adds to the inputs. */
  readonly outputs: z.ZodObject;
  /** What is special about fields, inputs and outputs alike. */
  readonly fields: Readonly<Record<string, FieldRules>>;
  /** Whether an object with these inputs cannot exist beside the recorded one on one server. */
  collides(inputs: Values, state: Values): boolean;
  /** Rules that span fields; must let unknown values pass. */
  rules(inputs: Values): Failure[];
  /** What a person should know about acceptable inputs, each on a property. */
  warnings?(inputs: Values): string[];
  /** Called with every diff of known inputs that a program asks for: lets the resources of one operation know of each other. */
  announce?(request: AnnounceRequest<Server, Inputs>): void;
  create(request: CreateRequest<Server, Inputs>): Promise<Live>;
  /** What exists now, or `undefined` when the server says that it is gone. */
  read(request: ReadRequest<Server>): Promise<Live | undefined>;
  update(request: UpdateRequest<Server, Inputs>): Promise<Values>;
  delete(request: DeleteRequest<Server>): Promise<void>;
  /** The inputs by which a list can be narrowed. */
  readonly listInputs: readonly string[];
  /** Every object of the kind on the server, each with an id that `read` knows. */
  list(request: ListRequest<Server>): Promise<readonly { readonly id: string; readonly name: string }[]>;
}

/** The object exists, but is not as asked. Its state is kept and the next `up` tries again. */
export class PartialFailure extends Error {
  readonly live: Live;
  readonly reasons: readonly string[];

  constructor(live: Live, reasons: readonly string[]) {
    super(reasons.join("; "));
    this.name = "PartialFailure";
    this.live = live;
    this.reasons = reasons;
  }
}

/** The operation cannot be done, and nothing was changed. The message says what to do. */
export class Refusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Refusal";
  }
}
