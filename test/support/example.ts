// Knows the life of an example: made as its README says, used, left alone, edited, removed. Hydra is re-read out of band.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { example as filesOf } from "../../tools/example.mts";
import type { ConfigValue, Workspace, WorkspaceOptions } from "../../tools/workspace.mts";
import { admin, clientCredentials, hydra } from "./hydra.ts";
import { type PortLanguage, portsOf } from "./port.ts";
import { printedBy, type Readme, readReadme } from "./readme.ts";
import type { Delivery, StandIns } from "./stand-in.ts";
import { errorsOf, type Recorded, recorded } from "./state.ts";
import { workspace } from "./workspace.ts";

type Files = Record<string, string>;

/** What a test says of an example. */
export interface Example {
  /** Below examples/: `web-app`. A port to another language stands below that: `web-app/python`. */
  folder: string;
  /** The languages that have a port, and what is different there; the same in all when absent. */
  ports?: Partial<Record<PortLanguage, Partial<Example>>>;
  /** Whether it runs on the plugin, changed as its README says for that. */
  plugin?: boolean;
  /** What the program runs in beside its own files: a language host on PATH, for instance. */
  options?: Omit<WorkspaceOptions, "files" | "config">;
  /** Changes its files before anything runs: what a user makes in the program's folder may be elsewhere here. */
  prepare?: (files: Files) => Files;
  /** Packages of others that its package.json names, and what runs in place of their plugins. */
  others?: () => Promise<StandIns>;
  /** What addresses in its files stand for here, beside the two of Hydra. */
  addresses?: () => Readonly<Record<string, string>>;
  /** What is seen after each block of commands but the first, given what it printed; in the order of the README. */
  commands?: readonly ((printed: string, made: Made) => Promise<void> | void)[];
  /** What is done with what was made: a present-tense fact, and how it is seen. */
  uses: Readonly<Record<string, (made: Made) => Promise<void>>>;
  edit?: Edit;
}

/** A change of the program or of its configuration. */
export interface Edit {
  /** The fact: "moves to another address in place". */
  fact: string;
  config?: Readonly<Record<string, ConfigValue>>;
  /** Commands in the program's folder. */
  commands?: string;
  /** What others do that the program looks at: an issuer withdraws a key. */
  elsewhere?: () => void;
  /** What to replace in a file, by the file's name. */
  replace?: Readonly<Record<string, readonly [written: string, instead: string]>>;
  /** What becomes of resources; those that are not named stay the same. */
  operations: Readonly<Record<string, string>>;
  /** How Hydra shows it. */
  seen: (made: Made) => Promise<void>;
}

/** A deployed example. */
export interface Made {
  stack: Workspace;
  /** What providers of others were asked to do so far. */
  deliveries(): Promise<Delivery[]>;
  /** What the program exports, secrets in clear. */
  outputs: Record<string, unknown>;
  /** What Hydra has of a resource, by type and name: `await live("OAuth2Client web")`. */
  live(resource: string): Promise<Record<string, unknown>>;
}

/** Whether the client of a program that exports `clientId` gets a token with this secret. */
export async function works({ outputs }: Made, secret: string): Promise<boolean> {
  const { status } = await clientCredentials({ id: String(outputs.clientId), secret }, { scope: "orders.read" });
  return status === 200;
}

/**
 * Declares the tests of an example, in the order of its life; in the project of the other languages, those of its ports.
 *
 * @example
 * describeExample({ folder: "machine-to-machine", uses: { "gives a token": async ({ outputs }) => … }, edit: { … } });
 */
export function describeExample(example: Example): void {
  const languages = inject("languages");
  if (!languages) {
    describeLife(example);
    return;
  }
  for (const port of portsOf(example, languages)) {
    if ("lacks" in port) it(`examples/${port.folder}`, ({ skip }) => skip(port.lacks));
    else describe("in another language", () => describeLife(port));
  }
}

