// Knows how long the life of many clients takes before a server that limits calls, and writes the table. `npm run limits -- --help`.
import { parseArgs } from "node:util";
import { writeRow } from "../../tools/document/table-row.mts";
import { startHydra } from "../../tools/hydra.mts";
import { type Installation, install, uninstall } from "../../tools/installation.mts";
import { inLanes } from "../support/lane.ts";
import { type Limit, startLimitedServer, type Telling } from "../support/limiter.ts";
import { liveLimited } from "./limited-life.ts";

const help = `npm run limits -- [options]
  --limit <name>    one of the limits alone: 15, 30, 35, 350 or 5/s
  --telling <name>  what the server says of its limit: reset, "reset 0", nothing or Retry-After
  --clients <n>     clients with lifespans, 100 unless said otherwise
  --at-once <n>     runs at the same time, each with a Hydra of its own, 8 unless said otherwise
  --write           writes each result into the table of docs/benchmark.md
With 100 clients, the runs at 15 a minute take 35 minutes; nearly all of it is waiting.
`;

const { values } = parseArgs({
  options: {
    limit: { type: "string" },
    telling: { type: "string" },
    clients: { type: "string", default: "100" },
    "at-once": { type: "string", default: "8" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** What Ory publishes for writes ("admin low") and lists ("admin medium"), and one limit of a second alone. */
const limits: Readonly<Record<string, { readonly writes: readonly Limit[]; readonly lists: readonly Limit[] }>> = {
  "15": { writes: [perSecond(5), perMinute(15)], lists: [perMinute(15)] },
  "30": { writes: [perSecond(5), perMinute(30)], lists: [perMinute(30)] },
  "35": { writes: [perSecond(5), perMinute(35)], lists: [perMinute(125)] },
  "350": { writes: [perMinute(350)], lists: [perMinute(125)] },
  "5/s": { writes: [perSecond(5)], lists: [perSecond(5)] },
};
const tellings: readonly Telling[] = ["reset", "reset 0", "nothing", "Retry-After"];

interface Run {
  readonly limit: string;
  readonly telling: Telling;
}

function perSecond(calls: number): Limit {
  return { calls, ms: 1_000 };
}

function perMinute(calls: number): Limit {
  return { calls, ms: 60_000 };
}

if (values.help) process.stdout.write(help);
else await main();

async function main(): Promise<void> {
  const runs = Object.keys(limits)
    .flatMap((limit) => tellings.map((telling): Run => ({ limit, telling })))
    .filter(({ limit, telling }) => (values.limit ?? limit) === limit && (values.telling ?? telling) === telling);
  const installation = await install();
  try {
    await inLanes(runs, Number(values["at-once"]), async (run) => {
      try {
        const row = [nameOf(run.limit), run.telling, ...(await cellsOf(installation, run, Number(values.clients)))];
        process.stdout.write(`| ${row.join(" | ")} |\n`);
        if (values.write) writeRow({ document: "docs/benchmark.md", marker: "limits", keys: 2, order }, row);
      } catch (error) {
        process.stdout.write(`${nameOf(run.limit)}, ${run.telling}: ${String(error)}\n`);
        process.exitCode = 1;
      }
    });
  } finally {
    await uninstall(installation);
  }
}

function nameOf(limit: string): string {
  return limit === "5/s" ? "5 a second" : `${limit} a minute`;
}

/** One life before a limiter with a Hydra of its own: seconds of each step, writes, refusals, and the ratio. */
async function cellsOf(installation: Installation, { limit, telling }: Run, clients: number): Promise<string[]> {
  const { writes, lists } = limits[limit] ?? { writes: [], lists: [] };
  await using hydra = await startHydra();
  await using server = await startLimitedServer(hydra.adminUrl, {
    writes: { way: "fixed", telling, limits: writes },
    lists: { way: "fixed", telling, limits: lists },
  });
  const sum = { seconds: 0, writes: 0, others: 0, refused: 0 };
  const times: string[] = [];
  await liveLimited(installation, server, clients, (step, seconds, seen) => {
    sum.seconds += seconds;
    sum.writes += seen.writes;
    sum.others += seen.others;
    sum.refused += seen.refused;
    times.push(`${seconds.toFixed(0)}\u00a0s`);
    const { writes, others, refused } = seen;
    process.stderr.write(
      `${limit}, ${telling}: ${step} ${seconds.toFixed(0)} s, ${writes} writes, ${others} reads, ${refused} refused\n`,
    );
  });
  const least = Math.max(...writes.map(({ calls, ms }) => (sum.writes * ms) / calls / 1_000));
  const share = (100 * sum.refused) / (sum.writes + sum.others + sum.refused);
  return [...times, String(sum.writes), `${share.toFixed(1)}\u00a0%`, (sum.seconds / least).toFixed(2)];
}

/** By the order of the limits, then of what the server says. */
function order(left: readonly string[], right: readonly string[]): number {
  const place = ([name = "", telling = ""]: readonly string[]) =>
    Object.keys(limits).map(nameOf).indexOf(name) * 10 + tellings.indexOf(telling as Telling);
  return place(left) - place(right);
}
