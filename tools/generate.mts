// Writes what the compiled package derives from the resource definitions. Part of the build.

import { writeFileSync } from "node:fs";
import type * as registry from "../provider/registry.ts";

const { resources } = (await import(new URL("../dist/provider/registry.js", import.meta.url).href)) as typeof registry;

const fields = Object.fromEntries(
  resources.map(({ type, inputs, outputs, fields: rules }) => {
    const properties = [...Object.keys(inputs.shape), ...Object.keys(outputs.shape)];
    const secrets = properties.filter((name) => rules[name]?.secret);
    return [type, { properties, secrets, module: kebabCase(type) }];
  }),
);

writeFileSync(new URL("../dist/sdk/fields.json", import.meta.url), JSON.stringify(fields));

/** `OAuth2Client` → `oauth2-client`, as the files are named. */
function kebabCase(type: string): string {
  return type
    .replace("OAuth2", "Oauth2")
    .replace(/(?!^)[A-Z]/g, "-$&")
    .toLowerCase();
}
