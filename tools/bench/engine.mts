// Knows how long the engine takes with a provider that does nothing, and with ours, in rounds that take turns.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Installation } from "../installation.mts";
import { createWorkspace, type Operation } from "../workspace.mts";
import { type Base, type Host, programOf, resourcesOf, type Side } from "./program.mts";
import { duration, type Row, ratioOf, spreadOf } from "./table.mts";

const steps = ["up", "no-change up", "refresh", "destroy"] as const;
type Step = (typeof steps)[number];

/** Milliseconds of each step, and the bytes of state once all is made. */
interface Life {
  readonly times: Record<Step, number>;
  readonly stateBytes: number;
}

export interface EngineRun {
  readonly host: Host;
  readonly clients: number;
}

const aims: Record<Host, string> = { plugin: "≤ 1.10", dynamic: "≤ 1.15" };

async function live(installation: Installation, adminUrl: string, side: Side, run: EngineRun): Promise<Life> {
  const { host, clients } = run;
  await using stack = await createWorkspace(installation, {
    files: programOf(side, host, clients),
    config: { "hydra:adminUrl": adminUrl },
    env: side === "recording" ? { ECHO_RECORDS: "1" } : {},
    path: [join(installation.folder, side === "ours" ? "node_modules/pulumi-hydra" : "echo")],
    timeoutMs: 600_000,
  });
  const timed = async (work: () => Promise<Operation>): Promise<number> => {
    const start = performance.now();
    const { code, stdout, stderr } = await work();
    if (code !== 0) throw new Error(`${side} on ${host}: an operation failed:\n${stdout}${stderr}`);
    return performance.now() - start;
  };
  try {
    const up = await timed(() => stack.up());
    const state = await stack.exportStack();
    const found = JSON.parse(state) as { deployment: { resources: { type: string }[] } };
    const made = found.deployment.resources.filter(({ type }) => /:(OAuth2Client|ClientLifespans)$/.test(type)).length;
    if (made !== resourcesOf(clients)) throw new Error(`${side} on ${host}: ${made} resources were made`);
    const again = await timed(() => stack.up());
    const refresh = await timed(() => stack.refresh());
    const destroy = await timed(() => stack.destroy());
    return { times: { up, "no-change up": again, refresh, destroy }, stateBytes: Buffer.byteLength(state) };
  } catch (error) {
    // Whatever was made of it is not to stay.
    await stack.destroy().catch(() => undefined);
    throw error;
  }
}

/** Measures until all rounds are done or `deadline` (of performance.now) would be passed; the first round is always done. */
export async function measureEngine(
  installation: Installation,
  adminUrl: string,
  base: Base,
  runs: readonly EngineRun[],
  rounds: number,
  deadline: number,
): Promise<{ rows: Row[]; done: number }> {
  const lives = runs.map(() => ({ base: [] as Life[], ours: [] as Life[] }));
  let done = 0;
  let longest = 0;
  for (; done < rounds && (done === 0 || performance.now() + longest < deadline); done++) {
    const start = performance.now();
    for (const [index, run] of runs.entries()) {
      // Who comes first has it easier or harder: they change places.
      for (const side of done % 2 === 0 ? (["base", "ours"] as const) : (["ours", "base"] as const)) {
        const who = side === "ours" ? side : base;
        lives[index]?.[side].push(await live(installation, adminUrl, who, run));
      }
    }
    longest = Math.max(longest, performance.now() - start);
  }
  const rows = runs.flatMap((run, index) => rowsOf(run, lives[index] ?? { base: [], ours: [] }));
  return { rows, done };
}

function rowsOf({ host, clients }: EngineRun, lives: { base: Life[]; ours: Life[] }): Row[] {
  const name = `${clients} client${clients === 1 ? "" : "s"}, ${host === "plugin" ? "plugin" : "dynamic resources"}`;
  const timed = steps.map((step): Row => {
    const [base, ours] = [lives.base, lives.ours].map((side) => side.map(({ times }) => times[step]));
    return {
      what: `${name}: ${step}`,
      base: duration(spreadOf(base ?? []).median),
      ours: duration(spreadOf(ours ?? []).median),
      ratio: ratioOf(ours ?? [], base ?? []),
      ...(clients > 1 ? { aim: aims[host] } : {}),
    };
  });
  const [base, ours] = [lives.base, lives.ours].map(
    (side) => spreadOf(side.map(({ stateBytes }) => stateBytes)).median / resourcesOf(clients),
  );
  const size = {
    what: `${name}: bytes of exported state per resource`,
    base: `${base?.toFixed(0)}`,
    ours: `${ours?.toFixed(0)}`,
  };
  return clients > 1 ? [...timed, size] : timed;
}

/** The text that each dynamic resource carries. */
export async function providerTextBytes(installation: Installation): Promise<number> {
  const source = await readFile(join(installation.folder, "node_modules/pulumi-hydra/dist/sdk/resource.js"), "utf8");
  const text = /props\.__provider = `([^`]*)`/.exec(source)?.[1];
  if (text === undefined) throw new Error("dist/sdk/resource.js does not say what __provider is");
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a template
  return Buffer.byteLength(text.replace("${module}", "oauth2-client"));
}
