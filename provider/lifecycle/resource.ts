// What a resource is to the hosts that run it. Knows neither Pulumi's wire nor what a resource manages.

import type * as z from "zod";
import { ExplainedError, type Explanation, withAdvice } from "../explained.ts";
import type { Failure } from "./failure.ts";
import { type FieldRules, locatingField } from "./field.ts";
import type { Values } from "./value.ts";

/** What each operation gets; definitions add what they work on. */
export interface Operation {
  /** Pulumi's name of the resource, its URN; the host of dynamic resources is not told it. */
  readonly urn: string | undefined;
  /** Aborted when Pulumi cancels the operation, or its time is over. */
  readonly signal: AbortSignal;
  /** Shows a warning on the resource. */
  warn(warning: Explanation): void;
}

/** An object as it is recorded; without state, on import, only its id is known. */
export interface Recorded {
  readonly id: string;
  readonly state: Values;
}

/** What a program asks of a recorded object. */
export interface Change<Inputs> extends Recorded {
  readonly inputs: Inputs;
}

export interface Announcement<Inputs> extends Change<Inputs> {
  /** The recorded object lives on another server. */
  readonly moves: boolean;
  /** What differs asks for a replacement. The program may ask for one all the same. */
  readonly replaces: boolean;
}

/** What exists, and under which id. */
export interface Live {
  readonly id: string;
  readonly state: Values;
}

/** A resource as data: its fields and what can be said of them without a server. */
export interface Definition {
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
  /**
   * Whether a changed field that replaces can be recorded in place after all: it gives the whole of what the object is known to
   * have by another property.
   */
  completes?(name: string, inputs: Values, state: Values): boolean;
  /** Rules that span fields; must let unknown values pass. */
  rules(inputs: Values): Failure[];
  /** The outputs, beside those with rules of their own, that an update to these inputs changes. */
  moves?(inputs: Values, state: Values): readonly string[];
  /** What a person should know about acceptable inputs, each on a property. */
  warnings?(inputs: Values): Explanation[];
  /** The inputs by which a list can be narrowed. */
  readonly listInputs: readonly string[];
  /** The inputs that ask for the object with this id, where inputs can. */
  inputsFor?(id: string): Values;
  /** The outputs that are generated for these inputs, of a new object or not, and that no later read shows. */
  generates?(inputs: Values, isNew: boolean): readonly string[];
}

/** A resource: its definition and what can be done with it. */
export interface Resource<Context extends Operation, Inputs extends Values = Values> extends Definition {
  /** Called with every diff of known inputs that a program asks for: lets the resources of one operation know of each other. */
  announce?(operation: Context, announcement: Announcement<Inputs>): void;
  /** Asked after that: the fields that this operation takes from the object, which have to be written although the state has them. */
  takenAway?(operation: Context, announcement: Announcement<Inputs>): readonly string[];
  /** Called with every check of known inputs beside which nothing is recorded: of a new resource, or of a replacement. */
  announceNew?(operation: Context, inputs: Inputs): void;
  /** Creates the object, and returns it as the server has it. Throws `PartialFailure` if the object then differs from the inputs. */
  create(operation: Context, inputs: Inputs): Promise<Live>;
  /** What exists now, or `undefined` when the server says that it is gone. */
  read(operation: Context, recorded: Recorded): Promise<Live | undefined>;
  /** Writes what differs between inputs and recorded state, and nothing else. Returns the whole new state. */
  update(operation: Context, change: Change<Inputs>): Promise<Values>;
  /** Deletes the recorded object, and no newer one that replaced it. Succeeds if the object is already deleted. */
  delete(operation: Context, recorded: Recorded): Promise<void>;
  /** Every object of the kind on the server, each with an id that `read` knows. */
  list(operation: Context, query: Values): Promise<readonly { readonly id: string; readonly name: string }[]>;
}

/** The inputs that a list can be asked with: those that narrow it, and the server. */
export function listNames({ fields, listInputs }: Pick<Definition, "fields" | "listInputs">): string[] {
  return [...listInputs, locatingField(fields) ?? []].flat();
}

/** The inputs that are written to the server and hold a secret, or may. Public keys are none. */
export function confidentialInputs({ inputs, fields }: Definition): string[] {
  return Object.keys(inputs.shape).filter((name) => {
    const { secret, confidential, publicKeys, local } = fields[name] ?? {};
    return (secret || confidential) && !publicKeys && !local;
  });
}

/** At least one. */
export type Reasons = readonly [Explanation, ...Explanation[]];

/** The object exists, but is not as asked. Its state is kept and the next `up` tries again. */
export class PartialFailure extends ExplainedError {
  readonly live: Live;
  readonly reasons: Reasons;

  constructor(live: Live, reasons: Reasons, cause?: unknown) {
    const [{ code }] = reasons;
    super({ code, message: reasons.map(withAdvice).join("; ") }, cause);
    this.live = live;
    this.reasons = reasons;
  }

  /** The same failure, with more in the state. */
  with(live: Live): PartialFailure {
    return new PartialFailure(live, this.reasons, this.cause);
  }
}

/** The operation cannot be done, and nothing was changed. */
export class Refusal extends ExplainedError {}