function describeLife({
  folder,
  plugin = false,
  options,
  prepare = (files) => files,
  commands = [],
  uses,
  edit,
  ...rest
}: Example): void {
  let stack: Workspace;
  let others: StandIns | undefined;
  let readme: Readme;
  /** What the stack has; commands of a README may add and remove resources. */
  let operations: Record<string, string> = {};
  let present: string[] = [];
  let made: Made;
  let deployed = false;
  const ever = new Map<string, Recorded>();

  const look = async (): Promise<void> => {
    const resources = await recorded(stack);
    const kept = Object.entries(operations).filter(([name]) => !present.includes(name) || name in resources);
    operations = { ...all(resources, "create"), ...Object.fromEntries(kept) };
    present = Object.keys(resources);
    for (const [name, resource] of Object.entries(resources)) ever.set(`${name} ${resource.id}`, resource);
    const live = async (name: string) => {
      const found = resources[name] && (await liveOne(resources[name]));
      if (!found) throw new Error(`Hydra does not have ${name}`);
      return found;
    };
    for (const name of Object.keys(resources)) await live(name);
    const deliveries = async () => (await others?.deliveries()) ?? [];
    made = { stack, outputs: await stack.outputs(), live, deliveries };
  };

  beforeAll(async () => {
    const own = await filesOf(folder);
    const addresses = {
      "http://127.0.0.1:4445": hydra.adminUrl,
      "http://127.0.0.1:4444": hydra.publicUrl,
      ...rest.addresses?.(),
    };
    const documented = "README.md" in own ? folder : dirname(folder);
    readme = readReadme(`examples/${documented}/README.md`, (text) => meant(text, addresses));
    others = await rest.others?.();
    const files = Object.entries(prepare(plugin ? onPlugin(own) : own)).map(([name, content]) => [
      name,
      name.endsWith(".yaml") ? meant(content, addresses) : content,
    ]);
    stack = await workspace({ ...options, files: withPlugins(Object.fromEntries(files), others) });
    await others?.install(stack.folder);
  });

  afterAll(async () => {
    // Where a test failed, the server may be one that goes on.
    if (deployed) await stack.destroy();
    await stack[Symbol.asyncDispose]();
    await others?.[Symbol.asyncDispose]();
  });

  describe(`examples/${folder}${plugin ? " on the plugin" : ""}`, () => {
    it("is made by the commands of its README, and prints what that shows", async () => {
      expect(readme.commands).toHaveLength(commands.length);
      await runAll(stack, readme.preparation);
      deployed = true;
      const up = await stack.up();
      expect(errorsOf(up)).toEqual([]);
      operations = up.operations;
      expect(new Set(Object.values(operations))).toEqual(new Set(["create"]));
      expect(printedBy(up.stdout)).toBe(readme.printed);
      await look();
    });

    for (const [fact, see] of Object.entries(uses)) it(fact, () => see(made));

    commands.forEach((see, index) => {
      it(`answers the commands of its README, block ${index + 2}`, async () => {
        const printed = await runAll(stack, readme.commands[index] ?? "");
        await look();
        await see(printed, made);
      });
    });

    it("has nothing to do on a second up", async () => {
      expect(await said(stack)).toEqual([all(operations, "same"), []]);
    });

    if (edit) {
      it(edit.fact, async () => {
        edit.elsewhere?.();
        await stack.setConfig(edit.config ?? {});
        await runAll(stack, edit.commands ?? "");
        await stack.write(await edited(stack.folder, edit));
        const expected = { ...all(operations, "same"), ...edit.operations };
        expect(await said(stack)).toEqual([expected, []]);
        await look();
        await edit.seen(made);
        const left = Object.entries(expected).filter(([, operation]) => operation !== "delete");
        expect(await said(stack)).toEqual([all(Object.fromEntries(left), "same"), []]);
      });
    }

    it("leaves nothing behind", async () => {
      expect(errorsOf(await stack.destroy())).toEqual([]);
      expect(await recorded(stack)).toEqual({});
      expect(ever.size).toBeGreaterThan(0);
      for (const [name, resource] of ever) expect([name, await liveOne(resource)]).toEqual([name, undefined]);
      deployed = false;
    });
  });
}

/** The same program on the plugin: another import path, and where the plugin is. */
function onPlugin(files: Files): Files {
  const changed = Object.entries(files).map(([name, content]) => {
    if (name === "Pulumi.yaml") return [name, `${content}${pluginSettings}`];
    return [
      name,
      name.endsWith(".ts") ? content.replace('from "pulumi-hydra"', 'from "pulumi-hydra/plugin"') : content,
    ];
  });
  return Object.fromEntries(changed);
}

const pluginSettings = `plugins:
  providers:
    - name: hydra
      path: ${join(inject("installation").folder, "node_modules/pulumi-hydra")}
`;

function withPlugins(files: Files, others: StandIns | undefined): Files {
  return others ? { ...files, "Pulumi.yaml": `${files["Pulumi.yaml"]}${others.settings}` } : files;
}

function meant(text: string, addresses: Readonly<Record<string, string>>): string {
  return Object.entries(addresses).reduce((so, [written, address]) => so.replaceAll(written, address), text);
}

async function runAll(stack: Workspace, commands: string): Promise<string> {
  const { code, stdout, stderr } = await stack.shell(commands);
  expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
  return stdout;
}

function all(operations: Record<string, unknown>, operation: string): Record<string, string> {
  return Object.fromEntries(Object.keys(operations).map((resource) => [resource, operation]));
}

/** What an `up` does, and everything it says beside that. */
async function said(stack: Workspace): Promise<unknown> {
  const { operations, diagnostics } = await stack.up();
  return [operations, diagnostics];
}

async function edited(folder: string, { replace = {} }: Edit): Promise<Files> {
  const files: Files = {};
  for (const [name, [written, instead]] of Object.entries(replace)) {
    const text = await readFile(join(folder, name), "utf8");
    if (!text.includes(written)) throw new Error(`${name} does not hold what is to be replaced: ${written}`);
    files[name] = text.replace(written, instead);
  }
  return files;
}

const trusts = "/admin/trust/grants/jwt-bearer/issuers";
const trust = z.looseObject({ subject: z.string(), public_key: z.looseObject({ kid: z.string() }) });
const keySet = z.object({ keys: z.array(z.object({ kid: z.string(), alg: z.string(), use: z.string() })) });

/** What Hydra has of a resource. A trust is looked for by what makes it this one: its id changes when a sibling is deleted. */
async function liveOne({ urn, id, outputs }: Recorded): Promise<Record<string, unknown> | undefined> {
  if (urn.includes(":TrustedJwtIssuer::")) {
    const { issuer, subject = "", jwk } = outputs;
    const { kid } = z.looseObject({ kid: z.string() }).parse(jwk);
    const { body } = await admin.get(`${trusts}?issuer=${encodeURIComponent(String(issuer))}`);
    return z
      .array(trust)
      .parse(body.list)
      .find((one) => one.subject === subject && one.public_key.kid === kid);
  }
  if (urn.includes(":JsonWebKey::")) {
    const { status, body } = await admin.get(`/admin/keys/${outputs.set}/${outputs.kid}`);
    expect([200, 404]).toContain(status);
    // What is private of it stays out of every message.
    return status === 200 ? keySet.parse(body).keys[0] : undefined;
  }
  const { status, body } = await admin.get(`/admin/clients/${encodeURIComponent(id)}`);
  expect([200, 404]).toContain(status);
  return status === 200 ? body : undefined;
}
