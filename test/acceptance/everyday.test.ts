// Knows the programs that people write every day: they compile against the packed package, on three TypeScripts, as Pulumi's templates do.
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type ts from "typescript";
import { describe, expect, inject, it } from "vitest";
import { compiler } from "../support/compiler.ts";

const { folder } = inject("installation");

const head = `import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";
`;

const jose = `
interface JoseJwk { kty?: string; alg?: string; kid?: string; n?: string; e?: string; crv?: string; x?: string; y?: string; key_ops?: string[]; }
declare const joseKey: JoseJwk;
declare const openKey: JoseJwk & { [member: string]: unknown };
`;

const config = "const config = new pulumi.Config();";
const trust = 'issuer: "idp", subject: "alice", expiresAt: "2030-01-01T00:00:00Z"';

/** By what each is about. */
const programs: Readonly<Record<string, string>> = {
  "metadata of an interface": `
    interface Team { name: string; cost: { center: number } }
    const team: Team = { name: "a", cost: { center: 1 } };
    new hydra.OAuth2Client("web", { metadata: team });`,
  "metadata out of the configuration": `${config}
    interface Team { name: string; mail?: string }
    new hydra.OAuth2Client("web", { metadata: config.requireObject<Team>("team") });
    new hydra.OAuth2Client("b", { metadata: config.requireSecretObject<Team>("team") });`,
  "metadata that is any record": `
    const metadata: Record<string, unknown> = { team: "a" };
    new hydra.OAuth2Client("web", { metadata });`,
  "metadata with optional members": `
    function client(name: string, metadata?: { team?: string; tags?: string[] }) {
      return new hydra.OAuth2Client(name, { metadata });
    }
    export const web = client("web", { team: "a" });`,
  "metadata with outputs in it, and read back": `
    const web = new hydra.OAuth2Client("web", { metadata: { team: pulumi.output("a"), list: [pulumi.output(1), null] } });
    export const team: pulumi.Output<string> = web.metadata.apply((metadata) => metadata.team as string);`,
  "a key in the type of jose": `${jose}
    new hydra.TrustedJwtIssuer("idp", { ${trust}, jwk: joseKey });
    new hydra.TrustedJwtIssuer("b", { ${trust}, jwk: openKey });
    new hydra.TrustedJwtIssuer("c", { ${trust}, jwk: { ...joseKey, kid: "1" } });`,
  "a set of keys in the type of jose": `${jose}
    const jwks: { keys: JoseJwk[] } = { keys: [joseKey] };
    new hydra.OAuth2Client("web", { tokenEndpointAuthMethod: "private_key_jwt", jwks });
    new hydra.OAuth2Client("b", { jwks: { keys: [joseKey, openKey, pulumi.output(joseKey)] } });`,
  "a key that node:crypto exports": `
    import { createPublicKey } from "crypto";
    const key = createPublicKey("a PEM").export({ format: "jwk" });
    new hydra.TrustedJwtIssuer("idp", { ${trust}, jwk: { ...key, kid: "1" } });
    new hydra.OAuth2Client("web", { jwks: { keys: [key] } });`,
  "arguments that are completed one by one": `${config}
    const args: hydra.OAuth2ClientArgs = { clientName: "Web" };
    args.grantTypes = ["client_credentials"];
    if (config.getBoolean("pages")) args.redirectUris = [pulumi.interpolate\`https://\${config.require("host")}/callback\`];
    new hydra.OAuth2Client("web", args);`,
  "a secret for somebody else": `
    class Vault extends pulumi.ComponentResource {
      constructor(name: string, args: { id: pulumi.Input<string>; secret: pulumi.Input<string> }) { super("test:index:Vault", name, args); }
    }
    const web = new hydra.OAuth2Client("web");
    new Vault("web", { id: web.clientId, secret: web.clientSecret });
    export const data: Record<string, pulumi.Input<string>> = { secret: web.clientSecret };`,
  "what the configuration may not have": `${config}
    new hydra.OAuth2Client("web", { clientUri: config.get("uri"), skipConsent: config.getBoolean("ours"), contacts: config.getObject<string[]>("contacts") });`,
  "a loop over names": `
    const clients = ["a", "b"].map((name) => new hydra.OAuth2Client(name, { owner: name }));
    export const ids = pulumi.all(clients.map(({ clientId }) => clientId)).apply((all) => all.join());`,
  "a component with the arguments of a client": `
    interface TeamArgs extends hydra.OAuth2ClientArgs { team: string }
    class Team extends pulumi.ComponentResource {
      readonly clientId: pulumi.Output<string>;
      constructor(name: string, { team, ...args }: TeamArgs, opts?: pulumi.ComponentResourceOptions) {
        super("test:index:Team", name, {}, opts);
        this.clientId = new hydra.OAuth2Client(name, { ...args, owner: team }, { parent: this }).clientId;
      }
    }
    export const id = new Team("a", { team: "a", scope: "read" }).clientId;`,
  "defaults that are spread": `
    const defaults: Partial<hydra.OAuth2ClientArgs> = { skipConsent: true };
    new hydra.OAuth2Client("web", { ...defaults, clientName: "Web" }, { protect: true });`,
  "lifespans of a client": `
    const web = new hydra.OAuth2Client("web", {});
    const lifespans: Record<string, string> = {};
    new hydra.ClientLifespans("web", { clientId: web.clientId, implicitGrantIdTokenLifespan: lifespans["id"] });`,
  "lists that are constants": `
    const grants = ["authorization_code", "refresh_token"] as const;
    const scopes: readonly string[] = ["a", "b"];
    new hydra.OAuth2Client("web", { grantTypes: grants, scope: scopes.join(" "), audience: scopes });`,
  "a client of another program": `
    const web = hydra.OAuth2Client.get("web", "web-id");
    export const name: pulumi.Output<string | undefined> = web.clientName;
    export const created = web.createdAt?.apply((text) => new Date(text ?? 0).getFullYear());`,
  "the type of one argument": `
    type Grants = hydra.OAuth2ClientArgs["grantTypes"];
    const grants: Grants = ["client_credentials"];
    export function more(base: Grants): hydra.OAuth2Client { return new hydra.OAuth2Client("web", { grantTypes: base ?? grants }); }`,
  "what another stack exports": `
    const other = new pulumi.StackReference("other");
    new hydra.OAuth2Client("web", { redirectUris: [pulumi.interpolate\`\${other.getOutput("url")}/callback\`], owner: other.requireOutput("team") });`,
  "a secret that is rotated": `${config}
    const secretRotation = { trigger: config.require("version"), revokeTokens: true };
    new hydra.OAuth2Client("web", { secretRotation });
    new hydra.OAuth2Client("b", { secretRotation: { trigger: "1", previousSecrets: "drop" } });`,
  "outputs of every depth": `
    const uris: pulumi.Output<string[]> = pulumi.output(["https://a.example"]);
    new hydra.OAuth2Client("web", { redirectUris: uris, allowedCorsOrigins: uris.apply((all) => all.map((uri) => new URL(uri).origin)), contacts: Promise.resolve(["a"]) });`,
  "a function that takes any client": `
    function id(client: hydra.OAuth2Client): pulumi.Output<string> { return client.clientId; }
    export const all: pulumi.Output<string>[] = [new hydra.OAuth2Client("web")].map(id);
    export const both: pulumi.Resource[] = [new hydra.OAuth2Client("b"), hydra.ClientLifespans.get("l", "b")];`,
};

