// What may be promised of a resource before it is touched. Knows nothing of OAuth 2.0.

import { choiceKey } from "../lifecycle/choice.ts";
import { changedFields } from "../lifecycle/diff.ts";
import type { Resource } from "../lifecycle/resource.ts";
import { unknown, type Values } from "../lifecycle/value.ts";

/** What no update changes: who depends on it need not be looked at. */
export function stablesOf<Server>(resource: Resource<Server>, state: Values): string[] {
  const fixed = Object.keys(resource.fields).filter((name) => resource.fields[name]?.replaces && name !== "connection");
  return [...fixed, "createdAt"].filter((name) => name in state);
}

/** Inputs without what is chosen anew in the operation that follows. */
export function withoutChoices<Server>(resource: Resource<Server>, inputs: Values): Values {
  const hidden = Object.keys(resource.fields).map(choiceKey);
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !hidden.includes(name)));
}

/** What will be recorded after an update, as far as it is certain: the rest is unknown. */
export function previewOf<Server>(resource: Resource<Server>, inputs: Values, state: Values): Values {
  const changed = changedFields(resource, inputs, state);
  const kept = Object.entries(state).filter(([name]) => !changed.includes(name));
  const moving = [
    "updatedAt",
    "registrationAccessToken",
    ...(changed.includes("secretRotation") ? ["clientSecret"] : []),
  ];
  const unsure = Object.fromEntries(moving.filter((name) => name in state).map((name) => [name, unknown]));
  return { ...Object.fromEntries(kept), ...withoutChoices(resource, inputs), ...unsure };
}
