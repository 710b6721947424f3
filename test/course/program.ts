// Knows a course's program as it is handed to Pulumi: resources in the form that tools/pulumi/drive-engine and the program of a
// real stack both read. No code of ours.
import { readFileSync } from "node:fs";
import { argsOf, clientIdOf, type Kind, type Program, tagOf, type Values } from "./declared.ts";

export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Values;
  readonly options: Values;
}

export interface Surroundings {
  readonly marker: string;
  readonly host: "plugin" | "dynamic";
  readonly watched: boolean;
  /** The settings of the other server, for a provider of the program's own, and its name in the configuration. */
  readonly other: Values;
  readonly connection: string;
  /** The configuration of the stack. */
  readonly config: Readonly<Record<string, string>>;
}

interface Fields {
  readonly properties: readonly string[];
  readonly secrets: readonly string[];
  readonly filled: Readonly<Record<string, string>>;
  readonly outputs: readonly string[];
  readonly module: string;
}

const fields = (): Readonly<Record<Kind, Fields>> => JSON.parse(readFileSync("dist/sdk/fields.json", "utf8"));

export const watcher = "watch";

/** All resources of a program, with one that reads every output of the others. `text` is what a dynamic provider is. */
export function registrations(
  { marker, host, watched, other, connection }: Surroundings,
  program: Program,
  text: (module: string) => string,
): Registered[] {
  const known = fields();
  const token = (type: Kind, on = host) =>
    on === "plugin" ? `hydra:index:${type}` : `pulumi-nodejs:dynamic/hydra:${type}`;
  const register = (type: Kind, name: string, inputs: Values, options: Values): Registered => {
    const { secrets, filled, module } = known[type];
    const sealed = Object.entries(inputs).map(([key, value]) => [
      key,
      secrets.includes(key) ? { $secret: value } : value,
    ]);
    const provider = host === "dynamic" ? { __provider: text(module) } : {};
    // The plugin says itself which outputs are secret.
    const marked = host === "plugin" ? [] : secrets.filter((name) => !filled[name] || inputs[filled[name]]);
    const aliasTypes = [token(type, host === "plugin" ? "dynamic" : "plugin")];
    return {
      type: token(type),
      name,
      inputs: { ...Object.fromEntries(sealed), ...provider },
      options: { ...options, secrets: marked, aliasTypes },
    };
  };
  const byProvider = host === "plugin" && program.some(({ options }) => options.provider);
  const registered = program.map((one): Registered => {
    const { provider, ...options } = one.options;
    const inputs = argsOf(marker, one);
    if (inputs.connection !== undefined || (provider && host === "dynamic")) inputs.connection = connection;
    const client = program.find(({ uid }) => uid === one.of);
    if (one.type === "ClientLifespans" && client) {
      const fixed = client.args.clientId;
      // A client's id is its client id, which a preview knows where outputs are not known yet.
      const output = { $ref: [client.name, fixed === undefined ? "id" : "clientId"] };
      inputs.clientId = one.literal ? clientIdOf(marker, fixed) : output;
    }
    return register(one.type, one.name, inputs, {
      ...options,
      ...(provider && host === "plugin" ? { provider: "other" } : {}),
    });
  });
  const own = byProvider ? [{ type: "pulumi:providers:hydra", name: "other", inputs: other, options: {} }] : [];
  const seen = program.map(({ type, name }) => {
    const { properties: keys, filled, outputs } = known[type];
    return { name, keys, filled, outputs };
  });
  const inputs = { owner: marker, policyUri: tagOf(marker, watcher), metadata: { seen: { $seen: seen } } };
  return [...own, ...registered, ...(watched ? [register("OAuth2Client", watcher, inputs, {})] : [])];
}
