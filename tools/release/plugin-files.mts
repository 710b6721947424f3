// Knows which files the plugin needs to run by itself.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { Entry } from "./archive.mts";

const repository = resolve(import.meta.dirname, "../..");

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
  return filesBelow(repository, packed);
}

/** The files of a folder, or of some of what is in it, as they lie in an archive, below `prefix` there. */
export function filesBelow(folder: string, names: readonly string[], prefix = "."): Entry[] {
  return names.flatMap((name): Entry[] => {
    const path = join(folder, name);
    const stats = statSync(path);
    if (stats.isDirectory())
      return filesBelow(
        folder,
        readdirSync(path).map((inner) => join(name, inner)),
        prefix,
      );
    const place = join(prefix, relative(folder, path)).split(sep).join("/");
    return [{ path: place, content: readFileSync(path), executable: (stats.mode & 0o100) !== 0 }];
  });
}
