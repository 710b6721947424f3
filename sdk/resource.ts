// How resources register with Pulumi: as dynamic ones, or as those of the plugin.

import * as pulumi from "@pulumi/pulumi";
import { privateMembersOf } from "../provider/resources/jwk.ts";

type Properties = Record<string, unknown>;

/** Written by the build from the resource definitions, so that programs need not load these. */
const fields = require("./fields.json") as Record<string, { properties: string[]; secrets: string[]; module: string }>;

/** What runs a resource: a dynamic provider in the program's folder, or the plugin `pulumi-resource-hydra`. */
export type Host = "dynamic" | "plugin";

/** The type's token on each host. */
const tokens: Readonly<Record<Host, (type: string) => string>> = {
  dynamic: (type) => `pulumi-nodejs:dynamic/hydra:${type}`,
  plugin: (type) => `hydra:index:${type}`,
};

/** What a class of this package hands to the constructor of Pulumi's: the type's token, the name, the properties, the options. */
type Registration = [token: string, name: string, properties: Properties, opts: pulumi.CustomResourceOptions];

/**
 * How a resource registers. The classes call this, and have no class between them and Pulumi's: Pulumi takes what called the class
 * right above its own for the place in the program, which it records and shows.
 */
export function registration(
  host: Host,
  type: string,
  name: string,
  args: object,
  opts?: pulumi.CustomResourceOptions,
): Registration {
  const { secrets } = fieldsOf(type);
  // What the other host made is taken over as it is: a program moves by its import path.
  const aliases = [{ type: tokens[host === "plugin" ? "dynamic" : "plugin"](type) }];
  return [
    tokens[host](type),
    name,
    propertiesOf(host, type, name, args as Properties),
    pulumi.mergeOptions(opts, { additionalSecretOutputs: secrets, aliases }),
  ];
}

/** A client's id is its client id, and is known in the preview of an edit, where a dynamic provider's outputs are not. */
export function nameById(client: pulumi.CustomResource, { clientId }: { readonly clientId?: unknown }): void {
  if (clientId === undefined || clientId === null) Object.assign(client, { clientId: client.id });
}

function fieldsOf(type: string) {
  const found = fields[type];
  if (!found) throw new Error(`defect: ${type} is not a resource of pulumi-hydra; please report it`);
  return found;
}

function propertiesOf(host: Host, type: string, name: string, args: Properties): Properties {
  const { properties, secrets, module } = fieldsOf(type);
  const props: Properties = Object.fromEntries(properties.map((property) => [property, undefined]));
  for (const [property, value] of Object.entries(args)) {
    if (secrets.includes(property) && value !== undefined) props[property] = pulumi.secret(value);
    else if (property === "jwk" || property === "jwks")
      props[property] = publicOnly(`${type} ${name}: ${property}`, value);
    else props[property] = value;
  }
  // The text alone is recorded for each resource. It names the module and nothing else, so no release changes it.
  if (host === "dynamic") props.__provider = `exports.handler = () => require("pulumi-hydra/dynamic/${module}")`;
  return props;
}

/** The properties of an explicit provider: Pulumi passes texts alone, so that the rest travels as JSON. */
export function providerProperties(args: object): Record<string, pulumi.Input<unknown>> {
  const { secrets } = fieldsOf("configuration");
  return Object.fromEntries(
    Object.entries(args)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        const text = pulumi.output(value).apply(textOf);
        return [name, secrets.includes(name) ? pulumi.secret(text) : text];
      }),
  );
}

function textOf(plain: unknown): string | undefined {
  if (plain === undefined || plain === null) return undefined;
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

/**
 * Refuses private key members: at once where the value is plain. What comes as an output is refused by the provider's
 * check; until then it counts as a secret.
 */
function publicOnly(place: string, value: unknown): unknown {
  if (value === undefined || value === null) return value;
  refusePrivate(place, value);
  return pulumi.output(value).apply((resolved) => (holdsPrivate(resolved) ? pulumi.secret(resolved) : resolved));
}

function refusePrivate(place: string, value: unknown): void {
  for (const [path, key] of keysIn(value)) {
    const [member] = privateMembersOf(key);
    if (member)
      throw new pulumi.RunError(`${place}${path}.${member} is private key material; give the public key only`);
  }
}

function holdsPrivate(value: unknown): boolean {
  return keysIn(value).some(([, key]) => privateMembersOf(key).length > 0);
}

/** The keys in a JSON Web Key or a set of them, each with its place. */
function keysIn(value: unknown): [path: string, key: unknown][] {
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return [];
  const keys = (value as { keys?: unknown }).keys;
  const inSet = Array.isArray(keys) ? keys.map((key, index): [string, unknown] => [`.keys[${index}]`, key]) : [];
  return [["", value], ...inSet];
}