/** Programs on what only the plugin has. */
const onPlugin: Readonly<Record<string, string>> = {
  "a function, and its result as arguments": `
    const found = hydra.getOAuth2Client.output({ clientId: pulumi.output("web") });
    new hydra.OAuth2Client("web", { redirectUris: found.redirectUris, metadata: found.metadata, clientName: found.clientName });
    export const names = hydra.getOAuth2Clients({ owner: "a" }).then(({ clients }) => clients.map(({ clientName }) => clientName ?? ""));`,
  "a provider": `${config}
    const eu = new hydra.Provider("eu", { adminUrl: config.require("url"), accessToken: config.getSecret("token"), timeout: 10, headers: { "X-A": "b" }, connections: { us: { adminUrl: "https://us.example" } } });
    new hydra.OAuth2Client("web", {}, { provider: eu });`,
  "a token": `
    const told: pulumi.Output<hydra.IntrospectTokenResult> = hydra.introspectToken.output({ token: "a" });
    export const claim = told.apply(({ ext }) => ext?.tenant as string);`,
};

/** The options of Pulumi's template for TypeScript. */
const template = {
  strict: true,
  target: "es2020",
  module: "commonjs",
  moduleResolution: "node",
  sourceMap: true,
  experimentalDecorators: true,
  pretty: true,
  noFallthroughCasesInSwitch: true,
  noImplicitReturns: true,
  forceConsistentCasingInFileNames: true,
};

