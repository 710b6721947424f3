// Tells Pulumi's Terraform converter which resources and properties a Terraform provider's become, in the form that it
// shares with providers that are bridged from Terraform. Knows nothing of OAuth 2.0.

import { camelCase } from "../hydra/naming.ts";
import { kindOfField } from "../lifecycle/diff.ts";
import { type Argument, type Origin, origins } from "../terraform.ts";

/** Terraform's types as the converter counts them. */
const types = { boolean: 1, "whole number": 2, text: 4, texts: 5, object: 6 } as const;

/** The mapping of a provider, by the name that programs give it. */
export function terraformMapping(name: string, version: string): object {
  const own = origins.filter(({ type }) => type.startsWith(`${name}_`));
  const byType = <T>(of: (origin: Origin) => T) => Object.fromEntries(own.map((origin) => [origin.type, of(origin)]));
  const settings = <T>(of: (argument: Argument) => T) =>
    Object.fromEntries(
      own
        .flatMap((origin) => origin.settings.filter(({ how, name }) => how === undefined && !name.includes(".")))
        .map((argument) => [argument.name, of(argument)]),
    );
  return {
    name,
    version,
    // Blocks in the configuration of a provider are not converted, by whatever name.
    config: settings((argument) => ({ name: argument.becomes })),
    provider: {
      schema: settings(() => ({ type: types.text, optional: true })),
      resources: byType((origin) =>
        Object.fromEntries(origin.arguments.map((argument) => [argument.name, shape(origin, argument)])),
      ),
    },
    resources: byType((origin) => ({
      tok: `hydra:index:${origin.becomes.type}`,
      fields: Object.fromEntries(
        // What our property does not take as it stands keeps its name: both the converter and a preview then point at it.
        origin.arguments.map(({ name }) => [name, { name: camelCase(name) }]),
      ),
    })),
  };
}

function shape(origin: Origin, { becomes, form }: Argument) {
  if (Array.isArray(form)) {
    const members = form.map((member: string) => [member, { type: types.text, optional: true }]);
    return { type: types.texts, optional: true, element: { resource: Object.fromEntries(members) } };
  }
  const type = types[(form as Exclude<typeof form, readonly string[]>) ?? formOf(origin, becomes ?? "")];
  const nested = type === types.texts || type === types.object ? { element: { schema: { type: types.text } } } : {};
  // What a program may leave out and read all the same.
  const chosen = origin.becomes.fields[becomes ?? ""];
  const computed = chosen?.choose !== undefined || chosen?.keptWhenUnset || chosen?.serverDefault !== undefined;
  return { type, optional: true, ...(computed ? { computed } : {}), ...nested };
}

/** The form of a property, out of what clears it: that has the type of the property, but for durations, which are texts. */
function formOf({ becomes }: Origin, name: string): keyof typeof types {
  const { empty } = kindOfField(becomes, name);
  if (Array.isArray(empty)) return "texts";
  if (typeof empty === "boolean") return "boolean";
  return typeof empty === "object" && empty !== null ? "object" : "text";
}
