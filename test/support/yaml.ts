// Knows how YAML is read: by js-yaml, which comes without types.
import { createRequire } from "node:module";

const { loadAll } = createRequire(__filename)("js-yaml") as { loadAll(text: string): unknown[] };

/** The documents in a text. Throws where it is no YAML. */
export function readYaml(text: string): unknown[] {
  return loadAll(text);
}
