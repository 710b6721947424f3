// Knows how long it takes until a provider is ready: the plugin's process, and what we add to a process of dynamic providers.
import { join } from "node:path";
import { run } from "../child.mts";
import type { Installation } from "../installation.mts";
import { echoPlugin } from "./floor.mts";
import { startPlugin } from "./plugin-process.mts";
import { duration, type Row, ratioOf, spreadOf } from "./table.mts";

const rounds = 11;

// What the process of dynamic providers loads, then what it loads for the first call of ours.
const loading = `
const start = performance.now();
require("@pulumi/pulumi");
require("@pulumi/pulumi/dynamic");
require("@pulumi/pulumi/proto/provider_grpc_pb.js");
const sdk = performance.now();
const provider = require("pulumi-hydra/dynamic/oauth2-client");
provider.configure({ config: { get: (key) => (key === "hydra:adminUrl" ? "http://127.0.0.1:9" : undefined) } })
  .then(() => provider.check({}, {}))
  .then(() => console.log(sdk - start, performance.now() - sdk));
`;

export async function measureStart(installation: Installation): Promise<Row[]> {
  const ours = join(installation.folder, "node_modules/pulumi-hydra/pulumi-resource-hydra");
  const times = { floor: [] as number[], ours: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    for (const [side, executable] of [
      ["floor", echoPlugin(installation)],
      ["ours", ours],
    ] as const) {
      await using plugin = await startPlugin(executable, installation.path);
      // The first of all reads the files from disk.
      if (round > 0) times[side].push(plugin.startMs);
    }
  }
  const loads = { sdk: [] as number[], ours: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const { code, stdout, stderr } = await run("node", ["-e", loading], {
      cwd: installation.folder,
      env: { ...process.env, PATH: installation.path },
    });
    if (code !== 0) throw new Error(stderr);
    const [sdk = Number.NaN, added = Number.NaN] = stdout.trim().split(" ").map(Number);
    if (round > 0) {
      loads.sdk.push(sdk);
      loads.ours.push(added);
    }
  }
  const [sdk, added] = [spreadOf(loads.sdk).median, spreadOf(loads.ours)];
  return [
    {
      what: "plugin: start of the process to its port, against the smallest gRPC server",
      base: duration(spreadOf(times.floor).median),
      ours: duration(spreadOf(times.ours).median),
      ratio: ratioOf(times.ours, times.floor),
      aim: "≤ 2.00",
    },
    {
      what: "dynamic resources: the SDK's own load, and what ours adds to it once, first check included",
      base: duration(sdk),
      ours: `+${duration(added.median)}`,
      ratio: { median: added.median / sdk, least: added.least / sdk, most: added.most / sdk },
    },
  ];
}
