// Knows one cycle of kills: an `up` that is disturbed, what Pulumi and our messages then ask for, and an `up` that is not.
import { globSync } from "node:fs";
import { copyFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Values } from "../../provider/lifecycle/value.ts";
import type { Installation } from "../../tools/installation.mts";
import { createWorkspace, type Workspace } from "../../tools/workspace.mts";
import { generateKey } from "../support/key.ts";
import { clientsOf, disagreements, type Recorded, stateOf, trustsOf, trustsPath } from "./kill-check.ts";
import { declare, killProgram, type Plan, plan } from "./kill-plan.ts";
import { type Command, startPulumi } from "./kill-process.ts";
import { random } from "./random.ts";
import { type RestartableHydra, startRestartableHydra } from "./restartable-hydra.ts";

/** How a cycle went. */
export interface Cycle {
  readonly plan: Plan;
  readonly host: string;
  /** Whether there was somebody to kill at that point. */
  readonly hit: boolean;
  /** What the recovery took, beside the last `up`. */
  readonly steps: readonly string[];
  /** What is not as declared in the end; it should be nothing. */
  readonly wrong: readonly string[];
  readonly output: string;
  /** Milliseconds from the kill to the last answer that the provider got. */
  readonly ending: number;
}

export interface Kills extends AsyncDisposable {
  cycle(): Promise<Cycle>;
}

interface Stack {
  readonly host: string;
  readonly marker: string;
  readonly workspace: Workspace;
  readonly jwk: Values;
  cycles: number;
}

const absence = 10_000;

/** Prepares a server and two stacks, one on the plugin and one on dynamic resources. Each call of `cycle` goes on from the last. */
export async function startKills(installation: Installation, seed: number): Promise<Kills> {
  const chosen = random(seed);
  const hydra = await startRestartableHydra();
  const open = async (host: string, module: string, path: string[]): Promise<Stack> => {
    const config = { "hydra:adminUrl": hydra.proxy.url, "hydra:timeout": "5" };
    const files = { "index.js": killProgram(module), "declared.json": "[]" };
    const workspace = await createWorkspace(installation, { files, config, path });
    return { host, marker: `kill-${host}-${seed}`, workspace, jwk: generateKey("ES256", "kid").publicJwk, cycles: 0 };
  };
  const plugin = await open("plugin", "pulumi-hydra/plugin", [join(installation.folder, "node_modules/pulumi-hydra")]);
  const dynamic = await open("dynamic", "pulumi-hydra", []);
  return {
    cycle: async () => {
      const stack = chosen.chance(0.85) ? plugin : dynamic;
      const declared = declare(chosen, stack.marker, stack.cycles++, stack.jwk);
      await stack.workspace.write({ "declared.json": JSON.stringify(declared) });
      await rm(join(stack.workspace.folder, "made.json"), { force: true });
      const what = plan(chosen);
      const { hit, ending, output } = await disturbed(hydra, stack.workspace, what);
      const steps: string[] = [];
      const last = await recovered(hydra, stack, steps);
      // Of what a provider was making when it was killed, the engine keeps nothing.
      if (what.victim.startsWith("provider") || steps.includes("restore the state's backup"))
        await removeUnrecorded(hydra, stack, steps);
      const wrong =
        last.code === 0 ? await disagreements(hydra.now(), stack.workspace, stack.marker, declared) : ["up fails"];
      if (wrong.length === 0 && stack.cycles % 5 === 0) wrong.push(...(await changes(stack.workspace)));
      return { plan: what, host: stack.host, hit, steps, wrong, output: `${output}\n--\n${last.output}`, ending };
    },
    [Symbol.asyncDispose]: async () => {
      await plugin.workspace[Symbol.asyncDispose]();
      await dynamic.workspace[Symbol.asyncDispose]();
      await hydra[Symbol.asyncDispose]();
    },
  };
}

const up = ["up", "--yes", "--skip-preview", "--suppress-progress"];

/** Runs an `up` and does what the plan says. */
async function disturbed(hydra: RestartableHydra, stack: Workspace, { victim, at }: Plan) {
  const command = startPulumi(stack, up);
  let hit = false;
  let struck = 0;
  let over: Promise<void> = Promise.resolve();
  const strike = (): void => {
    struck = Date.now();
    if (victim === "Hydra restarted") {
      hit = true;
      over = hydra.restart();
    } else if (victim === "database away") {
      hit = true;
      over = sleep(absence);
    } else {
      const [who = "", signal] = victim.split(" ");
      hit = command.kill(who, signal as NodeJS.Signals);
    }
  };
  let count = 0;
  let answered = 0;
  hydra.proxy.onStage((stage) => {
    if (stage === "answered") answered = Date.now();
    if ("request" in at && stage === at.stage && ++count === at.request) strike();
    // Nothing gets through while the server or its database is away; this is about requests, not about their answers.
    return stage === "arrived" ? over : undefined;
  });
  const timer = "ms" in at ? setTimeout(strike, at.ms) : undefined;
  const { output } = await command.ended;
  const ending = Math.max(0, answered - struck);
  clearTimeout(timer);
  hydra.proxy.onStage(undefined);
  await over;
  const stayed = await command.settled(12_000);
  return { hit, ending, output: [output, ...stayed.map((left) => `left behind: ${left}`)].join("\n") };
}

