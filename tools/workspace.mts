// Knows how to run the real Pulumi CLI on a program in a folder of its own: own state, own home, no network, no questions.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { z } from "zod";
import { madeOnce } from "./cache.mts";
import { type ChildResult, run, succeed as succeedProgram } from "./child.mts";
import { type Account, account } from "./events.mts";
import type { Installation } from "./installation.mts";

/** What a Pulumi operation did: exit code, output, and the account of its events. It failed when `code` is not 0. */
export interface Operation extends ChildResult, Account {}

/** A stack configuration value; `{ secret }` is stored encrypted. */
export type ConfigValue = string | { secret: string };

export interface WorkspaceOptions {
  /** Files of the program by relative path; `index.ts` or `index.js` is the program, and the former makes it TypeScript. */
  files: Readonly<Record<string, string>>;
  /** Stack configuration: `{ "hydra:adminUrl": "http://…" }`. */
  config?: Readonly<Record<string, ConfigValue>>;
  /** Environment of every command. PULUMI_HYDRA_… variables of this process are not inherited. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Folders to search for programs first, for instance a provider plugin. */
  path?: readonly string[];
  /** The most a single command may take; two minutes when absent. */
  timeoutMs?: number;
}

const settingsFile = "Pulumi.dev.yaml";
const stateFile = "state/.pulumi/stacks/program/dev.json";
const deployment = z.object({
  resources: z.array(z.looseObject({ urn: z.string() })).default([]),
  pending_operations: z.array(z.record(z.string(), z.unknown())).default([]),
});
const exportedState = z.object({ deployment });
// A stack has none before its first operation.
const keptState = z.object({ checkpoint: z.object({ latest: deployment.prefault({}) }) });

/** A stack named `dev` of a project named `program`. Disposing of it deletes the folder, not what the stack made. */
export interface Workspace extends AsyncDisposable {
  /** The program's folder. */
  readonly folder: string;
  /** The environment of every command. */
  readonly env: NodeJS.ProcessEnv;
  /** `pulumi up`, at once: no preview before it. Extra arguments as the CLI takes them, `--target` for instance. */
  up(...args: string[]): Promise<Operation>;
  preview(...args: string[]): Promise<Operation>;
  refresh(...args: string[]): Promise<Operation>;
  destroy(...args: string[]): Promise<Operation>;
  /** The stack's outputs, secrets in clear. */
  outputs(): Promise<Record<string, unknown>>;
  /** The stack's state as text: `pulumi stack export`, secrets encrypted. */
  exportStack(): Promise<string>;
  /** What the state records, as the CLI keeps it: faster than `exportStack`, which runs the CLI. */
  deployment(): Promise<z.infer<typeof deployment>>;
  /** Replaces the stack's state by what `exportStack` gave, edited or not. */
  importStack(state: string): Promise<void>;
  setConfig(config: Readonly<Record<string, ConfigValue>>): Promise<void>;
  /** Writes or replaces files of the program. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Any other command: `await workspace.run("import", "hydra:index:OAuth2Client", "web", id)`. Never throws but when late. */
  run(...args: string[]): Promise<ChildResult>;
  /** Commands as a page shows them, run by bash in the program's folder; the first one that fails ends them. */
  shell(commands: string): Promise<ChildResult>;
}

/**
 * Makes a program's folder and an empty stack.
 *
 * @example
 * await using workspace = await createWorkspace(installation, {
 *   files: { "index.ts": `import * as hydra from "pulumi-hydra"; new hydra.OAuth2Client("web", {});` },
 *   config: { "hydra:adminUrl": adminUrl },
 * });
 * expect((await workspace.up()).operations).toEqual({ "OAuth2Client web": "create" });
 */
