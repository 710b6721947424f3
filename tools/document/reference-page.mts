// Knows the reference: one page for each resource and function of the package schema, in the layout of the Pulumi Registry.
import { withoutExample } from "../../provider/describe/doc-example.ts";
import { withoutReferences } from "../../provider/describe/doc-reference.ts";
import { kebabCase } from "../kebab-case.mts";
import type { SdkDoc } from "./manual.mts";
import { code, table } from "./markdown-table.mts";

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

/** Every resource and function, with the first sentence about it and a link to its page. */
export function referenceTable({ resources, functions }: PackageSchema): string {
  const row =
    (folder: string) =>
    ([token, { description }]: [string, { readonly description: string }]) => {
      const [first = ""] = withoutReferences(description).split("\n");
      const [sentence = first] = /^.*?[.](?= |$)/.exec(first) ?? [];
      return [`[\`${nameOf(token)}\`](${folder}/${kebabCase(nameOf(token))}.md)`, sentence];
    };
  const rows = [...Object.entries(resources).map(row("resources")), ...Object.entries(functions).map(row("functions"))];
  return table(["Resource or function", "What it is"], rows);
}

function resourcePage(schema: PackageSchema, token: string, spec: ResourceSpec, { example, get }: SdkDoc): string {
  const name = nameOf(token);
  const added = Object.entries(spec.properties).filter(([property]) => !(property in spec.inputProperties));
  const inputs = { properties: spec.inputProperties, required: spec.requiredInputs };
  return page(
    name,
    withoutExample(withoutReferences(spec.description)),
    `The Pulumi type token is ${code(token)} on [the plugin](../hosts.md#the-plugin), and ${code(`pulumi-nodejs:dynamic/hydra:${name}`)} on dynamic resources.`,
    section("Example", program(example)),
    section("Inputs", inputTable(inputs)),
    nestedSections(schema, spec.inputProperties),
    section(
      "Outputs",
      "Every input is an output too. Besides:\n",
      table(
        ["Name", "Type", "Description"],
        [["`id`", "string", "The resource's id in Pulumi's state."], ...outputRows(added)],
      ),
    ),
    get === undefined ? "" : existing(token, get, Object.keys(spec.listInputs.properties)),
  );
}

/** How a program refers to what it did not make; a class without `get` is of nothing that stays. */
function existing(token: string, get: string, filters: readonly string[]): string {
  // An example shows what `get` takes where that is no id of Hydra's own making.
  const id = /such as `([^`]+)`/.exec(get)?.[1] ?? "bdeb4bf3-3f36-45c9-98fc-62b94d66d889";
  return section(
    "Existing objects",
    `\`get\` ${get.charAt(0).toLowerCase()}${get.slice(1)}\n`,
    program(
      [
        `import * as hydra from "pulumi-hydra";`,
        "",
        `export const found = hydra.${nameOf(token)}.get("found", "${id}");`,
      ].join("\n"),
    ),
    "To manage it with Pulumi, import it with the same id. This needs the plugin:\n",
    `\`\`\`sh\npulumi import ${token} found ${id}\n\`\`\`\n`,
    `[\`pulumi do … list\`](../hosts.md#the-plugin) lists existing objects, with these filters: ${filters.map(code).join(", ")}.\n`,
  );
}

function functionPage(schema: PackageSchema, token: string, spec: FunctionSpec, { example }: SdkDoc): string {
  return page(
    nameOf(token),
    withoutExample(spec.description),
    `The Pulumi type token is ${code(token)}. Functions need [the plugin](../hosts.md#the-plugin).`,
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
        ? "replaces if the server is another one"
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
  return withoutReferences(description) + (secret ? " Secret." : "");
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
