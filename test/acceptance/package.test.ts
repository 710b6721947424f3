// Knows what the packed package holds, which programs can use it, what its types allow, and what it leaves in the state.
import { globSync, statSync } from "node:fs";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, matchesGlob, normalize, resolve } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { resources } from "../../provider/registry.ts";
import { run } from "../../tools/child.mts";
import { kebabCase } from "../../tools/kebab-case.mts";
import { hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { documents, linksIn } from "../support/markdown.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { errorsOf, recorded } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const repository = resolve(__dirname, "../..");
const installation = inject("installation");
const config = { "hydra:adminUrl": hydra.adminUrl };

interface Positioned {
  urn: string;
  sourcePosition?: string;
}

const trust = { issuer: "idp", subject: "alice", jwk: generateKey().publicJwk, expiresAt: "2099-01-31T00:00:00Z" };
const body = `
const web = new hydra.OAuth2Client("web", { clientName: pulumi.output("Web") });
new hydra.ClientLifespans("web", { clientId: web.clientId, implicitGrantIdTokenLifespan: "1h" });
new hydra.TrustedJwtIssuer("idp", ${json(trust)});
`;
const created = {
  "OAuth2Client web": "create",
  "ClientLifespans web": "create",
  "TrustedJwtIssuer idp": "create",
};

describe("the package", () => {
  it("holds the classes, what runs in processes of its own, the rules, their types, the documentation, the examples and six papers, and nothing else", async () => {
    const env = { ...process.env, PATH: installation.path };
    const listed = await run("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], { cwd: repository, env });
    const [{ files }] = JSON.parse(listed.stdout) as [{ files: { path: string }[] }];
    const sources = await sourcesIn("sdk");
    const internal = ["sdk/field", "sdk/output", "sdk/resource"];
    const typed = sources.filter((name) => !internal.includes(name));
    const classes = [...sources.map((name) => `dist/${name}.js`), ...typed.map((name) => `dist/${name}.d.ts`)];
    const dynamic = resources.map(({ type }) => `dynamic/${kebabCase(type)}.js`);
    const entries = ["node_modules/plugin.js", "cli.js", ...dynamic, "LICENSES"];
    // The bundler names its chunks after what happens to be first in them.
    const chunks = (await readdir("dist/node_modules/chunk")).map((name) => `node_modules/chunk/${name}`);
    const generated = ["schema.json", "sdk/fields.json", "terraform/hydra.json"];
    const rules = (await sourcesIn("provider/audit")).map((name) => `${name}.js`);
    const judging = ["hydra/duration", "hydra/jwk", "lifecycle/failure"].map((name) => `provider/${name}.js`);
    const built = [...entries, ...chunks, ...generated, ...rules, ...judging].map((name) => `dist/${name}`);
    const papers = [
      ...["package.json", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "DESIGN.md", "SECURITY.md"],
      ...["docs/benchmark.svg", "docs/demo.svg", "docs/logo.png", "docs/logo.svg"],
    ];
    const plugin = ["PulumiPlugin.yaml", "pulumi-resource-hydra", "pulumi-resource-hydra.cmd", "pulumi-hydra"];
    const pages = documents.filter((name) => name.startsWith("docs/"));
    const expected = [...classes, ...built, ...papers, ...pages, ...examples(), ...plugin].sort();
    const paths = files.map(({ path }) => path);
    expect(paths.sort()).toEqual(expected);
    const packed = paths.filter((path) => path.endsWith(".md"));
    const targets = packed.flatMap((page) => linksIn(page).map((target) => [page, target.replace(/#.*/, "")] as const));
    const outside = targets.filter(
      ([page, target]) => target && !paths.includes(normalize(join(dirname(page), target))),
    );
    expect(outside).toEqual([]);

    const { exports, main, ...manifest } = JSON.parse(await readFile(join(repository, "package.json"), "utf8")) as {
      exports: Record<string, string>;
      main: string;
      types: string;
      scripts: object;
      typesVersions: { "*": Record<"plugin" | "policy", string[]> };
    };
    expect(manifest).not.toHaveProperty("dependencies");
    // npm asks before it runs these: `prepare` too, where the package is a file.
    const asked = /^((pre|post)?install|prepare)$/;
    expect(Object.keys(manifest.scripts).filter((name) => asked.test(name))).toEqual([]);
    const typings = Object.values(manifest.typesVersions["*"]).flat();
    const named = [main, manifest.types, ...typings, ...Object.values(exports)].map((path) =>
      path.replace(/^\.\//, ""),
    );
    expect(named.filter((path) => !files.some((file) => matchesGlob(file.path, path)))).toEqual([]);
  });

  it("names every library that is joined into it, with its license", async () => {
    const dist = join(repository, "dist");
    const entries = await readdir(dist, { recursive: true });
    const bundled = entries.filter((name) => /^(cli|(dynamic|node_modules)\/.*)\.js$/.test(name));
    const texts = await Promise.all(bundled.map((name) => readFile(join(dist, name), "utf8")));
    const libraries = texts.flatMap((text) => [...text.matchAll(/^\/\/ node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm)]);
    const names = [...new Set(libraries.map(([, name]) => name))].sort();
    expect(names).toEqual(expect.arrayContaining(["@grpc/grpc-js", "google-protobuf", "undici", "zod"]));
    const licenses = await readFile(join(dist, "LICENSES"), "utf8");
    expect(names.filter((name) => !new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(.*\\)$`, "m").test(licenses))).toEqual(
      [],
    );
    // google-protobuf states its terms in two files.
    expect(licenses).toContain("Copyright (c) 2022, Google Inc.");
  });

  it("prints the port of its plugin before it loads what works on resources, and no HTTP client before a request", async () => {
    const started = await loadedWith("plugin.js");
    expect(started).toContain("chunk/protocol.js");
    expect(started).not.toContain("chunk/provider.js");
    expect(await loadedWith("chunk/plugin.js")).toContain("chunk/provider.js");
    expect(await loadedWith("chunk/plugin.js")).not.toContain("chunk/undici.js");
  });

  it("works in a CommonJS program", async () => {
    await using stack = await workspace({ files: program(body), config });
    const preview = await stack.preview();
    expect([preview.operations, errorsOf(preview)]).toEqual([created, []]);
  });

  it("works in an ECMAScript module, by name and as a whole", async () => {
    await using stack = await workspace({
      files: {
        "package.json": json({ name: "program", type: "module" }),
        "index.js": `import * as pulumi from "@pulumi/pulumi";
          import * as hydra from "pulumi-hydra";
          import { OAuth2Client } from "pulumi-hydra";
          export const same = OAuth2Client === hydra.OAuth2Client;
          if (!same) throw new Error("two classes of one name");
          ${body}`,
      },
      config,
    });
    const preview = await stack.preview();
    expect([preview.operations, errorsOf(preview)]).toEqual([created, []]);
  });

  it("works in a TypeScript program, compiled by Pulumi", async () => {
    await using stack = await workspace({
      files: {
        "index.ts": `import * as pulumi from "@pulumi/pulumi";
          import * as hydra from "pulumi-hydra";
          const name: pulumi.Output<string> = pulumi.output("never");
          export const unused: hydra.OAuth2ClientArgs = { clientName: name };
          ${body}`,
      },
      config,
    });
    const preview = await stack.preview();
    expect([preview.operations, errorsOf(preview)]).toEqual([created, []]);
  });

  it("leaves the same short text of its provider with all resources of a kind, and nothing of the configuration in it", async () => {
    const token = "an-access-token";
    await using stack = await workspace({
      files: program(
        "for (const name of ['a', 'b']) {",
        "  const { clientId } = new hydra.OAuth2Client(name, { clientName: name, clientSecret: 'a secret of ' + name });",
        "  new hydra.ClientLifespans(name, { clientId, implicitGrantIdTokenLifespan: '1h' });",
        "  new hydra.Revocation(name, { clientId, triggers: name });",
        "  new hydra.JsonWebKey(name, { set: name + Date.now(), alg: 'EdDSA' });",
        `  new hydra.TrustedJwtIssuer(name, { ...${json(trust)}, issuer: name + Date.now() });`,
        "}",
      ),
      config: { ...config, "hydra:accessToken": { secret: token } },
    });
    expect(errorsOf(await stack.up())).toEqual([]);
    const texts = Object.entries(await recorded(stack)).map(([name, { inputs, outputs }]) => {
      expect([name, inputs.__provider]).toEqual([name, outputs.__provider]);
      return String(inputs.__provider);
    });
    const modules = resources.map(({ type }) => kebabCase(type)).sort();
    expect(texts).toHaveLength(2 * modules.length);
    expect([...new Set(texts)].sort()).toEqual(
      modules.map((module) => `exports.handler = () => require("pulumi-hydra/dynamic/${module}")`),
    );
    for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(512);
  });

  it.each([
    ["dynamic resources", program],
    ["the plugin", pluginProgram],
  ])("tells Pulumi the line of the program that each resource stands in, on %s", async (host, write) => {
    const args = json({ ...trust, issuer: `positions of ${host}` });
    const files = write('new hydra.OAuth2Client("web");', `new hydra.TrustedJwtIssuer("idp", ${args});`);
    const path = [join(installation.folder, "node_modules/pulumi-hydra")];
    await using stack = await workspace({ files, config, path });
    expect(errorsOf(await stack.up())).toEqual([]);
    const lines = (files["index.js"] ?? "").split("\n");
    const lineOf = (text: string) => lines.findIndex((line) => line.includes(text)) + 1;
    const { deployment } = JSON.parse(await stack.exportStack()) as { deployment: { resources: Positioned[] } };
    const places = deployment.resources.map(({ urn, sourcePosition = "" }) => [urn.split("::").at(-1), sourcePosition]);
    expect(Object.fromEntries(places)).toMatchObject({
      web: expect.stringContaining(`project:///index.js#${lineOf('"web"')},`),
      idp: expect.stringContaining(`project:///index.js#${lineOf('"idp"')},`),
    });
  });

  it.each([true, false])(
    "has types that take outputs at every depth and nothing else, exactOptionalPropertyTypes: %s",
    async (exact) => {
      const marked = wrongTypes.split("\n").flatMap((line, index) => (line.includes("// wrong") ? [index + 1] : []));
      const onPlugin = rightTypes.replaceAll('"pulumi-hydra"', '"pulumi-hydra/plugin"');
      const right = { "right.ts": rightTypes, "plugin.ts": onPlugin, "policy.ts": rightPolicies };
      const found = await errors({ ...right, "wrong.ts": wrongTypes }, exact);
      // Pulumi's own types for policies need skipLibCheck.
      expect(found.filter((place) => !place.startsWith("../node_modules/@pulumi/policy/"))).toEqual(
        marked.map((line) => `wrong.ts ${line}`),
      );
    },
  );
});

const rightTypes = `
import * as pulumi from "@pulumi/pulumi";
import { ClientLifespans, type ClientLifespansArgs, OAuth2Client, type OAuth2ClientArgs, TrustedJwtIssuer, type TrustedJwtIssuerArgs } from "pulumi-hydra";

const text = pulumi.output("text");
const maybe: string | undefined = process.env.MAYBE;
const numbers = pulumi.output([1, 2]);

const web = new OAuth2Client("web", {
  clientName: text,
  clientSecret: pulumi.secret("a secret"),
  clientUri: maybe,
  owner: pulumi.output(maybe),
  tosUri: undefined,
  contacts: [text, "ops@web.example", Promise.resolve("a@web.example")],
  redirectUris: pulumi.output(["https://web.example"]),
  postLogoutRedirectUris: pulumi.output([text]),
  skipConsent: pulumi.output(true),
  metadata: { team: text, nested: { list: [text, 1, null, { deep: numbers }] }, whole: pulumi.output({ a: 1 }) },
  jwks: { keys: [{ kty: "RSA", n: text, e: "AQAB" }, pulumi.output({ kty: "OKP", crv: "Ed25519", x: "x" })] },
}, { protect: true, dependsOn: [] });
new OAuth2Client("none");
new OAuth2Client("whole", { metadata: pulumi.output({ team: "a" }), jwks: pulumi.output({ keys: [{ kty: "RSA" }] }) });
new OAuth2Client("json", { metadata: [1, "two", text] });

const lifespans = new ClientLifespans("web", { clientId: web.clientId, implicitGrantIdTokenLifespan: text });
const trust = new TrustedJwtIssuer("idp", {
  issuer: text,
  subject: web.clientId,
  scope: ["read", text],
  jwk: { kty: "RSA", kid: text, n: "n", e: "AQAB" },
  expiresAt: text,
});
new TrustedJwtIssuer("whole", { issuer: "idp", allowAnySubject: true, jwk: pulumi.output({ kty: "RSA" }), expiresAt: "2099-01-31T00:00:00Z" });

export const clientId: pulumi.Output<string> = web.clientId;
export const scope: pulumi.Output<string> = web.scope;
export const clientName: pulumi.Output<string | undefined> = web.clientName;
export const clientSecret: pulumi.Output<string | undefined> = web.clientSecret;
export const redirectUris: pulumi.Output<string[] | undefined> = web.redirectUris;
export const token: pulumi.Output<string | undefined> = web.registrationAccessToken;
export const lifespan: pulumi.Output<string | undefined> = lifespans.implicitGrantIdTokenLifespan;
export const issuer: pulumi.Output<string> = trust.issuer;
export const kid = trust.jwk.apply((jwk) => jwk?.kid);
export const found: OAuth2Client = OAuth2Client.get("found", web.id);
export const both: [ClientLifespans, TrustedJwtIssuer] = [ClientLifespans.get("l", "id"), TrustedJwtIssuer.get("t", text)];
export const args: [OAuth2ClientArgs, ClientLifespansArgs, TrustedJwtIssuerArgs] = [
  { clientName: text },
  { clientId: text },
  { issuer: text, jwk: { kty: text }, expiresAt: text },
];
`;

const rightPolicies = `
import { PolicyPack } from "@pulumi/policy";
import { type Longest, policies } from "pulumi-hydra/policy";

const longest: Longest = { accessTokenHours: 8 };
new PolicyPack("right", { policies: [...policies({ longest }), ...policies()] });
`;

const wrongTypes = `
import * as pulumi from "@pulumi/pulumi";
import { ClientLifespans, OAuth2Client, TrustedJwtIssuer } from "pulumi-hydra";
import { policies } from "pulumi-hydra/policy";

const number = pulumi.output(1);

new OAuth2Client("unknown", { clientNam: "Web" }); // wrong
new OAuth2Client("number", { clientName: 1 }); // wrong
new OAuth2Client("output", { clientName: number }); // wrong
new OAuth2Client("list", { contacts: "ops@web.example" }); // wrong
new OAuth2Client("item", { contacts: ["ops@web.example", 1] }); // wrong
new OAuth2Client("item", { contacts: [number] }); // wrong
new OAuth2Client("flag", { skipConsent: "yes" }); // wrong
new OAuth2Client("keys", { jwks: { keys: "none" } }); // wrong
new ClientLifespans("no client", { implicitGrantIdTokenLifespan: "1h" }); // wrong
new ClientLifespans("number", { clientId: "web", implicitGrantIdTokenLifespan: 3600 }); // wrong
new ClientLifespans("nothing"); // wrong
new TrustedJwtIssuer("no jwk", { issuer: "idp", subject: "alice", expiresAt: "2099-01-31T00:00:00Z" }); // wrong
new TrustedJwtIssuer("date", { issuer: "idp", jwk: {}, expiresAt: new Date() }); // wrong
new TrustedJwtIssuer("scope", { issuer: "idp", jwk: {}, expiresAt: "2099-01-31T00:00:00Z", scope: "read" }); // wrong
export const name: pulumi.Output<number> = new OAuth2Client("output").clientName; // wrong
new OAuth2Client("assigned").clientName = number; // wrong
policies({ longest: { accessTokenHours: "8" } }); // wrong
`;

/** The lines of programs that do not compile: `wrong.ts 7`. */
async function errors(sources: Record<string, string>, exactOptionalPropertyTypes: boolean): Promise<string[]> {
  const folder = await mkdtemp(join(installation.folder, "types-"));
  const strict = { strict: true, exactOptionalPropertyTypes, noEmit: true };
  const compilerOptions = { target: "es2022", module: "nodenext", types: ["node"], ...strict };
  const files = { ...sources, "tsconfig.json": json({ compilerOptions }) };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const compiler = join(installation.folder, "node_modules/typescript/bin/tsc");
  const { stdout } = await run(process.execPath, [compiler, "-p", folder, "--pretty", "false"], { cwd: folder });
  const places = stdout.matchAll(/^(\S.*?)\((\d+),\d+\): error TS\d+/gm);
  const outside = /^error TS\d+.*/m.exec(stdout)?.[0];
  return [...new Set([...places].map(([, file, line]) => `${file} ${line}`)), ...(outside ? [outside] : [])];
}

/** The examples as they are copied, without what running one leaves: packages, keys, and the settings of its stacks. */
function examples(): string[] {
  const left = /\/(node_modules|keys|sdks|venv|package-lock\.json)\b|\.pem$/;
  return globSync("examples/**/*")
    .filter((path) => statSync(path).isFile() && !left.test(path))
    .filter((path) => !/\/Pulumi\.[^/]+\.yaml$/.test(path) || path.startsWith("examples/two-environments/"));
}

async function sourcesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(repository, folder), { recursive: true });
  return entries.filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name.slice(0, -".ts".length)}`);
}

/** The files that one in `dist/node_modules` loads as soon as it is loaded, itself included. */
async function loadedWith(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = await readFile(join("dist/node_modules", file), "utf8");
  for (const [, next = ""] of text.matchAll(/^\w+ .*= require\("(\.[^"]*)"\)/gm))
    await loadedWith(join(dirname(file), next), seen);
  return seen;
}
