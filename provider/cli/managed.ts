// Which objects of a server the exports of stacks have: on that server, and as their own.

import { addressOf, fingerprintOf } from "../configuration/connect.ts";
import type { HydraJson } from "../hydra/json.ts";
import { textOf } from "../lifecycle/value.ts";
import { clientLifespans } from "../resources/client-lifespans/definition.ts";
import { jsonWebKey } from "../resources/json-web-key/definition.ts";
import { idOf, type KeyName } from "../resources/json-web-key/name.ts";
import { oauth2Client } from "../resources/oauth2-client/definition.ts";
import { trustedJwtIssuer } from "../resources/trusted-jwt-issuer/definition.ts";
import { keyNameOf, subjectOf } from "../resources/trusted-jwt-issuer/name.ts";
import { CommandError, type Console } from "./command.ts";
import { printable } from "./printable.ts";
import { type Recorded, readExports, trustIdentity } from "./stack-export.ts";

/** An object of the server. */
export interface Live {
  readonly type: string;
  readonly id: string;
  readonly identity?: string;
}

/** What commands list, and under which type exports record it. */
export const listedTypes = {
  client: oauth2Client.type,
  trust: trustedJwtIssuer.type,
  key: jsonWebKey.type,
} as const;

export function liveClient(json: HydraJson): Live {
  return { type: listedTypes.client, id: textOf(json.client_id) };
}

export function liveTrust(json: HydraJson): Live {
  const { issuer, kid } = keyNameOf(json);
  return { type: listedTypes.trust, id: textOf(json.id), identity: trustIdentity(issuer, kid, subjectOf(json)) };
}

export function liveKey(name: KeyName): Live {
  return { type: listedTypes.key, id: idOf(name) };
}

/** What the exports know of an object. */
export interface Knowledge {
  readonly managed: boolean;
  /** What a person should know of it. */
  readonly notes: readonly string[];
}

/** The options that name the exports. */
export const stateOptions = {
  state: { type: "string", multiple: true },
  server: { type: "string", multiple: true },
} as const;

/** Their lines of a help. */
export const stateHelp = `  --state <file>        a file of \`pulumi stack export --file <file>\`, or - for the standard input. Can be repeated:
                        give one for each stack that manages something on this Hydra
  --server <server>     the URL or connection that these exports record for this Hydra. Needed only if the exports name
                        several servers, and none of them has the URL that the command uses. Can be repeated`;

/** What exports record, and what that says of a server. */
export interface Records {
  readonly all: readonly Recorded[];
  /** Whether it is recorded on this server. */
  isHere(one: Recorded): boolean;
  /** The server of the exports, where this one has another address and is only taken for it. */
  readonly assumed: string | undefined;
  knowledge(live: Live): Knowledge;
}

/** What the exports record, for the server at `url`. */
export async function readRecords(
  { state: files = [], server: servers = [] }: StateValues,
  url: string,
  console: Pick<Console, "say">,
): Promise<Records> {
  const all = await readExports(files, process.stdin);
  const { isHere, assumed } = hereOf(all, url, servers, console);
  return { all, isHere, assumed, knowledge: knowledgeOf(all, isHere) };
}

type StateValues = { readonly [Name in keyof typeof stateOptions]?: readonly string[] | undefined };

/** What is known of objects by what is recorded. */
export function knowledgeOf(
  recorded: readonly Recorded[],
  isHere: (one: Recorded) => boolean,
): (live: Live) => Knowledge {
  const known = new Map<string, Recorded[]>();
  for (const one of recorded) {
    for (const key of keysOf(one)) {
      const others = known.get(key);
      if (others) others.push(one);
      else known.set(key, [one]);
    }
  }
  return (live) => {
    const found = [...new Set(keysOf(live).flatMap((key) => known.get(key) ?? []))];
    const managed = found.some((one) => one.role === "managed" && isHere(one));
    const lifespans = known.get(keyOf(clientLifespans.type, live.id)) ?? [];
    const ofLifespans = live.type === listedTypes.client ? lifespans.filter(isHere) : [];
    const notes = [
      ...(managed ? [] : found.map((one) => noteOn(one, isHere(one)))),
      ...ofLifespans.map(({ file }) => `its lifespans are managed in ${file}`),
    ];
    return { managed, notes: [...new Set(notes)] };
  };
}

function keysOf({ type, id, identity }: Live): string[] {
  return [keyOf(type, id), ...(identity === undefined ? [] : [`${type} named ${identity}`])];
}

function keyOf(type: string, id: string): string {
  return `${type} ${id}`;
}

function noteOn({ role, place, file }: Recorded, here: boolean): string {
  if (!here) return `${file} has it on another server, ${printable(place?.label ?? "")}`;
  if (role === "read") return `${file} reads it, and does not manage it`;
  return `its creation is pending in ${file}`;
}

/**
 * Tells what is recorded on the server at `url` from what is recorded on others. Where the exports name one server alone, it is this one,
 * however its URL is written; `servers` are other names under which the exports know it. What they place nowhere has its server from the environment, and may be here.
 */
export function hereOf(
  recorded: readonly Recorded[],
  url: string,
  servers: readonly string[],
  console: Pick<Console, "say">,
): Pick<Records, "isHere" | "assumed"> {
  const places = new Map(recorded.flatMap(({ place }) => (place ? [[place.fingerprint, place.label]] : [])));
  const labels = [...new Set(places.values())].sort().map(printable).join(", ");
  const names = new Set([url, ...servers].map((name) => (URL.canParse(name) ? addressOf(name) : name)));
  const own = new Set([...names].map(fingerprintOf));
  const isNamed = ({ place }: Recorded) =>
    place !== undefined && (own.has(place.fingerprint) || names.has(place.label));
  const isPlaced = ({ place }: Recorded) => place !== undefined;
  const isAny = recorded.some(isNamed);
  if (!isAny && recorded.every(isPlaced) && places.size > 0) {
    if (places.size === 1 && servers.length === 0) {
      console.say(`the exports name one server, ${labels}: the command assumes that this is ${url}`);
      return { isHere: () => true, assumed: labels };
    }
    const wrong = servers.length > 0 ? "no server of that name" : `no server ${url}`;
    const message = `the exports have ${wrong}, but ${labels}`;
    const advice = "say which one it is with --server <url or connection>";
    throw new CommandError({ code: "server-unnamed", message, advice });
  }
  if (!isAny && servers.length > 0) {
    const message = "the exports have no server of that name";
    throw new CommandError({ code: "server-unnamed", message, advice: "leave --server out" });
  }
  return { isHere: (one) => !isPlaced(one) || isNamed(one), assumed: undefined };
}
