// Knows how to run many hostile inputs, 100,000 unless FUZZ_RUNS says otherwise, and to say what became of them.
import { spawnSync } from "node:child_process";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const env = { ...process.env, FUZZ_RUNS: process.env.FUZZ_RUNS ?? "100000" };
const vitest = resolve(repository, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "--project", "fuzz"], {
  cwd: repository,
  env,
  stdio: "inherit",
});
process.stdout.write(
  status === 0
    ? `\n${env.FUZZ_RUNS} cases, no findings\n`
    : "\nFindings: see above; each names the seed that repeats it\n",
);
process.exitCode = status ?? 1;
