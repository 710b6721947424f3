// How resources register with Pulumi: as dynamic ones, or as those of the plugin.

import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { privateMembersOf } from "../provider/hydra/jwk.ts";
import { fieldsOf } from "./field.ts";
import { outputsOnDemand } from "./output.ts";

type Properties = Record<string, unknown>;

/** What runs a resource: a dynamic provider in the program's folder, or the plugin `pulumi-resource-hydra`. */
export type Host = "dynamic" | "plugin";

/** The type's token on each host: policies find the resources of a class by it, as its `__pulumiType`. */
export const tokens: Readonly<Record<Host, (type: string) => string>> = {
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
  if (host === "dynamic") {
    refusePlugin(type, name, opts);
    if (pulumi.runtime.hasEngine()) refuseFar(`${type} ${name}`);
  }
  // What the other host made is taken over as it is: a program moves by its import path.
  const aliases = [{ type: tokens[host === "plugin" ? "dynamic" : "plugin"](type) }];
  return [
    tokens[host](type),
    name,
    propertiesOf(host, type, name, args as Properties),
    pulumi.mergeOptions(opts, { additionalSecretOutputs: secretOutputs(host, type, args as Properties), aliases }),
  ];
}

/** A dynamic resource never asks a provider of the plugin, so it would silently go to the server of the stack. */
function refusePlugin(type: string, name: string, opts: pulumi.CustomResourceOptions = {}): void {
  const provider = opts.provider ?? opts.parent?.getProvider(tokens.plugin(type));
  if (!isOfType(provider, "pulumi:providers:hydra")) return;
  const [given, what] = opts.provider ? ["option provider", "is"] : ["component around it", "has"];
  throw new pulumi.RunError(
    `${type} ${name}: the ${given} ${what} a Provider of pulumi-hydra/plugin, which cannot run a class of pulumi-hydra; ` +
      "use the class of pulumi-hydra/plugin, or name the server with `connection`",
  );
}

/**
 * Pulumi's server of dynamic providers loads this package from the program's folder. Where a package of a workspace uses this
 * one, and the program does not name it, a strict installer such as pnpm keeps it out of reach.
 */
function refuseFar(place: string): void {
  try {
    // Not `require.resolve` with paths: a package finds itself first.
    createRequire(`${process.cwd()}/program.js`).resolve("pulumi-hydra/package.json");
  } catch {
    throw new pulumi.RunError(
      `${place}: pulumi-hydra cannot be loaded from the folder of the program; add it to the dependencies in the program's ` +
        "package.json, also if only another package of your workspace imports it, then install again",
    );
  }
}

/** The plugin says itself which outputs are secret; Pulumi's server of dynamic providers cannot, and each name is recorded. */
function secretOutputs(host: Host, type: string, args: Properties): string[] {
  if (host === "plugin") return [];
  const { secrets, filled } = fieldsOf(type);
  return secrets.filter((name) => !filled[name] || args[filled[name]]);
}

/** Whether something is a resource of the type with this token. */
export function isOfType(resource: unknown, token: string): boolean {
  return (
    typeof resource === "object" && resource !== null && "__pulumiType" in resource && resource.__pulumiType === token
  );
}

/** Whether the plugin finds an object of the type. Nothing of it is recorded. */
export function exists(
  type: string,
  id: pulumi.Input<pulumi.ID>,
  opts?: pulumi.CustomResourceOptions,
): pulumi.Output<boolean> {
  return pulumi.runtime.existsResource(tokens.plugin(type), id, {}, { ...opts });
}

/** What a class does after Pulumi's constructor: its outputs become readable. */
export function completed(resource: pulumi.CustomResource, type: string, args: object): void {
  nameById(resource, type, args as Properties);
  outputsOnDemand(resource, type, args);
}

/** An object's id is known in the preview of an edit, where a dynamic provider's outputs are not. */
function nameById(resource: pulumi.CustomResource, type: string, args: Properties): void {
  const { identifies } = fieldsOf(type);
  if (identifies !== "" && isUnset(args[identifies])) Object.assign(resource, { [identifies]: resource.id });
}

function isUnset(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function propertiesOf(host: Host, type: string, name: string, args: Properties): Properties {
  const { secrets, publicKeys, module } = fieldsOf(type);
  const props: Properties = {};
  // Pulumi makes an output of each property that it is given, and takes one without a value for unknown in a preview.
  for (const [property, value] of Object.entries(args)) {
    if (isUnset(value)) continue;
    if (secrets.includes(property)) props[property] = pulumi.secret(value);
    else if (publicKeys.includes(property)) props[property] = publicOnly(`${type} ${name}: ${property}`, value);
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
function publicOnly(place: string, value: NonNullable<unknown>): unknown {
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

/** The plain keys in a JSON Web Key or a set of them, each with its place. An output seems to have every member. */
function keysIn(value: unknown): [path: string, key: unknown][] {
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return [];
  const keys = (value as { keys?: unknown }).keys;
  const inSet = Array.isArray(keys) ? keys.map((key, index): [string, unknown] => [`.keys[${index}]`, key]) : [];
  return [["", value], ...inSet].filter((found): found is [string, unknown] => !pulumi.Output.isInstance(found[1]));
}
