// Knows the life of an example: made as its README says, used, left alone, edited, removed. Hydra is re-read out of band.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { example as filesOf } from "../../tools/example.mts";
import type { ConfigValue, Workspace, WorkspaceOptions } from "../../tools/workspace.mts";
import { admin, hydra } from "./hydra.ts";
import { printedBy, type Readme, readReadme } from "./readme.ts";
import { errorsOf, recorded } from "./state.ts";
import { workspace } from "./workspace.ts";

type Files = Record<string, string>;

/** What a test says of an example. */
export interface Example {
  /** Below examples/: `web-app`. A port to another language stands below that: `web-app/python`. */
  folder: string;
  /** What the program runs in beside its own files: a language host on PATH, for instance. */
  options?: Omit<WorkspaceOptions, "files" | "config">;
  /** Changes the files before anything runs, as the README says for the plugin. */
  prepare?: (files: Files) => Files;
  /** What addresses in the README stand for here, beside the two of Hydra. */
  addresses?: Readonly<Record<string, string>>;
  /** What each block of commands after the first prints: values or matchers, in the order of the README. */
  prints?: readonly unknown[];
  /** What is done with what was made: a present-tense fact, and how it is seen. */
  uses: Readonly<Record<string, (made: Made) => Promise<void>>>;
  edit: Edit;
}

/** A change of the program or of its configuration. */
export interface Edit {
  /** The fact: "moves to another address in place". */
  fact: string;
  config?: Readonly<Record<string, ConfigValue>>;
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
  /** What the program exports, secrets in clear. */
  outputs: Record<string, unknown>;
  /** What Hydra has of a resource, by type and name: `await live("OAuth2Client web")`. */
  live(resource: string): Promise<Record<string, unknown>>;
}

/**
 * Declares the tests of an example, in the order of its life.
 *
 * @example
 * describeExample({ folder: "machine-to-machine", uses: { "gives a token": async ({ outputs }) => … }, edit: { … } });
 */
export function describeExample({ folder, options, prepare, addresses, prints = [], uses, edit }: Example): void {
  let stack: Workspace;
  let readme: Readme;
  let operations: Record<string, string>;
  let made: Made;
  const ever = new Set<string>();

  const look = async (): Promise<void> => {
    const ids = Object.entries(await recorded(stack)).map(([name, { id }]) => [name, pathOf(name, id)] as const);
    const paths = new Map(ids);
    for (const path of paths.values()) ever.add(path);
    const live = async (name: string) => {
      const { status, body } = await admin.get(paths.get(name) ?? `/${name} is not in the state`);
      expect({ name, status }).toEqual({ name, status: 200 });
      return body;
    };
    for (const name of paths.keys()) await live(name);
    made = { stack, outputs: await stack.outputs(), live };
  };

  beforeAll(async () => {
    const files = await filesOf(folder);
    const { "README.md": text = "" } = "README.md" in files ? files : await filesOf(dirname(folder));
    readme = readReadme(text, {
      "http://127.0.0.1:4445": hydra.adminUrl,
      "http://127.0.0.1:4444": hydra.publicUrl,
      ...addresses,
    });
    stack = await workspace({ ...options, files: prepare ? prepare(files) : files });
  });

  afterAll(async () => {
    // Where a test failed, the server may be one that goes on.
    if (ever.size > 0) await stack.destroy();
    await stack[Symbol.asyncDispose]();
  });

  describe(`examples/${folder}`, () => {
    it("is made by the commands of its README, and prints what that shows", async () => {
      expect(readme.commands).toHaveLength(prints.length);
      const { code, stdout, stderr } = await stack.shell(readme.preparation);
      expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
      const up = await stack.up();
      expect(errorsOf(up)).toEqual([]);
      operations = up.operations;
      expect(new Set(Object.values(operations))).toEqual(new Set(["create"]));
      expect(printedBy(up.stdout)).toBe(readme.printed);
      await look();
    });

    for (const [fact, see] of Object.entries(uses)) it(fact, () => see(made));

    if (prints.length > 0) {
      it("answers the other commands of its README", async () => {
        const printed: string[] = [];
        for (const commands of readme.commands) {
          const { code, stdout, stderr } = await stack.shell(commands);
          printed.push(code === 0 ? stdout : `exit code ${code}: ${stderr}`);
        }
        expect(printed).toEqual(prints);
      });
    }

    it("has nothing to do on a second up", async () => {
      expect(await said(stack)).toEqual([all(operations, "same"), []]);
    });

    it(edit.fact, async () => {
      await stack.setConfig(edit.config ?? {});
      await stack.write(await edited(stack.folder, edit));
      const expected = { ...all(operations, "same"), ...edit.operations };
      expect(await said(stack)).toEqual([expected, []]);
      await look();
      await edit.seen(made);
      const left = Object.entries(expected).filter(([, operation]) => operation !== "delete");
      expect(await said(stack)).toEqual([all(Object.fromEntries(left), "same"), []]);
      operations = Object.fromEntries(left);
    });

    it("leaves nothing behind", async () => {
      expect(errorsOf(await stack.destroy())).toEqual([]);
      expect(await recorded(stack)).toEqual({});
      for (const path of ever) expect([path, (await admin.get(path)).status]).toEqual([path, 404]);
      expect(ever.size).toBeGreaterThan(0);
      ever.clear();
    });
  });
}

function all(operations: Record<string, string>, operation: string): Record<string, string> {
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

/** Where the admin API has a resource. */
function pathOf(name: string, id: string): string {
  const isTrust = name.startsWith("TrustedJwtIssuer ");
  return `/admin/${isTrust ? "trust/grants/jwt-bearer/issuers" : "clients"}/${encodeURIComponent(id)}`;
}
