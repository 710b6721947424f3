// Knows every output of every resource as a program reads it: named or not, in previews, after drift, with mocks, on both hosts.
import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { Workspace } from "../../tools/workspace.mts";
import { admin, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { encrypted, errorsOf, recordedOne } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const folder = join(inject("installation").folder, "node_modules/pulumi-hydra");
const config = { "hydra:adminUrl": hydra.adminUrl };
const path = (id: string) => `/admin/clients/${id}`;

const hosts = [
  ["dynamic resources", program],
  ["the plugin", pluginProgram],
] as const;

type Write = (typeof hosts)[number][1];

/** What a program saw of an output that was known: its value, and whether it was secret. */
type Sight = { readonly value?: unknown; readonly secret: boolean };

/** In the program: writes down each output that is known. */
const see = `
  const see = (name, output) => {
    if (!pulumi.Output.isInstance(output)) throw new Error(name + " is no output");
    output.apply(async (value) => {
      const secret = await pulumi.isSecret(output);
      require("fs").appendFileSync("seen", JSON.stringify({ name, value, secret }) + "\\n");
    });
  };
  const seeAll = (name, resource, properties) => { for (const of of properties) see(name + "." + of, resource[of]); };
`;

/** What the program has written down since this was last asked; what is absent was unknown. */
async function seen(stack: Workspace): Promise<Record<string, Sight>> {
  const file = join(stack.folder, "seen");
  const text = await readFile(file, "utf8").catch(() => "");
  await rm(file, { force: true });
  const lines = text.split("\n").filter((line) => line !== "");
  const sights = lines.map((line) => JSON.parse(line) as Sight & { name: string });
  return Object.fromEntries(sights.map(({ name, ...sight }) => [name, sight]));
}

const quiet = (operations: object) => Object.fromEntries(Object.keys(operations).map((name) => [name, "same"]));
const open = (value: unknown): Sight => ({ value, secret: false });
const unset: Sight = { secret: false };

const stackOf = (write: Write, ...statements: string[]) =>
  workspace({ files: write(see, ...statements), config, path: [folder] });

/** An operation, and what the program saw in it. */
async function after(stack: Workspace, operation: "up" | "preview" | "refresh", ...args: string[]) {
  const { operations, ...done } = await stack[operation](...args);
  expect(errorsOf({ operations, ...done })).toEqual([]);
  return { operations, seen: await seen(stack) };
}

/** The properties of a resource, as the package's schema has them. */
async function propertiesOf(type: string): Promise<string[]> {
  const schema = JSON.parse(await readFile(join(folder, "dist/schema.json"), "utf8")) as {
    resources: Record<string, { properties: object }>;
  };
  return Object.keys(schema.resources[`hydra:index:${type}`]?.properties ?? {});
}

describe.each(hosts)("an output that the program does not name, on %s", (host, write) => {
  it("is unknown in the preview of a creation where the server sets it, and known to be unset where nobody does", async () => {
    const web = 'new hydra.OAuth2Client("web", { clientName: "Web" })';
    const names = [
      "clientName",
      "owner",
      "scope",
      "createdAt",
      "clientSecret",
      "registrationAccessToken",
      "skipConsent",
    ];
    await using stack = await stackOf(write, `seeAll("web", ${web}, ${json(names)});`);
    const planned = await after(stack, "preview");
    expect(planned).toEqual({
      operations: { "OAuth2Client web": "create" },
      seen: {
        "web.clientName": open("Web"),
        "web.owner": unset,
        "web.skipConsent": unset,
        "web.registrationAccessToken": unset,
      },
    });
    const made = await after(stack, "up");
    const { outputs } = await recordedOne(stack, "OAuth2Client web");
    expect(made.seen).toEqual({
      ...planned.seen,
      "web.scope": open("offline_access offline openid"),
      "web.createdAt": open(outputs.createdAt),
      "web.clientSecret": { value: expect.any(String), secret: true },
    });
    // Nothing of it changes without a change.
    expect(await after(stack, "preview")).toEqual({ operations: { "OAuth2Client web": "same" }, seen: made.seen });
    expect(await after(stack, "up")).toEqual({ operations: { "OAuth2Client web": "same" }, seen: made.seen });
  });

  it("is unknown in the preview of an update exactly where the update may change it", async () => {
    const names = ["clientId", "clientName", "owner", "metadata", "updatedAt", "clientUri"];
    const declare = (args: object) =>
      write(see, `seeAll("web", new hydra.OAuth2Client("web", ${json(args)}), ${json(names)});`);
    await using stack = await stackOf(write);
    await stack.write(declare({ clientId: `web-${randomUUID()}`, clientName: "Web", owner: "team" }));
    const made = await after(stack, "up");
    const id = made.seen["web.clientId"]?.value;
    await stack.write(declare({ clientId: id, clientName: "Shop", metadata: { a: 1 } }));
    expect(await after(stack, "preview")).toEqual({
      operations: { "OAuth2Client web": "update" },
      seen: {
        "web.clientId": open(id),
        "web.clientName": open("Shop"),
        "web.owner": unset,
        "web.metadata": open({ a: 1 }),
        "web.clientUri": unset,
      },
    });
    const updated = await after(stack, "up");
    expect(updated.seen["web.updatedAt"]).not.toEqual(made.seen["web.updatedAt"]);
    expect(updated.seen["web.owner"]).toEqual(unset);
  });

  it("is what somebody changed by hand, where the program ignores that, and as secret as it was", async () => {
    const names = ["clientName", "owner", "scope"];
    const declare = (args: string) =>
      write(
        see,
        `const web = new hydra.OAuth2Client("web", ${args}, { ignoreChanges: ["clientName", "owner"] });`,
        `seeAll("web", web, ${json(names)});`,
        "exports.id = web.id;",
      );
    await using stack = await stackOf(write);
    await stack.write(declare('{ clientName: "Web", owner: pulumi.secret("team a") }'));
    await after(stack, "up");
    const { id } = await stack.outputs();
    await admin.patch(path(String(id)), [{ op: "replace", path: "/client_name", value: "By hand" }]);
    await stack.write(declare("{}"));
    await after(stack, "refresh");
    const expected = {
      "web.clientName": open("By hand"),
      "web.owner": { value: "team a", secret: true },
      "web.scope": open("offline_access offline openid"),
    };
    expect((await after(stack, "preview")).seen).toEqual(expected);
    expect((await after(stack, "up")).seen).toEqual(expected);
  });

  it("is known in a preview although its argument is an output without a value", async () => {
    const web = 'new hydra.OAuth2Client("web", { owner: pulumi.output(undefined), clientName: pulumi.output("Web") })';
    await using stack = await stackOf(write, `seeAll("web", ${web}, ["owner", "clientName"]);`);
    await after(stack, "up");
    const { seen: known } = await after(stack, "preview");
    expect(known).toEqual({ "web.owner": unset, "web.clientName": open("Web") });
  });

  it("is known in the preview of an edit where its argument is undefined or null, as where there is none", async () => {
    const declare = (clientName: string) =>
      write(
        see,
        `seeAll("web", new hydra.OAuth2Client("web", { clientName: "${clientName}", clientId: undefined, owner: null }), ["clientId", "owner"]);`,
      );
    await using stack = await workspace({ files: declare("A"), config, path: [folder] });
    const made = await after(stack, "up");
    expect((await after(stack, "preview")).seen).toEqual(made.seen);
    await stack.write(declare("B"));
    expect((await after(stack, "preview")).seen["web.clientId"]).toEqual(made.seen["web.clientId"]);
  });

  it("is in a preview what it is in an up, when the program names it by something that means nothing", async () => {
    const named: Readonly<Record<string, readonly [nothing: unknown, value: unknown]>> = {
      clientName: ["", "Web"],
      clientUri: ["", "https://app.example"],
      scope: ["", "read"],
      audience: [[], ["https://api.example"]],
      contacts: [[], ["a@example.com"]],
      redirectUris: [[], ["https://app.example/callback"]],
      metadata: [{}, { team: "a" }],
      jwks: [{ keys: [] }, { keys: [generateKey("ES256", "a").publicJwk] }],
      skipConsent: [false, true],
      skipLogoutConsent: [false, true],
      keepRegistrationToken: [false, true],
    };
    const names = Object.keys(named);
    const args = (which?: 0 | 1) =>
      json(Object.fromEntries(names.flatMap((name) => (which === undefined ? [] : [[name, named[name]?.[which]]]))));
    const statements = [
      'const args = require("./args.json");',
      'for (const name of ["clientName", "scope", "contacts", "jwks", "skipConsent"]) if (name in args) args[name] = pulumi.output(args[name]);',
      'const client = new hydra.OAuth2Client("client", args);',
      ...names.map(
        (name) =>
          `new hydra.OAuth2Client("${name}", { metadata: { seen: client.${name}.apply((value) => JSON.stringify(value) ?? "nothing") } });`,
      ),
    ];
    await using stack = await workspace({
      files: { ...write(...statements), "args.json": args() },
      config,
      path: [folder],
    });
    await after(stack, "up");
    for (const which of [0, 1, 0] as const) {
      await stack.write({ "args.json": args(which) });
      const { operations: promised } = await after(stack, "preview");
      const { operations: came } = await after(stack, "up");
      expect(promised).toStrictEqual(came);
      expect(came).not.toStrictEqual(quiet(came));
      const { operations: next } = await after(stack, "preview");
      expect(next).toStrictEqual(quiet(came));
    }
  });

  it("can be secret by option, be given to another resource, and makes that depend on its own", async () => {
    await using stack = await stackOf(
      write,
      'const web = new hydra.OAuth2Client("web", {}, { additionalSecretOutputs: ["subjectType"] });',
      'const shop = new hydra.OAuth2Client("shop", { owner: web.createdAt, scope: pulumi.concat(web.scope, " a") });',
      'see("subjectType", web.subjectType);',
      'see("upper", web.scope.apply((scope) => scope.toUpperCase()));',
    );
    const { seen: known } = await after(stack, "up");
    expect(known).toEqual({
      subjectType: { value: "public", secret: true },
      upper: open("OFFLINE_ACCESS OFFLINE OPENID"),
    });
    const { web, shop } = await resources(stack);
    expect(shop?.propertyDependencies).toMatchObject({ owner: [web?.urn], scope: [web?.urn] });
    expect(shop?.inputs).toMatchObject({ owner: web?.outputs.createdAt, scope: "offline_access offline openid a" });
  });

  it("is an output of the stack, alone or with its whole resource, without a secret in clear", async () => {
    await using stack = await stackOf(
      write,
      'const web = new hydra.OAuth2Client("web", { clientName: "Web" });',
      "exports.web = web;",
      "exports.scope = web.scope;",
      "exports.none = web.owner;",
    );
    await after(stack, "up");
    const { urn: _, ...outputs } = (await stack.outputs()).web as Record<string, unknown>;
    const { __clientId, ...state } = (await recordedOne(stack, "OAuth2Client web")).outputs;
    const { __provider, id, ...values } = outputs;
    expect({ ...values, clientSecret: encrypted }).toEqual(without(state, "__provider"));
    expect([id, await stack.outputs()]).toMatchObject([values.clientId, { scope: "offline_access offline openid" }]);
    const again = await stack.preview("--diff");
    expect([again.operations, again.stdout.includes("output<string>")]).toEqual([
      { "OAuth2Client web": "same" },
      false,
    ]);
    const text = await stack.exportStack();
    expect(text).not.toContain(String(values.clientSecret));
  });

  it("is read through components, and by get of clients that other programs manage", async () => {
    const id = randomUUID();
    await admin.post("/admin/clients", { client_id: id, client_name: "Other", owner: "team b" });
    await using stack = await stackOf(
      write,
      "class Team extends pulumi.ComponentResource {",
      "  constructor(name) {",
      '    super("test:index:Team", name);',
      "    const web = new hydra.OAuth2Client(name, {}, { parent: this });",
      "    this.registerOutputs({ scope: this.scope = web.scope });",
      "  }",
      "}",
      'see("team", new Team("team").scope);',
      `seeAll("other", hydra.OAuth2Client.get("other", ${json(id)}), ["clientName", "owner", "clientSecret", "createdAt"]);`,
    );
    const expected = {
      "other.clientName": open("Other"),
      "other.owner": open("team b"),
      "other.clientSecret": unset,
      "other.createdAt": open(expect.any(String)),
    };
    expect((await after(stack, "preview")).seen).toEqual(expected);
    expect((await after(stack, "up")).seen).toEqual({ ...expected, team: open("offline_access offline openid") });
  });

  it("is unknown where an operation leaves the resource out, and no reason to fail", async () => {
    await using stack = await stackOf(
      write,
      'const left = new hydra.OAuth2Client("left", {});',
      'const web = new hydra.OAuth2Client("web", {});',
      'seeAll("left", left, ["scope", "owner"]);',
      'see("web", web.scope);',
    );
    const target = `urn:pulumi:dev::program::${host === "the plugin" ? "hydra:index" : "pulumi-nodejs:dynamic/hydra"}:OAuth2Client::web`;
    const done = await after(stack, "up", "--target", target);
    expect(done.seen).toEqual({ web: open("offline_access offline openid") });
  });

  it("is what mocks say, in a unit test", async () => {
    await using stack = await workspace({
      files: write(
        see,
        "pulumi.runtime.setMocks({",
        '  newResource: ({ name, inputs }) => ({ id: name + "-id", state: { ...inputs, scope: "mocked", clientSecret: "s" } }),',
        "  call: ({ inputs }) => inputs,",
        "});",
        'const web = new hydra.OAuth2Client("web", { clientName: "Web" });',
        'seeAll("web", web, ["clientName", "scope", "clientSecret", "owner", "clientId"]);',
        'seeAll("idp", hydra.TrustedJwtIssuer.get("idp", "1"), ["scope", "issuer"]);',
      ),
    });
    const { code, stderr } = await stack.shell("node index.js");
    expect([code, stderr]).toEqual([0, ""]);
    expect(await seen(stack)).toEqual({
      "web.clientName": open("Web"),
      "web.scope": open("mocked"),
      "web.clientSecret": open("s"),
      "web.owner": unset,
      "web.clientId": open("web-id"),
      "idp.scope": open("mocked"),
      "idp.issuer": unset,
    });
  });

  it("has the value that the classes of 0.1.0 gave it, as every other", async () => {
    const file = "test/fixture/output-0.1.0.json";
    const key = {
      kty: "EC",
      kid: "k",
      crv: "P-256",
      x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
      y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    };
    const keep = process.env.RECORD_OUTPUTS ? {} : { keepRegistrationToken: true };
    const all = await Promise.all(["OAuth2Client", "ClientLifespans", "TrustedJwtIssuer"].map(propertiesOf));
    const [ofClient = [], ofLifespans = [], ofTrust = []] = all;
    const statements = [
      `const web = new hydra.OAuth2Client("web", ${json({ ...keep, ...whole(key) })});`,
      `const machine = new hydra.OAuth2Client("machine", ${json({ ...keep, grantTypes: ["client_credentials"] })});`,
      `const page = new hydra.OAuth2Client("page", ${json({ ...keep, tokenEndpointAuthMethod: "none", accessTokenStrategy: "jwt" })});`,
      'const lifespans = new hydra.ClientLifespans("machine", { clientId: machine.clientId, implicitGrantIdTokenLifespan: "90m" });',
      `const idp = new hydra.TrustedJwtIssuer("idp", ${json({ issuer: `idp of ${host}`, subject: "alice", jwk: key, expiresAt: "2099-01-31T00:00:00Z" })});`,
      'const found = hydra.OAuth2Client.get("found", web.id);',
      `for (const [name, client] of Object.entries({ web, machine, page, found })) seeAll(name, client, ${json(ofClient)});`,
      `seeAll("lifespans", lifespans, ${json(ofLifespans)});`,
      `seeAll("idp", idp, ${json(ofTrust)});`,
    ];
    await using stack = await stackOf(write, ...statements);
    const made = stable((await after(stack, "up")).seen);
    expect(stable((await after(stack, "up")).seen)).toEqual(made);
    await after(stack, "refresh");
    expect(stable((await after(stack, "up")).seen)).toEqual(made);
    if (process.env.RECORD_OUTPUTS) await writeFile(file, `${JSON.stringify(made, null, 2)}\n`);
    await stack.destroy();
    const before = JSON.parse(await readFile(file, "utf8")) as Record<string, Sight>;
    const shared = Object.entries(made).filter(([name]) => !/\.(keepRegistrationToken|recreateTrigger)$/.test(name));
    expect(Object.fromEntries(shared)).toEqual(before);
  });
});

/** A client with something in every kind of field. */
const whole = (key: object) => ({
  clientSecret: "a secret of the web",
  clientName: "Web",
  contacts: ["ops@web.example"],
  metadata: { team: "a", nested: { list: [1, null] } },
  grantTypes: ["authorization_code"],
  responseTypes: ["code"],
  scope: "read write",
  redirectUris: ["https://web.example/callback"],
  jwks: { keys: [key] },
  skipConsent: true,
  secretRotation: undefined,
  authorizationCodeGrantAccessTokenLifespan: "90m",
});

/** What differs from run to run is told by its type. */
function stable(sights: Record<string, Sight>): Record<string, Sight> {
  const moving =
    /\.(createdAt|updatedAt|registration\w+)$|^(machine|page|lifespans|found|web)\.clientId$|^machine\.clientSecret$|^idp\.issuer$/;
  return Object.fromEntries(
    Object.entries(sights)
      .map(([name, sight]): [string, Sight] => [
        name,
        moving.test(name) && sight.value !== undefined ? { ...sight, value: `a ${typeof sight.value}` } : sight,
      ])
      .sort(([left], [right]) => left.localeCompare(right)),
  );
}

interface Exported {
  urn: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  propertyDependencies?: Record<string, string[]>;
}

/** The resources of the state by name, as they are. */
async function resources(stack: Workspace): Promise<Record<string, Exported | undefined>> {
  const { deployment } = JSON.parse(await stack.exportStack()) as { deployment: { resources: Exported[] } };
  return Object.fromEntries(deployment.resources.map((entry) => [entry.urn.split("::").at(-1), entry]));
}

function without(values: Record<string, unknown>, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}
