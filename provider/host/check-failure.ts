// Failures of a check as the engine is told of them: it prints the value of the property that a failure names.

import type * as z from "zod";
import { type Failure, formatPath } from "../lifecycle/check.ts";
import type { FieldRules } from "../lifecycle/field.ts";
import { secretNames } from "./values.ts";

/** Without a property, a failure is about the whole, and no value is printed. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What was checked: its shape, and which fields are secret. */
interface Shape {
  readonly inputs: z.ZodObject;
  readonly fields?: Readonly<Record<string, FieldRules>>;
}

/** A failure of the inputs of a resource or a function; `news` are the inputs as they came. */
export function failureOf({ path, reason }: Failure, news: object, { inputs, fields = {} }: Shape): CheckFailure {
  const place = formatPath(path);
  const name = String(path[0] ?? "");
  // A JSON Web Key may be private, and under a name that is none there may be a secret that was meant for another.
  const secret = fields[name]?.secret || secretNames(news).has(name) || /^jwks?$/.test(name);
  const safe = Object.hasOwn(inputs.shape, name) && !secret;
  // The engine looks a path up among the top-level names only: of what is nested it prints nothing.
  return { property: safe || path.length > 1 ? place : "", reason: place === "" ? reason : `${place}: ${reason}` };
}

/** A failure of the configuration, any key of which may hold a credential. */
export function configurationFailureOf({ path, reason }: Failure): CheckFailure {
  return { property: path.length > 1 ? formatPath(path) : "", reason: `hydra:${path.join(".")} ${reason}` };
}