/** What a compiler says of programs and of the declarations of the package: `name: message`. */
function errorsIn(
  ts: typeof import("typescript"),
  sources: Readonly<Record<string, string>>,
  options: object,
): string[] {
  const place = mkdtempSync(join(folder, "everyday-"));
  const files = Object.entries(sources).map(([name, text], index) => {
    const file = join(place, `${index}.ts`);
    writeFileSync(file, `${text}\nexport {};\n`);
    return [file, name] as const;
  });
  const { options: parsed } = ts.convertCompilerOptionsFromJson(
    { ...options, noEmit: true, skipLibCheck: true, types: ["node"] },
    folder,
  );
  const program = ts.createProgram(
    files.map(([file]) => file),
    parsed,
  );
  const named = new Map<string, string>(files);
  const own = program
    .getSourceFiles()
    .filter(({ fileName }) => named.has(fileName) || fileName.includes("/pulumi-hydra/"));
  return own.flatMap((source: ts.SourceFile) =>
    [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) =>
        `${named.get(source.fileName) ?? source.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    ),
  );
}

const all = {
  ...Object.fromEntries(Object.entries(programs).map(([name, text]) => [name, head + text])),
  ...Object.fromEntries(
    Object.entries({ ...programs, ...onPlugin }).map(([name, text]) => [
      `${name}, on the plugin`,
      head.replace("pulumi-hydra", "pulumi-hydra/plugin") + text,
    ]),
  ),
};

describe("an everyday program", () => {
  it("is one of more than twenty", () => {
    expect(Object.keys(all).length).toBeGreaterThan(40);
  });

  it.each([
    ["4.9.5", {}],
    ["5.9.3", {}],
    ["6.0.3", { ignoreDeprecations: "6.0" }],
  ])(
    "compiles with TypeScript %s, as Pulumi's template has it, and with the strictest options",
    async (version, needed) => {
      const ts = await compiler(version);
      expect(errorsIn(ts, all, { ...template, ...needed })).toEqual([]);
      const strictest = {
        ...template,
        module: "nodenext",
        moduleResolution: "nodenext",
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
      };
      expect(errorsIn(ts, all, strictest)).toEqual([]);
    },
  );

  it("that has a wrong word is told so against a short name", async () => {
    const ts = await compiler("6.0.3");
    const wrong = { wrong: `${head}new hydra.OAuth2Client("web", { clientNam: "Web" });` };
    expect(errorsIn(ts, wrong, { ...template, ignoreDeprecations: "6.0" })).toEqual([
      "wrong: Object literal may only specify known properties, but 'clientNam' does not exist in type 'OAuth2ClientArgs'. Did you mean to write 'clientName'?",
    ]);
  });
});
