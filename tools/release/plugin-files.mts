// Knows which files the plugin needs to run by itself.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Entry } from "./archive.mts";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** What is packed. PulumiPlugin.yaml is not among it: where it stands, Pulumi runs `npm install`. */
const packed = [
  "LICENSE",
  "package.json",
  "pulumi-resource-hydra",
  "pulumi-resource-hydra.cmd",
  "dist/LICENSES",
  "dist/node_modules/chunk",
  "dist/node_modules/plugin.js",
  "dist/schema.json",
  "dist/terraform",
];

/** Every file of the plugin, as it lies in its archive. */
export function pluginFiles(): Entry[] {
  return packed.flatMap((path) => filesIn(join(repository, path)));
}

function filesIn(path: string): Entry[] {
  const stats = statSync(path);
  if (stats.isDirectory()) return readdirSync(path).flatMap((name) => filesIn(join(path, name)));
  const place = relative(repository, path).split(sep).join("/");
  return [{ path: place, content: readFileSync(path), executable: (stats.mode & 0o100) !== 0 }];
}
