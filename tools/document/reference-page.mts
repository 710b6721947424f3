// Knows the reference: one page for each resource and function of the package schema, in the layout of the Pulumi Registry.
import { kebabCase } from "../kebab-case.mts";
import { code, table } from "./markdown-table.mts";
import type { SdkDoc } from "./sdk-docs.mts";

interface Property {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: Property;
  readonly description: string;
  readonly secret?: boolean;
  readonly willReplaceOnChanges?: boolean;
}

type Properties = Readonly<Record<string, Property>>;

interface Shape {
  readonly properties: Properties;
  readonly required?: readonly string[];
}

interface ResourceSpec extends Shape {
  readonly description: string;
  readonly inputProperties: Properties;
  readonly requiredInputs: readonly string[];
  readonly listInputs: Shape;
}

interface FunctionSpec {
  readonly description: string;
  readonly inputs: Shape;
  readonly outputs: Shape;
}

/** What the pages need of the package schema. */
export interface PackageSchema {
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly functions: Readonly<Record<string, FunctionSpec>>;
  readonly types: Readonly<Record<string, Shape & { readonly description: string }>>;
}

const notice = "<!-- Written by `npm run docs` from the package schema and the doc comments. -->\n";

/** Every page by its path in the repository. */
export function referencePages(schema: PackageSchema, docs: ReadonlyMap<string, SdkDoc>): ReadonlyMap<string, string> {
  const docOf = (name: string): SdkDoc => {
    const found = docs.get(name);
    if (!found) throw new Error(`${name} has no @example in sdk/`);
    return found;
  };
  const resources = Object.entries(schema.resources).map(([token, spec]): [string, string] => {
    const name = nameOf(token);
    return [`docs/resources/${kebabCase(name)}.md`, resourcePage(schema, token, spec, docOf(name))];
  });
  const functions = Object.entries(schema.functions).map(([token, spec]): [string, string] => {
    const name = nameOf(token);
    return [`docs/functions/${kebabCase(name)}.md`, functionPage(schema, token, spec, docOf(name))];
  });
  return new Map([...resources, ...functions]);
}

function resourcePage(schema: PackageSchema, token: string, spec: ResourceSpec, { example, get }: SdkDoc): string {
  const name = nameOf(token);
  const added = Object.entries(spec.properties).filter(([property]) => !(property in spec.inputProperties));
  const inputs = { properties: spec.inputProperties, required: spec.requiredInputs };
  const filters = Object.keys(spec.listInputs.properties).map(code).join(", ");
  return page(
    name,
    spec.description,
    `The token is ${code(token)}; in a dynamic program it is ${code(`pulumi-nodejs:dynamic/hydra:${name}`)}.`,
    section("Example", program(example)),
    section("Inputs", inputTable(inputs)),
    nestedSections(schema, spec.inputProperties),
    section(
      "Outputs",
      "Every input is an output too. Besides:\n",
      table(
        ["Name", "Type", "Description"],
        [["`id`", "string", "The id by which Pulumi knows it."], ...outputRows(added)],
      ),
    ),
    section(
      "What exists already",
      `${get ?? ""}\n`,
      program(
        [
          `import * as hydra from "pulumi-hydra";`,
          "",
          `export const found = hydra.${name}.get("found", "bdeb4bf3-3f36-45c9-98fc-62b94d66d889");`,
        ].join("\n"),
      ),
      "On the plugin it is taken over with the same id:\n",
      `\`\`\`sh\npulumi import ${token} found bdeb4bf3-3f36-45c9-98fc-62b94d66d889\n\`\`\`\n`,
      `Lists can be narrowed by ${filters}.\n`,
    ),
  );
}

function functionPage(schema: PackageSchema, token: string, spec: FunctionSpec, { example }: SdkDoc): string {
  return page(
    nameOf(token),
    spec.description,
    `The token is ${code(token)}. Functions need the plugin.`,
    section("Example", program(example)),
    section("Arguments", table(["Name", "Type", "Description"], rowsOf(spec.inputs))),
    section("Result", table(["Name", "Type", "Description"], outputRows(Object.entries(spec.outputs.properties)))),
    nestedSections(schema, spec.outputs.properties),
  );
}

function page(title: string, ...parts: readonly string[]): string {
  return [notice, `# ${title}\n`, ...parts.filter((part) => part !== "").map((part) => `${part.trimEnd()}\n`)].join(
    "\n",
  );
}

function section(title: string, ...parts: readonly string[]): string {
  return [`## ${title}\n`, ...parts].join("\n");
}

function program(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\`\n`;
}

/** A table for each object among the properties. */
function nestedSections(schema: PackageSchema, properties: Properties): string {
  const names = [...new Set(Object.values(properties).map(referenceIn))].filter((name) => name !== undefined);
  return names
    .map((name) => {
      const shape = schema.types[`hydra:index:${name}`];
      if (!shape) throw new Error(`the schema has no type ${name}`);
      return `### ${name}\n\n${table(["Name", "Type", "Description"], rowsOf(shape))}`;
    })
    .join("\n");
}

function inputTable({ properties, required = [] }: Shape): string {
  const rows = Object.entries(properties).map(([name, property]) => [
    ...cellsOf(name, property, required.includes(name)).slice(0, 2),
    property.willReplaceOnChanges
      ? "replaces"
      : name === "connection"
        ? "replaces where the server is another"
        : "in place",
    descriptionOf(property),
  ]);
  return table(["Name", "Type", "A change", "Description"], rows);
}

function rowsOf({ properties, required = [] }: Shape): string[][] {
  return Object.entries(properties).map(([name, property]) => cellsOf(name, property, required.includes(name)));
}

function outputRows(properties: readonly (readonly [string, Property])[]): string[][] {
  return properties.map(([name, property]) => cellsOf(name, property, false));
}

function cellsOf(name: string, property: Property, required: boolean): string[] {
  return [code(name) + (required ? " (required)" : ""), typeOf(property), descriptionOf(property)];
}

function descriptionOf({ description, secret }: Property): string {
  return description + (secret ? " Secret." : "");
}

function typeOf(property: Property): string {
  const name = referenceIn(property);
  if (property.items) return `list of ${typeOf(property.items)}`;
  if (name !== undefined) return `[${name}](#${name.toLowerCase()})`;
  return property.type ?? "any JSON";
}

/** The name of the type of its own that a property has, or the items of a list. */
function referenceIn({ $ref, items }: Property): string | undefined {
  return $ref === undefined ? items && referenceIn(items) : /^#\/types\/hydra:index:(\w+)$/.exec($ref)?.[1];
}

function nameOf(token: string): string {
  return token.split(":").at(-1) ?? token;
}
