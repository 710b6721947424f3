// Knows what is measured, in which order and for how long, and prints one table. `npm run bench -- --help`.
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startHydra } from "../hydra.mts";
import { install, uninstall } from "../installation.mts";
import { progress } from "../progress.mts";
import { measureEngine, providerTextBytes } from "./engine.mts";
import { addFloor } from "./floor.mts";
import { measureGrowth } from "./growth.mts";
import { measureStart } from "./start.mts";
import { bytes, type Row, tableOf } from "./table.mts";
import { measureTerraform } from "./terraform.mts";
import { measureWire } from "./wire.mts";

const help = `npm run bench -- [options]
  --rounds <n>     rounds of the engine's operations, 3 unless said otherwise
  --minutes <n>    no new round is begun that would end later than this, 10 unless said otherwise
  --clients <n>    clients of the larger program, 300 unless said otherwise; every third has lifespans
  --host <host>    plugin or dynamic alone; both unless said otherwise
  --recording      the engine's operations alone, on the plugin, against an echo that records as much as ours: what is left is not state
  --thousand       1,000 clients on the plugin, once, and nothing else through the engine
  --only <part>    start, wire, growth, engine or terraform alone
  --write          writes the table into docs/benchmark.md
Terraform is measured too where TERRAFORM and TERRAFORM_PROVIDER_HYDRA name its program and its provider's.
`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    minutes: { type: "string", default: "10" },
    clients: { type: "string", default: "300" },
    host: { type: "string" },
    recording: { type: "boolean", default: false },
    thousand: { type: "boolean", default: false },
    only: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(help);
else await main();

async function main(): Promise<void> {
  const deadline = performance.now() + Number(values.minutes) * 60_000;
  const only = values.recording ? "engine" : values.only;
  const wanted = (name: string) => only === undefined || only === name;
  const installation = await install();
  try {
    await addFloor(installation);
    await using hydra = await startHydra();
    const rows: Row[] = [];
    const part = async (name: string, doing: string, work: () => Promise<Row[]>): Promise<void> => {
      if (!wanted(name)) return;
      const done = progress(doing);
      rows.push(...(await work()));
      done(doing);
    };
    const executable = join(installation.folder, "node_modules/pulumi-hydra/pulumi-resource-hydra");
    await part("start", "start", () => measureStart(installation));
    await part("wire", "in process", () => measureWire(hydra.adminUrl));
    await part("growth", "growth", () => measureGrowth(executable, installation.path, hydra.adminUrl));
    await part("terraform", "Terraform", () => measureTerraform(hydra.adminUrl, Number(values.clients)));
    const [clients, hosts] = [Number(values.clients), ["plugin", "dynamic"] as const];
    const runs = values.thousand
      ? [{ host: "plugin" as const, clients: 1_000 }]
      : hosts
          .filter((host) => host === "plugin" || !values.recording)
          .filter((host) => values.host === undefined || values.host === host)
          .flatMap((host) => [1, clients].map((count) => ({ host, clients: count })));
    const base = values.recording ? "recording" : "floor";
    let rounds = 0;
    await part("engine", "through the engine", async () => {
      const wished = values.thousand ? 1 : Number(values.rounds);
      const measured = await measureEngine(installation, hydra.adminUrl, base, runs, wished, deadline);
      rounds = measured.done;
      if (values.recording) return measured.rows;
      const text = await providerTextBytes(installation);
      return [...measured.rows, { what: "bytes of `__provider`", base: "", ours: bytes(text) }];
    });
    const core = cpus();
    const machine =
      `${core.length} cores (${core[0]?.model.trim()}), Node.js ${process.version}, Hydra ${hydra.version} in memory, ` +
      `${rounds} round${rounds === 1 ? "" : "s"} through the engine`;
    const table = `Measured on ${machine}.\n\n${tableOf(rows)}`;
    process.stdout.write(`\n${table}`);
    if (values.write) await write(values.recording ? "recording" : "figures", table);
  } finally {
    await uninstall(installation);
  }
}

/** Puts a table between the two marks of its name. */
async function write(name: string, table: string): Promise<void> {
  const file = new URL("../../docs/benchmark.md", import.meta.url);
  const text = await readFile(file, "utf8");
  const place = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- /${name} -->)`);
  if (!place.test(text)) throw new Error(`docs/benchmark.md has no place for the ${name}`);
  await writeFile(
    file,
    text.replace(place, (_, begin, end) => `${begin}\n${table}\n${end}`),
  );
}
