// Knows what Pulumi keeps of a stack: the state resource by resource, and every file that it wrote.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import type { Operation, Workspace } from "../../tools/workspace.mts";

/** A resource as the state has it. */
export type Recorded = z.infer<typeof resource>;

const properties = z.record(z.string(), z.unknown()).default({});
const resource = z.object({ urn: z.string(), id: z.string(), inputs: properties, outputs: properties });

/** Stands for an encrypted value: its text is another one each time the state is written. */
export const encrypted = Symbol("encrypted");

/** The resources of this package in a stack's state, by type and name: `{ "OAuth2Client web": … }`. */
export async function recorded(stack: Workspace): Promise<Record<string, Recorded>> {
  const { resources } = await stack.deployment();
  const own = resources.filter(({ urn }) => /(::|\$)(pulumi-nodejs:dynamic\/hydra|hydra:index):\w+::/.test(urn));
  return Object.fromEntries(own.map((entry) => [nameOf(entry.urn), resource.parse(sealed(entry))]));
}

/** The resource of that type and name. */
export async function recordedOne(stack: Workspace, name: string): Promise<Recorded> {
  const found = (await recorded(stack))[name];
  if (!found) throw new Error(`${name} is not in the state`);
  return found;
}

/** The files of a workspace that hold a text: program, state, its history and backups, event logs, Pulumi's home. */
export async function filesHolding(stack: Workspace, text: string): Promise<string[]> {
  const root = dirname(stack.folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(files.map((file) => readFile(file, "latin1")));
  return files
    .filter((_, index) => withoutDebug(contents[index] ?? "").includes(text))
    .map((file) => relative(root, file));
}

// Pulumi's Node.js SDK writes every answer of the engine into a debug message, secrets in clear. The CLI shows debug
// messages to nobody who does not ask for them, but the event log has them all.
function withoutDebug(content: string): string {
  return content.replaceAll(/^.*"severity":"debug".*$/gm, "");
}

/** What an operation did, step by step: `delete-replaced TrustedJwtIssuer idp`. */
export function stepsOf({ steps }: Operation): string[] {
  return steps.map(({ op, type, name }) => `${op} ${type} ${name}`);
}

/** The errors that an operation reports, each with the resource it is about. */
export function errorsOf({ diagnostics }: Operation): string[] {
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ resource: about, message }) => (about ? `${about}: ${message}` : message));
}

function sealed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sealed);
  if ("4dabf18193072939515e22adb298388d" in value && "ciphertext" in value) return encrypted;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, sealed(member)]));
}

function nameOf(urn: string): string {
  const [, , type = "", name = ""] = urn.split("::");
  return `${type.split(":").at(-1)} ${name}`;
}
