// Writes what the compiled package derives from the resource definitions. Part of the build.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type * as schema from "../provider/host/schema.ts";
import type * as mapping from "../provider/host/terraform-mapping.ts";
import type * as registry from "../provider/registry.ts";
import type * as setting from "../provider/setting.ts";
import { builtDefinitions, describe, fieldDocs } from "./document/field-docs.mts";
import { kebabCase } from "./kebab-case.mts";

const built = (name: string) => import(new URL(`../dist/provider/${name}.js`, import.meta.url).href);
const { resources } = (await built("registry")) as typeof registry;
const { packageSchema } = (await built("host/schema")) as typeof schema;
const { terraformMapping } = (await built("host/terraform-mapping")) as typeof mapping;
const { configurationSchema, secretKeys } = (await built("setting")) as typeof setting;

const fields = Object.fromEntries(
  resources.map(({ type, inputs, outputs, fields: rules }) => {
    const properties = [...Object.keys(inputs.shape), ...Object.keys(outputs.shape)];
    const secrets = properties.filter((name) => rules[name]?.secret);
    return [type, { properties, secrets, module: kebabCase(type) }];
  }),
);

const configuration = { properties: Object.keys(configurationSchema.shape), secrets: secretKeys, module: "" };

writeFileSync(new URL("../dist/sdk/fields.json", import.meta.url), JSON.stringify({ ...fields, configuration }));

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const documentation = describe(fieldDocs(await builtDefinitions()));
writeFileSync(
  new URL("../dist/schema.json", import.meta.url),
  `${JSON.stringify(packageSchema(version, documentation), null, 2)}\n`,
);

// `pulumi convert --mappings` takes the file's name for the provider's.
mkdirSync(new URL("../dist/terraform", import.meta.url), { recursive: true });
writeFileSync(
  new URL("../dist/terraform/hydra.json", import.meta.url),
  `${JSON.stringify(terraformMapping("hydra", version), null, 2)}\n`,
);
