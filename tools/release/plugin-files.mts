// Knows which files the plugin needs to run by itself: its own, and those of the packages that it loads.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Entry } from "./archive.mts";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Its own. PulumiPlugin.yaml is not among them: where it stands, Pulumi runs `npm install`. */
const own = [
  "LICENSE",
  "package.json",
  "pulumi-resource-hydra",
  "pulumi-resource-hydra.cmd",
  "dist/schema.json",
  "dist/provider",
];

/** What the plugin loads of Pulumi's SDK: its protocol, which needs nothing of the rest. */
const ofPulumi = ["LICENSE", "package.json", "proto"];

/** What is read by compilers and people. */
const notRun = /(\.d\.[cm]?ts|\.map|\.md|\.markdown|\.proto|\.tsx?|\.flow)$/;

/** Every file of the plugin, as it lies in its archive. */
export function pluginFiles(): Entry[] {
  const { dependencies } = manifest(repository);
  const packages = closure(Object.keys(dependencies ?? {}), repository, new Set());
  const pulumi = join(repository, "node_modules/@pulumi/pulumi");
  return [
    ...own.flatMap((path) => filesIn(join(repository, path))),
    ...ofPulumi.flatMap((path) => filesIn(join(pulumi, path))),
    ...[...packages].flatMap((folder) => filesIn(folder)),
  ];
}

/** The folders of packages and of all that they depend on, found as Node.js finds them. Types alone are not needed. */
function closure(names: readonly string[], from: string, found: Set<string>): Set<string> {
  for (const name of names) {
    if (name.startsWith("@types/") || name.endsWith("-types")) continue;
    const folder = folderOf(name, from);
    if (found.has(folder)) continue;
    found.add(folder);
    closure(Object.keys(manifest(folder).dependencies ?? {}), folder, found);
  }
  return found;
}

function folderOf(name: string, from: string): string {
  const folder = join(from, "node_modules", name);
  if (existsSync(join(folder, "package.json"))) return folder;
  if (from === repository) throw new Error(`${name} is not installed: npm ci`);
  return folderOf(name, dirname(from));
}

function manifest(folder: string): { dependencies?: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** The files at a path, without the packages that a package brings inside it: these are found by themselves. */
function filesIn(path: string): Entry[] {
  const stats = statSync(path);
  if (stats.isDirectory()) {
    const names = readdirSync(path).filter((name) => name !== "node_modules");
    return names.flatMap((name) => filesIn(join(path, name)));
  }
  if (notRun.test(path)) return [];
  const place = relative(repository, path).split(sep).join("/");
  return [{ path: place, content: readFileSync(path), executable: (stats.mode & 0o100) !== 0 }];
}
