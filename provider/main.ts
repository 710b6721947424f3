// Starts the plugin, and ends with the engine that started it; nothing else.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { whenEngineIsGone } from "./host/plugin/lifetime.ts";
import { serve } from "./host/plugin/server.ts";

// The package's folder, from `dist/node_modules`.
const root = join(__dirname, "../..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const schema = () => readFileSync(join(root, "dist/schema.json"), "utf8");
const mapping = () => readFileSync(join(root, "dist/terraform/hydra.json"), "utf8");
const engine = process.argv.slice(2).find((argument) => /:\d+$/.test(argument));

serve({ version, schema, mapping }, engine ?? "").then(
  ({ port, stop }) => {
    const end = () => void stop().then(() => process.exit());
    // Started by hand, there is no engine: it will find us by PULUMI_DEBUG_PROVIDERS, more than once.
    if (engine !== undefined) whenEngineIsGone(end);
    // The engine's own way to end a plugin is SIGINT; a terminal's does not reach the process group that it is in.
    process.on("SIGTERM", end).on("SIGINT", end);
    process.stdout.write(`${port}\n`);
  },
  (error: unknown) => {
    process.stderr.write(`pulumi-hydra could not start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
