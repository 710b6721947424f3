// Tells random courses, and prints count, seed and the shortest one that fails: `npm run courses -- [count] [seed] [driver] [host]`.

import { startHydra } from "../../tools/hydra.mts";
import { uninstall } from "../../tools/installation.mts";
import { part } from "../../tools/part.mts";
import { quickInstallation } from "../support/quick-installation.ts";
import { cliStack } from "./cli-driver.ts";
import { type Course, courseOf } from "./course.ts";
import { engineStack, startEngineProcess } from "./engine-driver.ts";
import { kindOf, type Open, runCourse, shrink } from "./run.ts";

const [count = 100, seed = Date.now() % 1_000_000] = process.argv.slice(2, 4).map(Number);
const driver = process.argv[4] === "cli" ? "cli" : "engine";
const host: Course["host"] = process.argv[5] === "dynamic" ? "dynamic" : "plugin";
/** Courses at the same time: Pulumi's server for dynamic resources has one configuration for its whole process. */
const lanes = driver === "engine" && host === "dynamic" ? 1 : Number(process.env.COURSE_LANES ?? 2);
/** How many shorter ones are tried for one that fails. */
const tries = Number(process.env.COURSE_SHRINK ?? (driver === "cli" ? 10 : 100));

const [a, b] = await Promise.all([startHydra(), startHydra()]);
const [open, close] = await (driver === "cli" ? throughCli() : throughEngine());
const run = (course: Course) => runCourse(course, { a, b }, open);

process.stdout.write(`${count} courses, seed ${seed}, ${driver}, ${host}, Hydra ${a.version}\n`);
const kinds = new Map<string, number[]>();
let [done, commands, failed] = [0, 0, 0];
const started = Date.now();
await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
const seconds = ((Date.now() - started) / 1000).toFixed(0);
for (const [kind, seeds] of [...kinds].sort((left, right) => right[1].length - left[1].length))
  process.stdout.write(`${String(seeds.length).padStart(4)}  ${kind}  (${seeds.slice(0, 5).join(", ")})\n`);
process.stdout.write(`${done} courses, ${commands} commands, ${seconds} s, seed ${seed}: ${failed} failed\n`);
await close();
await Promise.all([a.stop(), b.stop()]);
// Connections of providers that were killed are nobody's to close.
process.exit(failed > 0 ? 1 : 0);

async function lane(first: number): Promise<void> {
  for (let index = first; index < count; index += lanes) {
    const course = courseOf(seed + index, host);
    const told = await run(course);
    done++;
    commands += told.commands;
    if (told.wrong.length === 0) continue;
    failed++;
    const kind = kindOf(told);
    const known = kinds.get(kind);
    kinds.set(kind, [...(known ?? []), seed + index]);
    if (known) continue;
    const [least, why] = await shrink(course, told, run, tries);
    const text = [`course ${seed + index} fails`, JSON.stringify(least), ...why.log, ...why.wrong].join("\n");
    process.stdout.write(`\n${text}\n`);
  }
}

async function throughEngine(): Promise<[Open, () => Promise<void>]> {
  const engine = startEngineProcess(await part("drive-engine"));
  return [async (spellings) => engineStack(engine, spellings), async () => engine[Symbol.asyncDispose]()];
}

async function throughCli(): Promise<[Open, () => Promise<void>]> {
  const installation = await quickInstallation();
  return [(spellings) => cliStack(installation, spellings), () => uninstall(installation)];
}
