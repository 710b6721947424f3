// Puts each fault of the table between the real CLI and Hydra, on both hosts: `npm run lives -- [modes] [hosts] [part of a name]`.
import { startHydra } from "../../tools/hydra.mts";
import { uninstall } from "../../tools/installation.mts";
import { startFaultProxy } from "../support/fault.ts";
import { inLanes } from "../support/lane.ts";
import { quickInstallation } from "../support/quick-installation.ts";
import { faultList } from "./fault-list.ts";
import { type Life, lifeUnder, modes } from "./life.ts";

const [some = modes.join(), hosts = "plugin,dynamic", named = ""] = process.argv.slice(2);
const installation = await quickInstallation();
let [lives, wrong, commands] = [0, 0, 0];
try {
  await using hydra = await startHydra();
  await using elsewhere = await startFaultProxy(hydra.adminUrl);
  process.stdout.write(`faults through the CLI, Hydra ${hydra.version}\n`);
  const faults = Object.entries(faultList(elsewhere.url)).filter(([name]) => name.includes(named));
  const all = some.split(",").flatMap((mode) =>
    hosts.split(",").flatMap((host) =>
      faults
        // A limit that stays is waited for, and a huge body takes long.
        .filter(([name]) => name !== "huge body" && (mode === "once" || !/429(?!.*7200)/.test(name)))
        .map(([name, fault]) => ({ mode, host, name, fault }) as Life),
    ),
  );
  await inLanes(all, Number(process.env.LIFE_LANES ?? 3), async (life) => {
    const told = await lifeUnder(installation, hydra, life);
    lives++;
    commands += told.commands;
    wrong += told.wrong.length > 0 ? 1 : 0;
    process.stdout.write(`${life.mode}, ${life.host}, ${life.name}: ${told.ends.join(", ")}\n`);
    for (const text of told.wrong) process.stdout.write(`  WRONG ${text}\n`);
  });
  if (elsewhere.seen.length > 0) wrong++;
} finally {
  await uninstall(installation);
}
process.stdout.write(`${lives} lives, ${commands} commands: ${wrong} wrong\n`);
process.exitCode = wrong === 0 ? 0 : 1;
