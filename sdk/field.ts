// What classes need to know of the fields, written by the build from the definitions, so that programs need not load these.

export interface Fields {
  /** Inputs and outputs. */
  readonly properties: readonly string[];
  /** What only the server sets. */
  readonly outputs: readonly string[];
  readonly secrets: readonly string[];
  /** What holds public keys. */
  readonly publicKeys: readonly string[];
  /** The input that is the object's id; an empty text where there is none. */
  readonly identifies: string;
  /** What has a value that the program does not give; each with the input that asks for it, or with an empty text. */
  readonly filled: Readonly<Record<string, string>>;
  /** The name of the dynamic provider's module. */
  readonly module: string;
}

const fields = require("./fields.json") as Record<string, Fields>;

/** Of a resource by its type, or of the `configuration`. */
export function fieldsOf(type: string): Fields {
  const found = fields[type];
  if (!found) throw new Error(`defect: ${type} is not a resource of pulumi-hydra; please report it`);
  return found;
}
