// What the files of `pulumi stack export` say of Hydra's objects: which ones, on which server. Reads no secret of them.

import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { serverAddress } from "../configuration/configuration.ts";
import { fingerprintOf, serverKey } from "../configuration/connect.ts";
import { textOf, type Values } from "../lifecycle/value.ts";
import { keyName, subjectIn } from "../resources/trusted-jwt-issuer/name.ts";
import { CommandError, UsageError } from "./command.ts";
import { printable } from "./printable.ts";

/** The server that an object is recorded on. */
export interface Place {
  readonly fingerprint: string;
  /** Its admin URL, or the name of its connection. */
  readonly label: string;
}

/** An object that a stack knows. */
export interface Recorded {
  readonly type: string;
  readonly id: string;
  /** Its name in the program. */
  readonly name: string;
  /** What else tells it from all others of its type, where that is not secret. */
  readonly identity?: string;
  /** `managed`, also while its deletion is pending; `creating`: nobody knows what became of it; `read` by `.get()`. */
  readonly role: "managed" | "creating" | "read";
  /** Absent where the export does not say. */
  readonly place: Place | undefined;
  readonly file: string;
}

/** The type tokens of both hosts. */
const token = /^(?:hydra:index|pulumi-nodejs:dynamic\/hydra):(\w+)$/;

/** What the exports have of Hydra's objects, those of components included. `-` is the standard input. */
export async function readExports(files: readonly string[], input: NodeJS.ReadableStream): Promise<Recorded[]> {
  if (files.filter((file) => file === "-").length > 1) {
    throw new UsageError("the standard input is one export: give `--state -` once");
  }
  const found: Recorded[] = [];
  for (const file of files) {
    // One after the other: an export may be large.
    const name = file === "-" ? "the standard input" : printable(file);
    found.push(...recordedIn(deploymentOf(await textOfExport(file, name, input), name), name));
  }
  return found;
}

async function textOfExport(file: string, name: string, input: NodeJS.ReadableStream): Promise<string> {
  const bytes = await (file === "-" ? buffer(input) : readFile(file)).catch((error: NodeJS.ErrnoException) => {
    throw notAnExport(`${name} cannot be read (${error.code})`, error);
  });
  // Of a text with a byte order mark, JSON.parse would take nothing.
  return new TextDecoder().decode(bytes);
}

function notAnExport(message: string, cause?: unknown): CommandError {
  const advice = "write it with `pulumi stack export --file <file>`";
  return new CommandError({ code: "file-unread", message, advice }, cause);
}

function deploymentOf(text: string, name: string): Values {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message repeats a part of the text.
    throw notAnExport(`${name} is not the export of a stack: it is not JSON`);
  }
  const deployment = valuesOf(valuesOf(json).deployment);
  // Of a stack without resources, Pulumi writes none.
  const { manifest, resources } = deployment;
  if (typeof manifest === "object" && Array.isArray(resources ?? [])) return deployment;
  throw notAnExport(`${name} is not the export of a stack: it has no deployment`);
}

function recordedIn(deployment: Values, file: string): Recorded[] {
  const resources = listOf(deployment.resources);
  const pending = listOf(deployment.pending_operations).filter(({ type }) => type === "creating");
  const places = placesOf(resources);
  const all = [
    ...resources.map((resource) => ({ resource, role: resource.external === true ? "read" : "managed" }) as const),
    ...pending.map(({ resource }) => ({ resource: valuesOf(resource), role: "creating" }) as const),
  ];
  return all.flatMap(({ resource, role }) => {
    const [, type] = token.exec(textOf(resource.type)) ?? [];
    if (type === undefined) return [];
    const [inputs, outputs] = [valuesOf(resource.inputs), valuesOf(resource.outputs)];
    const state = role === "creating" ? inputs : outputs;
    const id = textOf(resource.id) || textOf(inputs.clientId) || textOf(inputs.__clientId);
    const identity = type === "TrustedJwtIssuer" ? identityOfTrust(state) : undefined;
    const place = placeOf(state, places.get(textOf(resource.provider)));
    const name = textOf(resource.urn).split("::").at(-1) ?? "";
    return [{ type, id, name, ...(identity === undefined ? {} : { identity }), role, place, file }];
  });
}

/** A trust has another id when it was recreated because a sibling was deleted. */
function identityOfTrust(state: Values): string | undefined {
  const { issuer, kid } = keyName(state);
  const subject = subjectIn(state);
  return issuer === "" || kid === "" || subject === "=" ? undefined : trustIdentity(issuer, kid, subject);
}

/** What makes a trust unique on its server. */
export function trustIdentity(issuer: string, kid: string, subject: string): string {
  return JSON.stringify([issuer, kid, subject]);
}

/** Where the providers of an export lead, by the reference to each. */
function placesOf(resources: readonly Values[]): Map<string, Place> {
  const providers = resources.filter(({ type }) => /^pulumi:providers:(hydra|pulumi-nodejs)$/.test(textOf(type)));
  return new Map(
    providers.flatMap(({ urn, id, inputs }) => {
      const settings = valuesOf(inputs);
      const address = serverAddress({ adminUrl: textOf(settings.adminUrl) || textOf(settings["hydra:adminUrl"]) }, {});
      const place = address === undefined ? [] : [{ fingerprint: fingerprintOf(address), label: address }];
      return place.map((found) => [`${textOf(urn)}::${textOf(id)}`, found] as const);
    }),
  );
}

function placeOf(state: Values, ofProvider: Place | undefined): Place | undefined {
  const [connection, fingerprint] = [textOf(state.connection), textOf(state[serverKey])];
  if (fingerprint !== "") return { fingerprint, label: connection };
  return connection === "" ? ofProvider : undefined;
}

function listOf(value: unknown): Values[] {
  return Array.isArray(value) ? value.map(valuesOf) : [];
}

function valuesOf(value: unknown): Values {
  return typeof value === "object" && value !== null ? (value as Values) : {};
}
