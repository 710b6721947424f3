// Knows with which versions of its parts the package is tested, and writes what came of it. `npm run matrix -- --help`.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { run, tail } from "./child.mts";
import { type TablePlace, writeRow } from "./document/table-row.mts";
import { fromNpm } from "./from-npm.mts";
import { pulumiSdkVersions } from "./pulumi-sdk.mts";

const help = `npm run matrix -- [options]
  --part <name>     one part alone: Hydra, "Pulumi CLI", @pulumi/pulumi or Node.js
  --version <name>  one version alone
  --suite <name>    one suite alone: lifecycle or acceptance
HYDRA_BINARIES and PULUMI_BINARIES name other programs: "v25.4.0=/opt/hydra-25/hydra v26.2.0=/opt/hydra-26/hydra".
A Pulumi CLI needs its language host in the same folder, or on PATH. The rest comes from npm. Results go into docs/servers.md.
`;

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;
const { values } = parseArgs({ options: { part: text, version: text, suite: text, help: flag } });

/** One version of one part, and the environment in which a suite finds it. */
interface Case {
  readonly part: string;
  readonly version: string;
  readonly suite: string;
  env(): Promise<NodeJS.ProcessEnv>;
}

const results: TablePlace = {
  document: "docs/servers.md",
  marker: "matrix",
  keys: 3,
  order: (left, right) => left.join().localeCompare(right.join(), "en", { numeric: true }),
};
const nodes = ["22.19.0", "24.21.0", "26.10.0"];
const path = process.env.PATH ?? "";

if (values.help) process.stdout.write(help);
else await main();

async function main(): Promise<void> {
  const { HYDRA_BINARIES, PULUMI_BINARIES } = process.env;
  const { oldest, newest } = pulumiSdkVersions();
  const cases = [
    // The one of all other tests.
    both("Hydra", "v2.3.0", async () => ({ HYDRA_BINARY: undefined })),
    named(HYDRA_BINARIES).map(([version, file]) => both("Hydra", version, async () => ({ HYDRA_BINARY: file }))),
    // The plugin by itself runs no program: the lifecycle suite needs neither CLI nor SDK.
    named(PULUMI_BINARIES).map(([version, file]) =>
      acceptance("Pulumi CLI", version, { PATH: [dirname(file), path].join(delimiter) }),
    ),
    [oldest, newest].map((version) => acceptance("@pulumi/pulumi", version, { PULUMI_SDK: version })),
    nodes.map((version) => both("Node.js", version, () => withNode(version))),
  ].flat(2);
  const wanted = (option: "part" | "version" | "suite", name: string) => (values[option] ?? name) === name;
  for (const one of cases) {
    if (wanted("part", one.part) && wanted("version", one.version) && wanted("suite", one.suite)) await test(one);
  }
}

function both(part: string, version: string, env: Case["env"]): Case[] {
  return ["lifecycle", "acceptance"].map((suite) => ({ part, version, suite, env }));
}

function acceptance(part: string, version: string, env: NodeJS.ProcessEnv): Case {
  return { part, version, suite: "acceptance", env: async () => env };
}

function named(pairs = ""): [string, string][] {
  return [...pairs.matchAll(/([^\s=]+)=(\S+)/g)].map(([, version = "", file = ""]) => [version, file]);
}

async function withNode(version: string): Promise<NodeJS.ProcessEnv> {
  const name = `node-${process.platform}-${process.arch}`;
  return { PATH: [join(await fromNpm(`${name}@${version}`), name, "bin"), path].join(delimiter) };
}

interface Report {
  numPassedTests: number;
  numPendingTests: number;
  testResults: { name: string; message: string; assertionResults: Assertion[] }[];
}

interface Assertion {
  status: string;
  fullName: string;
  failureMessages: string[];
}

/** Runs a suite and writes its row. */
async function test({ part, version, suite, env }: Case): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "matrix-"));
  const file = join(folder, "report.json");
  try {
    process.stdout.write(`${part} ${version}, ${suite}\n`);
    const args = ["node_modules/vitest/vitest.mjs", "run", "--project", suite, "--reporter=json"];
    const options = { env: { ...process.env, ...(await env()) }, timeoutMs: 7_200_000 };
    const ran = await run("node", [...args, `--outputFile=${file}`], options);
    const report = await readFile(file, "utf8").catch(() => undefined);
    if (report === undefined) throw new Error(`vitest wrote no report:\n${tail(ran.stdout + ran.stderr)}`);
    const { numPassedTests, numPendingTests, testResults } = JSON.parse(report) as Report;
    const failures = testResults.flatMap(({ name, message, assertionResults }) => [
      // A file that could not be loaded has a message of its own and no tests.
      ...(message ? [`${name}\n${message}`] : []),
      ...assertionResults.flatMap((it) =>
        it.status === "failed" ? [[it.fullName, ...it.failureMessages].join("\n")] : [],
      ),
    ]);
    for (const failure of failures) process.stdout.write(`failed: ${failure}\n`);
    const date = new Date().toISOString().slice(0, 10);
    const row = [part, version, suite, numPassedTests, failures.length, numPendingTests, date].map(String);
    process.stdout.write(`${row.join(", ")}\n`);
    writeRow(results, row);
    if (failures.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
