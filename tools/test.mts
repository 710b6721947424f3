// Knows the order of a whole test run and its last line: build, programs, lint, types, tests. `npm test -- <for vitest>`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { parseCLI, startVitest, type TestModule } from "vitest/node";
import { languageParts, pythonEnvironment } from "./language.mts";
import { parts } from "./part.mts";

const repository = resolve(import.meta.dirname, "..");
process.chdir(repository);

const passed: string[] = [];
const failed: string[] = [];
const skipped: string[] = [];

try {
  const { filter, options } = parseCLI(["vitest", "run", ...process.argv.slice(2)]);
  // Files of sources that were since renamed would be packed, too.
  rmSync("dist", { recursive: true, force: true });
  await command("npm", "run", "--silent", "build");
  await Promise.all([command("biome", "check", ".").then(() => command("tsc")), programs(filter)]);
  const vitest = await startVitest(filter, { ...options, run: true, watch: false });
  for (const module of vitest.state.getTestModules()) collect(module);
  for (const _ of vitest.state.getUnhandledErrors()) failed.push("an error outside of every test");
  await vitest.close();
  // Vitest only prints what went wrong before the first test.
  if (process.exitCode && failed.length === 0) failed.push("the test run itself");
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  failed.push("the test run itself");
}

const list = (title: string, names: readonly string[]): string =>
  names.length > 0 ? `\n${title}:\n${names.map((name) => `  ${name}\n`).join("")}` : "";
process.stdout.write(list("Skipped", skipped) + list("Failed", failed));
process.stdout.write(`\n${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped\n`);
process.exit(failed.length > 0 ? 1 : 0);

async function command(name: string, ...args: string[]): Promise<void> {
  const line = [name, ...args].join(" ");
  process.stdout.write(`> ${line}\n`);
  const path = [join(repository, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const [status] = await once(spawn(name, args, { stdio: "inherit", env: { ...process.env, PATH: path } }), "close");
  if (status !== 0) failed.push(line);
}

/** Unit tests need neither Pulumi nor Hydra, and nobody should wait for a build of those for them. */
async function programs(filter: readonly string[]): Promise<void> {
  const asks = (pattern: RegExp) => filter.length === 0 || filter.some((name) => pattern.test(name));
  const inLanguages = asks(/test\/(example|language|release)/);
  await Promise.all([
    asks(/^(?!.*test\/unit)/) ? parts() : undefined,
    // Python's packages come over the network.
    inLanguages ? pythonEnvironment() : undefined,
  ]);
  if (inLanguages) await languageParts();
}

function collect(module: TestModule): void {
  if (module.errors().length > 0) failed.push(module.relativeModuleId);
  for (const suite of module.children.allSuites()) {
    if (suite.errors().length > 0) failed.push(`${module.relativeModuleId} > ${suite.fullName}`);
  }
  for (const test of module.children.allTests()) {
    const name = `${module.relativeModuleId} > ${test.fullName}`;
    const result = test.result();
    if (result.state === "passed") passed.push(name);
    else if (result.state === "skipped") skipped.push(`${name}: ${result.note ?? "no reason given"}`);
    else failed.push(result.state === "pending" ? `${name}: did not run` : name);
  }
}