export async function createWorkspace(installation: Installation, options: WorkspaceOptions): Promise<Workspace> {
  const root = await mkdtemp(join(installation.folder, "workspace-"));
  const folder = join(root, "program");
  const env = environment(installation, root, options);
  const timeoutMs = options.timeoutMs ?? 120_000;
  const pulumi = (...args: string[]): Promise<ChildResult> =>
    run("pulumi", [...args, "--non-interactive", "--color", "never"], { cwd: folder, env, timeoutMs });
  const succeed = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await pulumi(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${stdout}${stderr}`);
    return stdout;
  };
  let count = 0;
  const operate = async (command: string, ...args: string[]): Promise<Operation> => {
    const log = join(root, `events-${++count}.json`);
    const result = await pulumi(command, "--stack", "dev", "--event-log", log, ...args);
    return { ...result, ...account(await readFile(log, "utf8").catch(() => "")) };
  };
  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
  };
  const setConfig = async (config: Readonly<Record<string, ConfigValue>>): Promise<void> => {
    const values = Object.entries(config).flatMap(([key, value]) =>
      typeof value === "string" ? ["--plaintext", `${key}=${value}`] : ["--secret", `${key}=${value.secret}`],
    );
    if (values.length > 0) await succeed("config", "set-all", "--stack", "dev", ...values);
  };

  const typescript = "index.ts" in options.files;
  await write({ ...scaffold(typescript), ...options.files });
  const { config = {} } = options;
  const isOrdinary = !options.files["Pulumi.yaml"] && !options.env?.PULUMI_BACKEND_URL;
  let selected: Promise<unknown> | undefined;
  if (isOrdinary && Object.values(config).every((value) => typeof value === "string")) {
    const empty = await emptyStack(installation);
    await cp(join(empty, "state"), join(root, "state"), { recursive: true });
    const settings = await readFile(join(empty, "program", settingsFile), "utf8");
    await write({ [settingsFile]: `${settings}config: ${JSON.stringify(config)}\n` });
  } else {
    await mkdir(join(root, "state"));
    selected = succeed("stack", "init", "dev");
    await selected;
    await setConfig(config);
  }
  const exported = async (): Promise<string> => {
    // Not by its output, of which no more than a megabyte is kept.
    const file = join(root, "export.json");
    await succeed("stack", "export", "--stack", "dev", "--file", file);
    return readFile(file, "utf8").finally(() => rm(file));
  };
  /** Commands that are written as people type them name no stack. */
  const select = () => (selected ??= succeed("stack", "select", "dev"));

  return {
    folder,
    env,
    up: (...args) => operate("up", "--yes", "--skip-preview", ...args),
    preview: (...args) => operate("preview", ...args),
    refresh: (...args) => operate("refresh", "--yes", "--skip-preview", ...args),
    destroy: (...args) => operate("destroy", "--yes", "--skip-preview", ...args),
    outputs: async () => {
      const text = await succeed("stack", "output", "--json", "--show-secrets", "--stack", "dev");
      return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    },
    exportStack: exported,
    deployment: async () => {
      if (!isOrdinary) return exportedState.parse(JSON.parse(await exported())).deployment;
      return keptState.parse(JSON.parse(await readFile(join(root, stateFile), "utf8"))).checkpoint.latest;
    },
    importStack: async (state) => {
      const file = join(root, "import.json");
      await writeFile(file, state);
      await succeed("stack", "import", "--stack", "dev", "--file", file);
    },
    setConfig,
    write,
    run: async (...args) => {
      if (!args.includes("--stack")) await select();
      return pulumi(...args);
    },
    shell: async (commands) => {
      await select();
      return run("bash", ["-euo", "pipefail", "-c", commands], { cwd: folder, env, timeoutMs });
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

function environment({ folder, path, env }: Installation, root: string, options: WorkspaceOptions): NodeJS.ProcessEnv {
  return {
    // The provider falls back on these; a test says itself which of them there are.
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PULUMI_HYDRA_"))),
    PATH: [...(options.path ?? []), path].join(delimiter),
    // Pulumi and ts-node leave things behind there.
    TMPDIR: join(folder, "tmp"),
    PULUMI_HOME: join(root, "home"),
    PULUMI_BACKEND_URL: `file://${join(root, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
    PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
    PULUMI_SKIP_UPDATE_CHECK: "1",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "1",
    // Without this the CLI does not know --event-log.
    PULUMI_DEBUG_COMMANDS: "1",
    ...env,
    ...options.env,
  };
}

/** What the CLI makes of a new stack, once for each installation: most workspaces begin alike, and it takes a second. */
function emptyStack(installation: Installation): Promise<string> {
  return madeOnce(join(installation.folder, "empty-stack"), async (attempt) => {
    const cwd = join(attempt, "program");
    await mkdir(cwd, { recursive: true });
    await mkdir(join(attempt, "state"));
    await writeFile(join(cwd, "Pulumi.yaml"), scaffold(false)["Pulumi.yaml"]);
    const env = environment(installation, attempt, { files: {} });
    const provider = installation.secretsProvider ?? "passphrase";
    const init = ["stack", "init", "dev", "--non-interactive", "--secrets-provider", provider];
    await succeedProgram("pulumi", init, { cwd, env });
  });
}

function scaffold(typescript: boolean) {
  const project = { name: "program", runtime: { name: "nodejs", options: { typescript } } };
  // Old versions of @pulumi/pulumi set a resolution where none stands here.
  const modern = { target: "es2022", module: "nodenext", moduleResolution: "nodenext" };
  const tsconfig = { compilerOptions: { ...modern, strict: true, types: ["node"] } };
  return {
    "Pulumi.yaml": JSON.stringify(project),
    "package.json": JSON.stringify({ name: "program", private: true }),
    ...(typescript ? { "tsconfig.json": JSON.stringify(tsconfig) } : {}),
  };
}
