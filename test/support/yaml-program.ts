// Knows what a Pulumi.yaml may say of this package: which types, functions and properties there are.
import type { PackageSchema } from "../../tools/document/reference-page.mts";

type Json = Readonly<Record<string, unknown>>;

/** What a YAML document says of `hydra:` types that the schema does not know. */
export function strangersIn(document: unknown, schema: PackageSchema): string[] {
  return objectsIn(document).flatMap((node) => [...wrongResource(node, schema), ...wrongInvoke(node, schema)]);
}

function wrongResource({ type, properties }: Json, { resources }: PackageSchema): string[] {
  const name = ownName(type);
  if (name === undefined || properties === undefined) return [];
  if (name === "pulumi:providers") return [];
  const spec = resources[`hydra:index:${name}`];
  if (!spec) return [`there is no type hydra:${name}`];
  return unlike(`hydra:${name}`, properties, Object.keys(spec.inputProperties), spec.requiredInputs);
}

function wrongInvoke({ "fn::invoke": invoke }: Json, { functions }: PackageSchema): string[] {
  const call = (invoke ?? {}) as Json;
  const name = ownName(call.function);
  if (name === undefined) return [];
  const spec = functions[`hydra:index:${name}`];
  if (!spec) return [`there is no function hydra:${name}`];
  return unlike(`hydra:${name}`, call.arguments, Object.keys(spec.inputs.properties), spec.inputs.required ?? []);
}

function unlike(place: string, given: unknown, known: readonly string[], required: readonly string[]): string[] {
  const names = Object.keys((given ?? {}) as Json);
  return [
    ...names.filter((name) => !known.includes(name)).map((name) => `${place} has no ${name}`),
    ...required.filter((name) => !names.includes(name)).map((name) => `${place} needs ${name}`),
  ];
}

/** `hydra:OAuth2Client` and `hydra:index:OAuth2Client` → `OAuth2Client`. */
function ownName(token: unknown): string | undefined {
  return typeof token === "string" ? /^hydra:(?:index:)?(\w+)$/.exec(token)?.[1] : undefined;
}

function objectsIn(value: unknown): Json[] {
  if (typeof value !== "object" || value === null) return [];
  return [...(Array.isArray(value) ? [] : [value as Json]), ...Object.values(value).flatMap(objectsIn)];
}
