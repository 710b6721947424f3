// Puts each fault of the table between the real CLI and Hydra, on both hosts: `npm run lives -- [modes] [hosts] [part of a name]`.
import { startHydra } from "../../tools/hydra.mts";
import { uninstall } from "../../tools/installation.mts";
import { startFaultProxy } from "../support/fault.ts";
import { inLanes } from "../support/lane.ts";
import { quickInstallation } from "../support/quick-installation.ts";
import { faultList, waitedFor } from "./fault-list.ts";
import { hosts, lifeUnder, modes } from "./life.ts";

const [someModes = modes.join(), someHosts = hosts.join(), named = ""] = process.argv.slice(2);
const installation = await quickInstallation();
let [lives, wrong, commands] = [0, 0, 0];
try {
  await using hydra = await startHydra();
  await using elsewhere = await startFaultProxy(hydra.adminUrl);
  process.stdout.write(`faults through the CLI, Hydra ${hydra.version}\n`);
  const faults = Object.entries(faultList(elsewhere.url)).filter(([name]) => name.includes(named));
  const chosen = <One extends string>(all: readonly One[], some: string) =>
    all.filter((one) => some.split(",").includes(one));
  const all = chosen(modes, someModes).flatMap((mode) =>
    chosen(hosts, someHosts).flatMap((host) =>
      faults
        // A huge body takes long, and differs little.
        .filter(([name]) => name !== "huge body" && (mode === "once" || !waitedFor.includes(name)))
        .map(([name, fault]) => ({ mode, host, name, fault })),
    ),
  );
  if (all.length === 0) throw new Error(`no life of these modes, hosts and faults: ${process.argv.slice(2).join(" ")}`);
  await inLanes(all, Number(process.env.LIFE_LANES ?? 3), async (life) => {
    const report = await lifeUnder(installation, hydra, life);
    lives++;
    commands += report.commands;
    wrong += report.wrong.length > 0 ? 1 : 0;
    process.stdout.write(`${life.mode}, ${life.host}, ${life.name}: ${report.ends.join(", ")}\n`);
    for (const text of report.wrong) process.stdout.write(`  WRONG ${text}\n`);
  });
  if (elsewhere.seen.length > 0) wrong++;
} finally {
  await uninstall(installation);
}
process.stdout.write(`${lives} lives, ${commands} commands: ${wrong} wrong\n`);
process.exitCode = wrong === 0 ? 0 : 1;