/** Does what is asked for after a kill, until an `up` goes through. */
async function recovered(hydra: RestartableHydra, stack: Stack, steps: string[]) {
  const { workspace } = stack;
  // Pulumi's file backend may be killed while it writes; it keeps the state before. Attributes that are missing do no harm.
  const file = join(dirname(workspace.folder), "state/.pulumi/stacks/program/dev.json");
  if (await isEmpty(file)) {
    steps.push("restore the state's backup");
    await copyFile(`${file}.bak`, file);
  }
  if (await isEmpty(`${file}.attrs`)) {
    steps.push("remove the state's empty attributes");
    await rm(`${file}.attrs`);
  }
  const locks = globSync("state/.pulumi/locks/**/*.json", { cwd: dirname(workspace.folder) });
  if (locks.length > 0) await pulumi(workspace, steps, "cancel", "--yes");
  const { pending, resources } = await stateOf(workspace);
  if (pending.length > 0) {
    for (const { type, resource } of pending) {
      if (type === "creating") await removeLeftover(hydra, resource as Recorded, resources, steps);
    }
    await pulumi(workspace, steps, "refresh", "--yes", "--skip-preview", "--clear-pending-creates");
  }
  for (let left = 2; ; left--) {
    const command = startPulumi(workspace, up);
    const ended = await command.ended;
    await command.settled(5_000);
    const asked = /pulumi refresh/.test(ended.output);
    if ((ended.code === 0 && !asked) || left === 0) return ended;
    const [, id] = /hydra delete oauth2-client (?:\\?")?([\w-]+)/.exec(ended.output) ?? [];
    const [, trust] = /DELETE of \S+\/issuers\/([\w-]{36})/.exec(ended.output) ?? [];
    if (id !== undefined) await remove(hydra, `/admin/clients/${id}`, steps);
    if (trust !== undefined) await remove(hydra, `${trustsPath}/${trust}`, steps);
    if (asked) await pulumi(workspace, steps, "refresh", "--yes", "--skip-preview");
    steps.push("up again");
  }
}

async function isEmpty(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.size === 0;
}

/** A create that was cut off: its inputs stand in the state, and with them what it may have created. */
async function removeLeftover(
  hydra: RestartableHydra,
  { urn, inputs = {} }: Recorded,
  resources: readonly Recorded[],
  steps: string[],
): Promise<void> {
  const known = new Set(resources.map(({ id }) => id));
  if (urn.includes(":OAuth2Client::")) {
    const id = inputs.clientId ?? inputs.__clientId;
    const all = await clientsOf(hydra.now(), String(inputs.owner));
    if (!known.has(String(id)) && all.some(({ client_id }) => client_id === id))
      await remove(hydra, `/admin/clients/${String(id)}`, steps);
  }
  if (urn.includes(":TrustedJwtIssuer::")) {
    const all = await trustsOf(hydra.now(), String(inputs.issuer));
    const found = all.find(({ subject, id }) => subject === inputs.subject && !known.has(String(id)));
    if (found) await remove(hydra, `${trustsPath}/${String(found.id)}`, steps);
  }
}

/** Clients that no state names: they show in a list, by their owner. */
async function removeUnrecorded(hydra: RestartableHydra, { workspace, marker }: Stack, steps: string[]): Promise<void> {
  const { resources } = await stateOf(workspace);
  const known = new Set(resources.map(({ id }) => id));
  for (const { client_id: id } of await clientsOf(hydra.now(), marker))
    if (!known.has(String(id))) await remove(hydra, `/admin/clients/${String(id)}`, steps);
}

async function remove(hydra: RestartableHydra, path: string, steps: string[]): Promise<void> {
  steps.push(`DELETE ${path.replace(/[^/]+$/, "…")}`);
  await fetch(`${hydra.now().adminUrl}${path}`, { method: "DELETE" });
}

async function pulumi(stack: Workspace, steps: string[], ...args: string[]): Promise<void> {
  steps.push(args.filter((arg) => !/^--(yes|skip-preview)$/.test(arg)).join(" "));
  const command = startPulumi(stack, args);
  const { code, output } = await command.ended;
  await command.settled(5_000);
  if (code !== 0) await writeFile(join(stack.folder, "failed.log"), output);
  if (code !== 0) steps.push(`that failed: ${output.slice(-800)}`);
}

async function changes(stack: Workspace): Promise<string[]> {
  const command: Command = startPulumi(stack, ["preview", "--expect-no-changes", "--suppress-progress"]);
  const { code, output } = await command.ended;
  await command.settled(5_000);
  return code === 0 ? [] : [`a second up has something to do:\n${output}`];
}

/** A cycle on one line. */
export function lineOf({ plan: { victim, at }, host, hit, steps, wrong, ending }: Cycle, number: number): string {
  const when = "ms" in at ? `after ${at.ms} ms` : `request ${at.request} ${at.stage}`;
  const outcome = wrong.length === 0 ? "as declared" : `WRONG: ${wrong.join("; ")}`;
  const ended = hit && victim.startsWith("cli") ? `, last answer after ${(ending / 1000).toFixed(1)} s` : "";
  const recovery = steps.length > 0 ? ` [${steps.join("; ")}]` : "";
  return `${String(number).padStart(3)} ${host.padEnd(7)} ${victim.padEnd(17)} ${when.padEnd(20)} ${hit ? "hit " : "miss"} ${outcome}${ended}${recovery}`;
}
