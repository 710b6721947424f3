// Makes many clients at once, without faults and with some, and prints what that took: `npm run load -- [plugin] [dynamic] [seed]`.

import { startHydra } from "../../tools/hydra.mts";
import { uninstall } from "../../tools/installation.mts";
import { quickInstallation } from "../support/quick-installation.ts";
import { type Load, lineOfRun, runLoad } from "./load.ts";

const [plugin, dynamic] = [Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 300)];
const seed = Number(process.argv[4] ?? Date.now() % 1_000_000);
const installation = await quickInstallation();
let wrong = 0;
try {
  await using hydra = await startHydra();
  process.stdout.write(`load on Hydra ${hydra.version}, seed ${seed}\n`);
  for (const faulty of [0, 0.1]) {
    const loads: readonly Load[] = [
      { host: "plugin", clients: plugin, faulty, seed },
      { host: "dynamic", clients: dynamic, faulty, seed },
    ];
    for (const load of loads.filter(({ clients }) => clients > 0)) {
      await runLoad(installation, hydra, load, (run) => {
        wrong += run.wrong.length;
        process.stdout.write(`${lineOfRun(load, run)}\n`);
      });
    }
  }
} finally {
  await uninstall(installation);
}
process.stdout.write(wrong === 0 ? "all as declared\n" : `${wrong} things are wrong\n`);
process.exitCode = wrong === 0 ? 0 : 1;
