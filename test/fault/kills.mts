// Kills programs, providers and CLIs at random points, and prints what came of it: `npm run kills -- [count] [seed]`.

import { uninstall } from "../../tools/installation.mts";
import { quickInstallation } from "../support/quick-installation.ts";
import { lineOf, startKills } from "./kill.ts";

const count = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const installation = await quickInstallation();
const outcomes = new Map<string, number>();
let [kills, cycles, wrong] = [0, 0, 0];
try {
  await using running = await startKills(installation, seed);
  process.stdout.write(`${count} kills, seed ${seed}\n`);
  const started = Date.now();
  // A point that is not reached kills nobody; such cycles are run, and not counted.
  while (kills < count && cycles < 2 * count + 10) {
    const cycle = await running.cycle();
    cycles++;
    if (cycle.hit) kills++;
    process.stdout.write(`${lineOf(cycle, cycles)}\n`);
    if (cycle.wrong.length > 0) {
      wrong++;
      process.stdout.write(`${cycle.output}\n`);
    }
    const key = `${cycle.plan.victim}: ${cycle.hit ? (cycle.wrong.length > 0 ? "WRONG" : "as declared") : "not reached"}`;
    outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
  }
  const each = (Date.now() - started) / Math.max(1, cycles) / 1000;
  for (const [key, times] of [...outcomes].sort()) process.stdout.write(`${String(times).padStart(4)}  ${key}\n`);
  process.stdout.write(
    `${kills} kills in ${cycles} cycles of ${each.toFixed(1)} s, seed ${seed}: ${wrong} did not converge\n`,
  );
} finally {
  await uninstall(installation);
}
process.exitCode = wrong > 0 || kills < count ? 1 : 0;
