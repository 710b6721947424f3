// Knows how many clients at once go through their lives while a part of all answers is faulty, and what that takes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hydra } from "../../tools/hydra.mts";
import type { Installation } from "../../tools/installation.mts";
import { createWorkspace } from "../../tools/workspace.mts";
import { type Fault, type FaultProxy, startFaultProxy } from "../support/fault.ts";
import { clientsOf, stateOf } from "./kill-check.ts";
import { type Command, startPulumi } from "./kill-process.ts";
import { type Random, random } from "./random.ts";

export interface Load {
  readonly host: "plugin" | "dynamic";
  readonly clients: number;
  /** How many of all answers are faulty. */
  readonly faulty: number;
  readonly seed: number;
}

/** One operation on all of them. */
export interface Run {
  readonly operation: string;
  readonly seconds: number;
  readonly requests: number;
  readonly spoiled: number;
  /** The most memory that the provider's process had, in MiB. */
  readonly memory: number;
  /** What is not as it should be afterwards. */
  readonly wrong: readonly string[];
}

const lost = (answer: Fault["answer"], forward: Fault["forward"] = "all"): Fault => ({
  forward,
  ...(answer ? { answer } : {}),
});
const page = (status: number) => ({ status, body: "<title>Error</title>" });

/** What an answer can be instead: half of them come after the request was carried out. */
const faults: readonly Fault[] = [
  lost("reset"),
  lost("reset", "nothing"),
  lost("reset", "half"),
  lost("truncated"),
  lost("cut JSON"),
  lost(page(200)),
  lost(page(429), "nothing"),
  lost(page(500)),
  lost(page(502)),
  lost(page(503), "nothing"),
  lost(page(504)),
];

function spoilSome(proxy: FaultProxy, { chance, pick }: Random, faulty: number): void {
  proxy.spoil(() => (chance(faulty) ? pick(faults) : undefined));
}

const program = (module: string, count: number) => `
const fs = require("node:fs");
const hydra = require(${JSON.stringify(module)});
const { owner, span } = JSON.parse(fs.readFileSync("wanted.json", "utf8"));
for (let number = 0; number < ${count}; number++) {
  const client = new hydra.OAuth2Client("client-" + number, { owner, clientName: "client " + number + " " + span });
  new hydra.ClientLifespans("client-" + number, { clientId: client.clientId, implicitGrantIdTokenLifespan: span });
}
`;

/** Creates, refreshes, updates and destroys so many clients with lifespans in one program, telling each step. */
export async function runLoad(
  installation: Installation,
  hydra: Hydra,
  { host, clients, faulty, seed }: Load,
  tell: (run: Run) => void,
): Promise<void> {
  await using proxy = await startFaultProxy(hydra.adminUrl);
  const owner = `load-${host}-${seed}-${faulty}`;
  const wanted = (span: string) => ({ "wanted.json": JSON.stringify({ owner, span }) });
  const module = host === "plugin" ? "pulumi-hydra/plugin" : "pulumi-hydra";
  await using stack = await createWorkspace(installation, {
    files: { "index.js": program(module, clients), ...wanted("1h0m0s") },
    config: { "hydra:adminUrl": proxy.url },
    path: host === "plugin" ? [join(installation.folder, "node_modules/pulumi-hydra")] : [],
  });
  spoilSome(proxy, random(seed), faulty);

  const run = async (operation: string, span: string | undefined, ...args: string[]): Promise<void> => {
    const [started, before] = [Date.now(), proxy.seen.length];
    const command = startPulumi(
      stack,
      [operation, "--yes", "--skip-preview", "--suppress-progress", "--suppress-outputs", ...args],
      3_600_000,
    );
    const memory = watchMemory(command);
    const { code, output } = await command.ended;
    const seen = proxy.seen.slice(before);
    const wrong = code === 0 ? await unlike(hydra, stack, owner, clients, span) : [`it fails: ${output.slice(-3_000)}`];
    await command.settled(10_000);
    tell({
      operation: [operation, ...args].join(" "),
      seconds: (Date.now() - started) / 1000,
      requests: seen.length,
      spoiled: seen.filter(({ spoiled }) => spoiled).length,
      memory: memory(),
      wrong,
    });
  };
  await run("up", "1h0m0s");
  await run("refresh", "1h0m0s", "--expect-no-changes");
  await stack.write(wanted("2h0m0s"));
  await run("up", "2h0m0s");
  await run("destroy", undefined);
}

async function unlike(
  hydra: Hydra,
  stack: Parameters<typeof stateOf>[0],
  owner: string,
  count: number,
  span: string | undefined,
): Promise<string[]> {
  const all = await clientsOf(hydra, owner);
  const { resources, pending } = await stateOf(stack);
  const wrong: string[] = [];
  const wanted = span === undefined ? 0 : count;
  if (all.length !== wanted) wrong.push(`${all.length} clients on the server`);
  if (pending.length > 0) wrong.push(`${pending.length} pending operations`);
  if (resources.length !== 2 * wanted) wrong.push(`${resources.length} resources in the state`);
  const known = new Set(resources.map(({ id }) => id));
  const others = all.filter((client) => !known.has(String(client.client_id)));
  if (others.length > 0) wrong.push(`${others.length} clients that the state does not name`);
  const off = all.filter(
    (client) => client.implicit_grant_id_token_lifespan !== span || !String(client.client_name).endsWith(String(span)),
  );
  if (off.length > 0) wrong.push(`${off.length} clients not as declared`);
  return wrong;
}

/** Looks at the provider's process from time to time; gives the most memory that it ever had, as the kernel counts. */
function watchMemory(command: Command): () => number {
  let most = 0;
  const look = (): void => {
    const pid = command.find("provider");
    try {
      const [, size = "0"] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
      most = Math.max(most, Number(size) / 1024);
    } catch {
      // not there yet, or gone
    }
  };
  const timer = setInterval(look, 500);
  return () => {
    clearInterval(timer);
    return Math.round(most);
  };
}

/** A run on one line. */
export function lineOfRun(
  { host, clients, faulty }: Load,
  { operation, seconds, requests, spoiled, memory, wrong }: Run,
): string {
  const outcome = wrong.length === 0 ? "as declared" : `WRONG: ${wrong.join("; ")}`;
  const parts = [host.padEnd(7), String(clients).padStart(5), `${faulty * 100} %`.padStart(5), operation.padEnd(28)];
  return `${parts.join(" ")} ${seconds.toFixed(1).padStart(7)} s ${String(requests).padStart(6)} requests ${String(spoiled).padStart(5)} faulty ${String(memory).padStart(4)} MiB  ${outcome}`;
}
