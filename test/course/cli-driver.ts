// Knows how to run a course through the real CLI: the packed package, a program in Node.js, a file backend.
import { globSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { account } from "../../tools/events.mts";
import type { Installation } from "../../tools/installation.mts";
import { createWorkspace } from "../../tools/workspace.mts";
import { startPulumi } from "../fault/kill-process.ts";
import type { Command, Interruption, Result, Stack } from "./driver.ts";
import { isOwn, nameOf, type Resource, recordedOf } from "./engine-driver.ts";
import { registrations, type Surroundings } from "./program.ts";

/** The program of every turn: it declares what stands in a file. */
const source = `
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const hydra = require(fs.readFileSync("module.txt", "utf8"));
const made = {};
const output = (name, key) => (key === "id" ? made[name].id : made[name][key]);
const seen = (places) => {
  const all = places.flatMap(({ name, keys }) => keys.map((key) => pulumi.output(output(name, key)).apply((value) => [name, key, value])));
  return pulumi.secret(pulumi.all(all).apply((values) => JSON.stringify(values)));
};
const value = (raw) => {
  if (Array.isArray(raw)) return raw.map(value);
  if (typeof raw !== "object" || raw === null) return raw;
  if (raw.$ref) return output(...raw.$ref);
  if (raw.$seen) return seen(raw.$seen);
  if ("$secret" in raw) return value(raw.$secret);
  return Object.fromEntries(Object.entries(raw).map(([key, member]) => [key, value(member)]));
};
for (const { type, name, inputs, options } of JSON.parse(fs.readFileSync("declared.json", "utf8"))) {
  const { __provider, ...args } = inputs;
  const { secrets, aliasTypes, aliases, provider, ...rest } = options;
  const opts = { ...rest, aliases: (aliases ?? []).map((old) => ({ name: old })), ...(provider ? { provider: made[provider] } : {}) };
  made[name] = type === "pulumi:providers:hydra" ? new hydra.Provider(name, value(args)) : new hydra[type.split(":").at(-1)](name, value(args), opts);
}
`;

export async function cliStack(
  installation: Installation,
  spellings: readonly [Surroundings, Surroundings],
): Promise<Stack> {
  let around = spellings[0];
  const plugin = around.host === "plugin";
  const stack = await createWorkspace(installation, {
    files: { "index.js": source, "declared.json": "[]", "module.txt": plugin ? "pulumi-hydra/plugin" : "pulumi-hydra" },
    config: around.config,
    path: plugin ? [join(installation.folder, "node_modules/pulumi-hydra")] : [],
  });
  const root = dirname(stack.folder);
  const file = join(root, "recorded.json");
  const exported = async (): Promise<{ resources?: Resource[]; pending_operations?: unknown[] }> => {
    const { code, stdout, stderr } = await stack.run(
      "stack",
      "export",
      "--show-secrets",
      "--stack",
      "dev",
      "--file",
      file,
    );
    if (code !== 0) throw new Error(`pulumi stack export failed: ${stdout}${stderr}`);
    return JSON.parse(await readFile(file, "utf8")).deployment;
  };
  const urnOf = async (name: string): Promise<string | undefined> =>
    ((await exported()).resources ?? []).find((one) => isOwn(one) && !one.delete && nameOf(one.urn) === name)?.urn;
  const must = async (...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await stack.run(...args, "--stack", "dev", "--yes");
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed: ${stdout}${stderr}`);
  };
  let count = 0;
  return {
    run: async (command, program, interruption) => {
      const declared = registrations(around, program, () => "");
      await stack.write({ "declared.json": JSON.stringify(declared) });
      const log = join(root, `course-${++count}.json`);
      const urn = (name: string) => {
        const type = declared.find((one) => one.name === name)?.type;
        return `urn:pulumi:dev::program::${type}::${name}`;
      };
      const args = argsOf(command, urn);
      const all = [...args, "--event-log", log];
      const { code, output } = interruption ? await interrupted(all, interruption) : await plainly(all);
      const events = (await readFile(log, "utf8").catch(() => "")).split("\n").filter((line) => line.endsWith("}"));
      await rm(log, { force: true });
      return resultOf(code, output, events);
    },
    recorded: async () => ((await exported()).resources ?? []).filter(isOwn).map(recordedOf),
    pending: async () => (await exported()).pending_operations?.length ?? 0,
    state: async (edit, name) => {
      const urn = await urnOf(name);
      if (urn !== undefined) await must("state", edit, urn);
    },
    rename: async (name, next) => {
      const urn = await urnOf(name);
      if (urn !== undefined) await must("state", "rename", urn, next);
    },
    respell: async () => {
      around = around === spellings[0] ? spellings[1] : spellings[0];
      await stack.setConfig(around.config);
    },
    close: async () => stack[Symbol.asyncDispose](),
  };

  async function plainly(args: string[]): Promise<{ code: number; output: string }> {
    const { code, stdout, stderr } = await stack.run(...args, "--stack", "dev");
    return { code, output: stdout + stderr };
  }

  async function interrupted(
    args: string[],
    { what, moment }: Interruption,
  ): Promise<{ code: number; output: string }> {
    const command = startPulumi(stack, args);
    const [who, signal] =
      what === "Ctrl-C" ? ["cli", "SIGINT"] : [what === "kill the CLI" ? "cli" : "provider", "SIGKILL"];
    void moment.then(() => command.kill(who as string, signal as NodeJS.Signals));
    const ended = await command.ended;
    await command.settled(12_000);
    const locks = globSync("state/.pulumi/locks/**/*.json", { cwd: root });
    if (locks.length > 0) await must("cancel");
    return ended;
  }
}

function argsOf(command: Command, urn: (name: string) => string): string[] {
  const { verb, refresh, clear, replace = [], target = [], imports = [] } = command;
  if (verb === "import") {
    const [one] = imports;
    return [
      "import",
      `hydra:index:${one?.type}`,
      String(one?.name),
      String(one?.id),
      "--yes",
      "--skip-preview",
      "--generate-code=false",
    ];
  }
  const quick = verb === "preview" ? [] : ["--yes", "--skip-preview"];
  const about = [
    ...replace.flatMap((name) => ["--replace", urn(name)]),
    ...target.flatMap((name) => ["--target", urn(name)]),
  ];
  return [verb, ...quick, ...(refresh ? ["--refresh"] : []), ...(clear ? ["--clear-pending-creates"] : []), ...about];
}

function resultOf(code: number, output: string, events: readonly string[]): Result {
  const { operations, diagnostics } = account(events.join("\n"));
  const of = (severity: string) => diagnostics.filter((one) => one.severity === severity).map(({ message }) => message);
  const unknown = new Set<string>();
  for (const event of events.map((line) => JSON.parse(line))) {
    const step = event.resOutputsEvent?.metadata;
    if (!step?.new || !isOwn(step)) continue;
    if (/04da6b54-80e4-46f7-96ec-b56ff0331ba9/.test(JSON.stringify(step.new.inputs ?? {})))
      unknown.add(nameOf(step.urn));
  }
  return {
    green: code === 0,
    errors: code === 0 ? of("error") : [...of("error"), ...(of("error").length > 0 ? [] : [output.slice(-2_000)])],
    warnings: of("warning"),
    operations: Object.fromEntries(
      Object.entries(operations).map(([key, op]) => [key.slice(key.indexOf(" ") + 1), op]),
    ),
    // The event log hides secrets in places that differ from command to command; values are compared by the other driver.
    outputs: {},
    unknown,
  };
}
