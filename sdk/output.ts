// The outputs of a resource that its program does not name: each is made when it is read. Knows nothing of the hosts.

import * as pulumi from "@pulumi/pulumi";
import { fieldsOf } from "./field.ts";

type Properties = Readonly<Record<string, unknown>>;

/**
 * Makes every output of a resource readable that Pulumi's constructor did not make. Pulumi spends a third of a
 * millisecond on each property that is declared to it, and a client has fifty: most are never read.
 *
 * They are properties of the resource itself, like those that Pulumi makes: whoever exports a whole resource lists these.
 */
export function outputsOnDemand(resource: pulumi.CustomResource, type: string, args: object): void {
  const missing = Object.entries(accessorsOf(type)).filter(([name]) => !Object.hasOwn(resource, name));
  Object.defineProperties(resource, Object.fromEntries(missing));
  if (!pulumi.runtime.isDryRun()) return;
  const { secrets } = fieldsOf(type);
  for (const [name, given] of Object.entries(args))
    if (given !== undefined && given !== null && mayBeNothing(given))
      Object.defineProperty(
        resource,
        name,
        accessor(type, name, secrets.includes(name) ? pulumi.secret(given) : given),
      );
}

/**
 * Of what may mean "not set", no output is recorded. In a preview, such an output is unknown to Pulumi, which would show what
 * reads it as changed. In an `up`, Pulumi uses the value of the program, and so does an accessor in a preview.
 */
function mayBeNothing(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return true;
  return typeof value === "object" && value !== null ? Object.values(value).every(mayBeNothing) : !value;
}

const accessors = new Map<string, PropertyDescriptorMap>();

function accessorsOf(type: string): PropertyDescriptorMap {
  const known = accessors.get(type);
  if (known) return known;
  const made = Object.fromEntries(fieldsOf(type).properties.map((name) => [name, accessor(type, name)]));
  accessors.set(type, made);
  return made;
}

function accessor(type: string, name: string, given?: unknown): PropertyDescriptor {
  return {
    configurable: true,
    enumerable: true,
    get(this: pulumi.CustomResource) {
      const value = outputOf(this, type, name, given);
      Object.defineProperty(this, name, { configurable: true, enumerable: true, value });
      return value;
    },
  };
}

/** On a resource whose outputs were read: what the engine has of it, asked once. */
const registered = Symbol("registered");

type Asked = pulumi.CustomResource & { [registered]?: Promise<Properties | undefined> };

function outputOf(resource: Asked, type: string, name: string, given: unknown): pulumi.Output<unknown> {
  return resource.urn.apply(async (urn): Promise<unknown> => {
    if (resource[registered] === undefined) Object.defineProperty(resource, registered, { value: stateOf(urn) });
    const state = await resource[registered];
    if (state === undefined) return pulumi.unknown;
    // In a preview, null says that it will not be set.
    if ((state[name] ?? null) !== null) return (new Registered(urn, name) as unknown as Properties)[name];
    if (given !== undefined || name in state) return given;
    return pulumi.runtime.isDryRun() && isToBeFilled(type, name, state) ? pulumi.unknown : undefined;
  });
}

/**
 * What the engine has of a registered resource: which outputs there are. Their values come without a mark of what is
 * secret. It has nothing of a resource that an operation leaves out (`--target`), or something without an id.
 */
function stateOf(urn: string): Promise<Properties | undefined> {
  return pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn }).then(
    ({ id, state }: { id?: string; state?: Properties }) =>
      id === "" && !pulumi.runtime.isDryRun() ? undefined : (state ?? {}),
    () => undefined,
  );
}

/** One output of a registered resource as Pulumi reads it: its value, and whether it is secret or not known yet. */
class Registered extends pulumi.CustomResource {
  constructor(urn: string, name: string) {
    super("pulumi-hydra:sdk:Registered", name, { [name]: undefined }, { urn });
  }
}

/** In a preview: the server, or the provider, gives the output a value that nobody knows yet. */
function isToBeFilled(type: string, name: string, state: Properties): boolean {
  const { filled, outputs } = fieldsOf(type);
  const onlyWith = filled[name];
  if (onlyWith === undefined) return false;
  // What is recorded has outputs of the server: what it does not have is not set.
  if (outputs.some((output) => output in state)) return false;
  return onlyWith === "" || state[onlyWith] === true;
}
