// Writes what derives from the definitions: the types of the SDK, and what the package has beside compiled code. The build begins with it.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as setting from "../provider/configuration/setting.ts";
import { packageSchema } from "../provider/describe/schema.ts";
import { terraformMapping } from "../provider/describe/terraform-mapping.ts";
import { resources } from "../provider/registry.ts";
import { examples } from "./document/example.mts";
import { documentation } from "./document/manual.mts";
import { sdkTypes } from "./document/sdk-types.mts";
import { kebabCase } from "./kebab-case.mts";
import { type About, publicationOf } from "./release/publication.mts";

const fields = Object.fromEntries(
  resources.map(({ type, inputs, outputs, fields: rules }) => {
    const added = Object.keys(outputs.shape);
    const properties = [...Object.keys(inputs.shape), ...added];
    const secrets = properties.filter((name) => rules[name]?.secret);
    const publicKeys = properties.filter((name) => rules[name]?.publicKeys);
    const identifies = properties.find((name) => rules[name]?.identifies) ?? "";
    const filled = properties.flatMap((name) => {
      const { choose, serverDefault, keptWhenUnset, onlyWith = "" } = rules[name] ?? {};
      const isFilled = choose || serverDefault !== undefined || keptWhenUnset || added.includes(name);
      return isFilled ? [[name, onlyWith]] : [];
    });
    const module = kebabCase(type);
    return [
      type,
      { properties, outputs: added, secrets, publicKeys, identifies, filled: Object.fromEntries(filled), module },
    ];
  }),
);

const configuration = {
  properties: Object.keys(setting.configurationSchema.shape),
  outputs: [],
  secrets: setting.secretKeys,
  publicKeys: [],
  identifies: "",
  filled: {},
  module: "",
};

const about = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as About;
const manual = documentation();

write("sdk/types.ts", sdkTypes(manual));
write("dist/sdk/fields.json", JSON.stringify({ ...fields, configuration }));
const publication = publicationOf(about);
const schema = packageSchema({ version: about.version, publication }, manual, examples(publication?.goModule));
write("dist/schema.json", `${JSON.stringify(schema, null, 2)}\n`);
// `pulumi convert --mappings` takes the file's name for the provider's.
write("dist/terraform/hydra.json", `${JSON.stringify(terraformMapping("hydra", about.version), null, 2)}\n`);

function write(path: string, text: string): void {
  const place = new URL(`../${path}`, import.meta.url);
  mkdirSync(new URL(".", place), { recursive: true });
  writeFileSync(place, text);
}
