// What a function is to the host that serves it: a question to the server that changes nothing.

import type * as z from "zod";
import type { Failure } from "./check.ts";
import type { Values } from "./value.ts";

export interface FunctionCall<Server, Inputs> {
  readonly server: Server;
  readonly signal?: AbortSignal | undefined;
  readonly inputs: Inputs;
}

/** A question to the server. */
export interface ServerFunction<Server, Inputs extends Values = Values> {
  /** The function's name, such as `getOAuth2Client`. */
  readonly type: string;
  readonly inputs: z.ZodObject;
  readonly outputs: z.ZodObject;
  /** The outputs that are secret. */
  readonly secrets: readonly string[];
  rules(inputs: Values): Failure[];
  call(request: FunctionCall<Server, Inputs>): Promise<Values>;
}
