// Knows what is measured, in which order and how often, and prints one table and one picture. `npm run bench -- --help`.
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { table as markdownTable } from "../document/markdown-table.mts";
import { rewrite } from "../document/table-row.mts";
import { startHydra } from "../hydra.mts";
import { install, uninstall } from "../installation.mts";
import { during } from "../progress.mts";
import { type Life, steps } from "./life.mts";
import { pictureOf } from "./picture.mts";
import { type Host, sidesOf } from "./side.mts";
import { startRow } from "./start.mts";
import { head, rowOf } from "./table.mts";

const help = `npm run bench -- [options]
  --rounds <n>       rounds, 3 unless said otherwise; the sides take turns in each
  --clients <list>   clients of the programs, 1,100,300 unless said otherwise; every third has lifespans
  --host <host>      plugin or dynamic alone; both unless said otherwise
  --write            writes the table and the picture into docs/
BEFORE, BRIDGE and TERRAFORM in the environment add sides: docs/benchmark.md says how.
`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    clients: { type: "string", default: "1,100,300" },
    host: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** What our figures are held against at the largest program, by the side: on the plugin, on dynamic resources. */
const aims: Readonly<Record<string, readonly [string, string]>> = {
  bare: ["≤ 1.15", "≤ 1.20"],
  "no-change up, against before": ["≤ 0.60", "≤ 0.65"],
  "up, against before": ["≤ 0.75", "≤ 0.75"],
  "destroy, against before": ["≤ 0.87", "≤ 0.90"],
  bridge: ["≤ 0.80", ""],
  "bytes of state of a resource, against bare": ["≤ 1.25", "≤ 1.25"],
};

if (values.help) process.stdout.write(help);
else await main();

async function main(): Promise<void> {
  const installation = await install();
  const before = process.env.BEFORE ? await install({ packed: process.env.BEFORE }) : undefined;
  try {
    await using hydra = await startHydra({ alone: true });
    const counts = values.clients.split(",").map(Number);
    const most = Math.max(...counts);
    const rows: string[][] = [];
    const pictures: Record<string, Life[]> = {};
    for (const host of (["plugin", "dynamic"] as const).filter((host) => (values.host ?? host) === host)) {
      const sides = Object.entries(await sidesOf(installation, before, host));
      if (rows.length === 0) rows.push(await startRow(installation));
      for (const clients of counts) {
        const lives: Record<string, Life[]> = Object.fromEntries(sides.map(([name]) => [name, []]));
        for (let round = 1; round <= Number(values.rounds); round++) {
          // Who comes first has it easier or harder: they change places.
          const turn = round % 2 === 1 ? sides : sides.toReversed();
          for (const [name, live] of turn)
            lives[name]?.push(await during(`${clients} on ${host}, ${round}: ${name}`, () => live(hydra, clients)));
        }
        rows.push(...rowsOf(host, clients, lives, clients === most));
        for (const [name, all] of Object.entries(lives)) if (clients === most) pictures[`${host}: ${name}`] = all;
      }
    }
    const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), Node.js ${process.version}, Hydra ${hydra.version} in memory`;
    const table = `Measured on ${machine}, ${values.rounds} round${values.rounds === "1" ? "" : "s"}.\n\n${markdownTable(head, rows)}`;
    process.stdout.write(`\n${table}`);
    if (!values.write) return;
    rewrite("docs/benchmark.md", "figures", () => table);
    await writeFile(new URL("../../docs/benchmark.svg", import.meta.url), pictureOf(pictures, `${most} clients`));
  } finally {
    for (const made of [installation, before]) if (made) await uninstall(made);
  }
}

/** Ours against each other side, step by step. */
function rowsOf(host: Host, clients: number, lives: Readonly<Record<string, readonly Life[]>>, isMost: boolean) {
  const { ours = [], ...others } = lives;
  return [...steps, "bytes"].flatMap((step) =>
    Object.entries(others).flatMap(([name, other]) => {
      const figures = (all: readonly Life[]) => all.flatMap((life) => life[step] ?? []);
      if (figures(other).length === 0) return [];
      const what = `${step === "bytes" ? "bytes of state of a resource" : step}, against ${name}`;
      const aim = isMost ? (aims[what] ?? (step === "bytes" ? [] : aims[name]))?.[host === "plugin" ? 0 : 1] : "";
      return [rowOf(`${clients} on ${host}: ${what}`, figures(other), figures(ours), aim)];
    }),
  );
}
