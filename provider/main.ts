// Starts the plugin; nothing else.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "./host/server.ts";

const root = join(__dirname, "../..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const schema = () => readFileSync(join(root, "dist/schema.json"), "utf8");

serve({ version, schema }, process.argv.slice(2).find((argument) => /:\d+$/.test(argument)) ?? "").then(
  (port) => process.stdout.write(`${port}\n`),
  (error: unknown) => {
    process.stderr.write(`pulumi-hydra could not start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
