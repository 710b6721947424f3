// What a function is to the host that serves it: a question to the server that changes nothing.

import type * as z from "zod";
import type { Failure } from "./failure.ts";
import type { FieldRules } from "./field.ts";
import type { Operation } from "./resource.ts";
import type { Values } from "./value.ts";

/** A question to the server. */
export interface ServerFunction<Context extends Operation, Inputs extends Values = Values> {
  /** The function's name, such as `getOAuth2Client`. */
  readonly type: string;
  readonly inputs: z.ZodObject;
  readonly outputs: z.ZodObject;
  /** What is special about fields, inputs and outputs alike. */
  readonly fields: Readonly<Record<string, FieldRules>>;
  rules(inputs: Values): Failure[];
  call(operation: Context, inputs: Inputs): Promise<Values>;
}
