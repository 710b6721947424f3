// Knows what an editor shows of the packed package: the documentation and the type of every field, on both import paths.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, inject, it } from "vitest";
import { withoutReferences } from "../../provider/describe/doc-reference.ts";
import { resources } from "../../provider/registry.ts";
import { kebabCase } from "../../tools/kebab-case.mts";

const { folder } = inject("installation");
const file = join(folder, "editor.ts");

interface Property {
  description: string;
  secret?: boolean;
  willReplaceOnChanges?: boolean;
}
interface Shape {
  properties?: Record<string, Property>;
}
interface Schema {
  config: { variables: Required<Shape>["properties"] };
  resources: Record<string, Shape & { inputProperties: Required<Shape>["properties"] }>;
  functions: Record<string, { inputs: Shape; outputs: Shape }>;
  types: Record<string, Shape>;
}

const schema = JSON.parse(readFileSync(join(folder, "node_modules/pulumi-hydra/dist/schema.json"), "utf8")) as Schema;
const named = (token: string) => token.split(":").at(-1) ?? "";
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The fields that the types must have, each with its documentation: `OAuth2ClientArgs.clientName`. */
function described(): Map<string, string> {
  const fields = new Map<string, string>();
  const add = (type: string, properties: Shape["properties"] = {}) => {
    for (const [name, { description, secret, willReplaceOnChanges }] of Object.entries(properties)) {
      const doc = withoutReferences(description);
      const change = willReplaceOnChanges && !doc.includes("replaces") ? " Changing it replaces the resource." : "";
      fields.set(`${type}.${name}`, `${doc}${change}${secret ? " Secret." : ""}`);
    }
  };
  for (const [token, { inputProperties, properties }] of Object.entries(schema.resources)) {
    add(`${named(token)}Args`, inputProperties);
    add(named(token), properties);
  }
  for (const [token, { inputs, outputs }] of Object.entries(schema.functions)) {
    for (const form of ["Args", "OutputArgs"]) add(capital(named(token)) + form, inputs.properties);
    add(`${capital(named(token))}Result`, outputs.properties);
  }
  // The settings of a server are only ever given.
  const isGiven = (name: string) => name === "Server";
  for (const [token, { properties }] of Object.entries(schema.types)) {
    const name = capital(named(token));
    add(isGiven(name) ? `${name}Args` : name, properties);
  }
  add("ProviderArgs", schema.config.variables);
  return fields;
}

/** An editor with one file in it. */
function editor(text: () => string): ts.LanguageService {
  const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true, types: [] };
  return ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => String(text().length),
    getScriptSnapshot: (name) => {
      const content = name === file ? text() : ts.sys.readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
  });
}

describe.each(["pulumi-hydra", "pulumi-hydra/plugin"])("an editor over %s", (path) => {
  const fields = [...described()];
  const line = (field: string) => {
    const [type, name] = field.split(".");
    return `export type _${type}_${name} = hydra.${type}["${name}"];`;
  };
  const head = `import * as hydra from "${path}";\n`;
  const text = head + fields.map(([field]) => line(field)).join("\n");
  const service = editor(() => text);

  it("shows the documentation of every field, and a type without riddles", () => {
    expect(fields.length).toBeGreaterThan(250);
    const wrong = fields.flatMap(([field, description]) => {
      const place = text.indexOf(line(field)) + line(field).length - 3;
      const info = service.getQuickInfoAtPosition(file, place);
      const shown = ts.displayPartsToString(info?.displayParts);
      const doc = ts.displayPartsToString(info?.documentation);
      const isPlain = /^\(property\) \S+\??: [\w\s.,<>|[\]{}:;"]+$/.test(shown) && !/ in |keyof|infer/.test(shown);
      return isPlain && doc === description ? [] : [`${field}: ${shown} ${doc}`];
    });
    expect(wrong).toEqual([]);
  });

  it("shows an argument as an Input and an output as an Output", () => {
    const shown = (field: string) => {
      const place = text.indexOf(line(field)) + line(field).length - 3;
      return ts.displayPartsToString(service.getQuickInfoAtPosition(file, place)?.displayParts);
    };
    expect(shown("TrustedJwtIssuerArgs.issuer")).toBe("(property) TrustedJwtIssuerArgs.issuer: Input<string>");
    expect(shown("OAuth2ClientArgs.clientName")).toBe(
      "(property) OAuth2ClientArgs.clientName?: Input<string | undefined>",
    );
    expect(shown("OAuth2Client.clientId")).toBe("(property) OAuth2ClientOutputs.clientId: Output<string>");
  });

  it("completes the values that are known, in a list too", () => {
    const offers = (argument: string) => {
      const program = `${head}new hydra.OAuth2Client("web", { ${argument}`;
      const completions = editor(() => program).getCompletionsAtPosition(file, program.length, undefined);
      return completions?.entries.map(({ name }) => name);
    };
    expect(offers('tokenEndpointAuthMethod: "')).toEqual(expect.arrayContaining(["none", "private_key_jwt"]));
    expect(offers('accessTokenStrategy: "')).toEqual(expect.arrayContaining(["jwt", "opaque"]));
    expect(offers('grantTypes: ["')).toEqual(expect.arrayContaining(["client_credentials", "refresh_token"]));
    expect(offers('responseTypes: ["')).toEqual(expect.arrayContaining(["code", "code id_token"]));
    expect(offers('subjectType: "')).toEqual(expect.arrayContaining(["public", "pairwise"]));
    expect(offers('tokenEndpointAuthSigningAlg: "')).toEqual(expect.arrayContaining(["RS256", "ES512"]));
    expect(offers('requestObjectSigningAlg: "')).toEqual(expect.arrayContaining(["RS256", "ES512"]));
    expect(offers('userinfoSignedResponseAlg: "')).toEqual(expect.arrayContaining(["none", "RS256"]));
    expect(offers('clientName: "') ?? []).not.toContain("none");
  });

  it("finds no error in the declarations, and no other file of the package", () => {
    const program = service.getProgram();
    const own = program?.getSourceFiles().filter(({ fileName }) => fileName.includes("/pulumi-hydra/")) ?? [];
    expect(
      own.flatMap((source) => program?.getSemanticDiagnostics(source).map(({ messageText }) => messageText)),
    ).toEqual([]);
    const names = own.map(({ fileName }) => fileName.split("/pulumi-hydra/")[1]);
    const classes = ["index", "plugin", "function", "types", ...resources.map(({ type }) => kebabCase(type))];
    expect(classes.map((name) => `dist/sdk/${name}.d.ts`)).toEqual(expect.arrayContaining(names));
  });
});
