// Failures of a check as the engine is told of them: it prints the value of the top-level property that a failure names.

import { type Failure, formatPath } from "../lifecycle/failure.ts";
import type { Fielded } from "../lifecycle/field.ts";
import { secretNames } from "./values.ts";

/** Without a property, a failure is about the whole, and no value is printed. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** A failure of the inputs of a resource or a function; `news` are the inputs as they came. */
export function toCheckFailure(failure: Failure, news: object, { inputs, fields }: Fielded): CheckFailure {
  const name = String(failure.path[0] ?? "");
  // Under a name that is none there may be a secret that was meant for another.
  const isPrinted = Object.hasOwn(inputs.shape, name) && !secretNames(news).has(name);
  const isSafe = isPrinted && !fields[name]?.secret && !fields[name]?.confidential;
  return isSafe ? { ...unprinted(failure), property: formatPath(failure.path) } : unprinted(failure);
}

/** The same where it is not known which values are secret. Of what is nested the engine prints nothing. */
export function unprinted({ path, reason }: Failure): CheckFailure {
  const place = formatPath(path);
  return { property: path.length > 1 ? place : "", reason: place === "" ? reason : `${place}: ${reason}` };
}

/** A failure of the configuration, any key of which may hold a credential. */
export function configurationFailureOf({ path, reason }: Failure): CheckFailure {
  return { property: path.length > 1 ? formatPath(path) : "", reason: `hydra:${path.join(".")} ${reason}` };
}
