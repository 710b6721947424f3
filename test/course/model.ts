// Judges what stands on the servers after a command: knows Hydra and the program, and no code of ours.
import { isDeepStrictEqual } from "node:util";
import {
  type Declared,
  issuerOf,
  keys,
  kidOf,
  lifespanFields,
  type Program,
  type Server,
  serverOf,
  tagOf,
  trustIdentity,
  type Values,
} from "./declared.ts";
import type { Recorded } from "./driver.ts";
import type { Json, Live } from "./server.ts";

/** What is known of an object since the last command that went well. */
export interface Known {
  /** As it was deployed: an ignored change is not in it. */
  readonly declared: Declared;
  /** The client as it was seen last, with what was changed by hand since. */
  live: Json;
  /** Fields of the live client that somebody changed, and no refresh has seen that. */
  readonly drift: Set<string>;
  /** A refresh has seen that it is gone. */
  seen: boolean;
  gone: boolean;
}

export interface StackModel {
  program: Program;
  /** The program of the last command that went well. */
  deployed: Program;
  readonly known: Map<string, Known>;
  /** Objects that may stay although nothing declares them. */
  readonly retained: Set<string>;
  /** What was asked for since then by commands that failed, and what these made or made again. */
  tried: Program[];
  remade: Set<string>;
  /** Something may have been made since then that nobody recorded. */
  unsure: boolean;
  /** Something was killed since then, and what messages have said. */
  killed: boolean;
  messages: string;
}

/** A refresh has looked at everything. */
export function sawAll({ known }: StackModel): void {
  for (const each of known.values()) {
    each.drift.clear();
    each.seen = true;
  }
}

export interface Deployed {
  /** The resources that were made or made again. */
  readonly remade: ReadonlySet<string>;
  /** Something failed on the way: what was changed by hand may have been put back or not. */
  readonly doubt: boolean;
  /** What the command was confined to. */
  readonly only?: ReadonlySet<string>;
}

const wire = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const durations: Readonly<Record<string, string>> = {
  "1h": "1h0m0s",
  "90m": "1h30m0s",
  "2h30m": "2h30m0s",
  "0s": "0s",
};

const defaults: Values = {
  clientName: "",
  scope: "offline_access offline openid",
  contacts: [],
  metadata: {},
  redirectUris: [],
  tokenEndpointAuthMethod: "client_secret_basic",
  skipConsent: false,
  jwksUri: "",
};

/** The fields of a client that have a default, and those that nobody need own. */
export const clientFields = Object.keys(defaults);

/** A declared value as Hydra tells it. */
export function told(field: string, value: unknown): unknown {
  if (lifespanFields.includes(field)) return value === undefined ? null : durations[String(value)];
  const empty = field === "scope" && value === "";
  return value === undefined || value === null || empty ? defaults[field] : value;
}

/** What Hydra tells of a field. */
export function liveValue(field: string, live: Json): unknown {
  return live[wire(field)] ?? (lifespanFields.includes(field) ? null : defaults[field]);
}

export const wireName = wire;

/** What is wrong with a stack's objects after a command that went well. `others` belong to somebody else. */
export function judged(
  marker: string,
  model: StackModel,
  deployed: Deployed,
  live: Readonly<Record<Server, Live>>,
  recorded: readonly Recorded[],
): string[] {
  const wrong: string[] = [];
  for (const one of model.program) {
    if (deployed.only && !deployed.only.has(one.name)) continue;
    const known = model.known.get(one.uid);
    const remade = deployed.remade.has(one.name);
    if (one.type === "OAuth2Client")
      wrong.push(...clientIn(marker, model, deployed, live, recorded, one, known, remade));
    if (one.type === "TrustedJwtIssuer") wrong.push(...trustIn(marker, live, one, known, remade, deployed.doubt));
  }
  return wrong;
}

function clientIn(
  marker: string,
  model: StackModel,
  { doubt, remade: all, only }: Deployed,
  live: Readonly<Record<Server, Live>>,
  recorded: readonly Recorded[],
  one: Declared,
  known: Known | undefined,
  remade: boolean,
): string[] {
  const tag = tagOf(marker, one.uid);
  const here = serverOf(one);
  const there = here === "a" ? "b" : "a";
  const record = recorded.find(
    ({ name, type, deleted }) => name === one.name && type.endsWith(":OAuth2Client") && !deleted,
  );
  const found = live[here].clients.find(({ client_id }) => client_id === record?.id);
  const lost = known?.gone && !known.seen;
  if (!record) return [`${one.name} is not in the state`];
  if (!found) return lost ? [] : [`${one.name} is not on server ${here}`];
  const wrong: string[] = [];
  const more = [...live[here].clients, ...live[there].clients].filter(
    (each) => each.policy_uri === tag && each !== found,
  );
  // Confined to a new name, a command leaves what has the old one.
  if (more.length > 0 && !only && !model.retained.has(one.uid))
    wrong.push(`${one.name} is there ${more.length + 1} times`);
  const { clientId, clientSecret: _, ...args } = one.args;
  if (clientId !== undefined && found.client_id !== `${marker}-${String(clientId)}`)
    wrong.push(`${one.name} has the id ${String(found.client_id)}`);
  const expect = (field: string, owner: Declared, before: Known | undefined, again: boolean) => {
    const value = liveValue(field, found);
    const allowed = allowedValues(field, owner, before, known, again || remade, doubt);
    if (!allowed.some((each) => isDeepStrictEqual(each, value)))
      wrong.push(
        `${field} of ${one.name} is ${JSON.stringify(value)}, not ${allowed.map((each) => JSON.stringify(each)).join(" or ")}`,
      );
  };
  for (const field of clientFields) expect(field, { ...one, args }, known, false);
  const spans = model.program.find(({ of }) => of === one.uid);
  for (const field of lifespanFields) {
    if (spans && only && !only.has(spans.name)) continue;
    if (spans) {
      expect(field, spans, model.known.get(spans.uid), all.has(spans.name));
      continue;
    }
    const before = known && [...model.known.values()].find(({ declared }) => declared.of === one.uid)?.declared;
    const owned = args[field] !== undefined || known?.declared.args[field] !== undefined || before !== undefined;
    if (only && before) continue;
    // What nobody owns is left as it is.
    if (owned || remade || !known) expect(field, one, known, false);
    else if (!doubt && !isDeepStrictEqual(liveValue(field, found), liveValue(field, known.live)))
      wrong.push(`${field} of ${one.name}, which nobody owns, became ${JSON.stringify(liveValue(field, found))}`);
  }
  return wrong;
}

function allowedValues(
  field: string,
  one: Declared,
  before: Known | undefined,
  client: Known | undefined,
  remade: boolean,
  doubt: boolean,
): unknown[] {
  const declared = told(field, one.args[field]);
  if (!before || !client) return [declared];
  const ignored = one.options.ignoreChanges?.includes(field);
  const kept = told(field, before.declared.args[field]);
  if (remade) return ignored ? [declared, kept, liveValue(field, client.live)] : [declared];
  const now = liveValue(field, client.live);
  if (ignored) return doubt ? [declared, kept, now] : [now];
  const edited = !isDeepStrictEqual(declared, kept);
  if (client.drift.has(field) && !edited) return doubt ? [declared, now] : [now];
  return [declared];
}

function trustIn(
  marker: string,
  live: Readonly<Record<Server, Live>>,
  one: Declared,
  known: Known | undefined,
  remade: boolean,
  doubt: boolean,
): string[] {
  const here = serverOf(one);
  const found = live[here].trusts.filter((each) => identityIn(marker, each) === trustIdentity(one));
  if (found.length === 0) return known?.gone && !known.seen ? [] : [`${one.name} is not on server ${here}`];
  const wrong: string[] = [];
  for (const field of ["scope", "expiresAt"]) {
    const value = found[0]?.[wire(field)] ?? [];
    const declared = one.args[field] ?? [];
    const kept = known?.declared.args[field] ?? [];
    const ignored = known !== undefined && one.options.ignoreChanges?.includes(field);
    const allowed = ignored ? (remade || doubt ? [declared, kept] : [kept]) : [declared];
    if (!allowed.some((each) => isDeepStrictEqual(each, value)))
      wrong.push(`${field} of ${one.name} is ${JSON.stringify(value)}, not ${JSON.stringify(allowed)}`);
  }
  return wrong;
}

/** The identity of a live trust in a course's short texts. */
export function identityIn(marker: string, { issuer, subject, allow_any_subject: any, public_key: key }: Json): string {
  const short = issuer === marker ? "plain" : "slashed";
  return JSON.stringify([short, any ? "*" : subject, (key as Json | undefined)?.kid]);
}

/** What is there and meant by nobody. */
export function undeclared(
  marker: string,
  own: StackModel,
  models: readonly StackModel[],
  foreign: ReadonlySet<unknown>,
  live: Readonly<Record<Server, Live>>,
): { readonly server: Server; readonly what: string; readonly id: string }[] {
  const found: { server: Server; what: string; id: string }[] = [];
  // Another stack's objects are as its last command left them, whatever its program says by now.
  const meantBy = (model: StackModel) =>
    model === own
      ? model.program
      : [model.program, ...model.tried, [...model.known.values()].map(({ declared }) => declared)].flat();
  const tags = new Set(
    models
      .flatMap((model) => [...meantBy(model).map(({ uid }) => uid), ...model.retained])
      .map((uid) => tagOf(marker, uid)),
  );
  for (const server of ["a", "b"] as const) {
    for (const { client_id, policy_uri, client_name } of live[server].clients) {
      if (tags.has(String(policy_uri)) || foreign.has(client_id) || policy_uri === tagOf(marker, "watch")) continue;
      found.push({ server, what: `client ${String(policy_uri)} ${String(client_name)}`, id: String(client_id) });
    }
    const meant = new Set(
      models
        .flatMap(meantBy)
        .filter((one) => one.type === "TrustedJwtIssuer" && serverOf(one) === server)
        .map(trustIdentity),
    );
    for (const trust of live[server].trusts) {
      const identity = identityIn(marker, trust);
      if (!meant.has(identity) && !foreign.has(identity))
        found.push({ server, what: `trust ${identity}`, id: String(trust.id) });
    }
  }
  return found;
}

/** The keys that have to be under the trusts of a program. */
export function wantedKeys(
  marker: string,
  program: Program,
): { server: Server; issuer: string; kid: string; jwk: Json }[] {
  return program
    .filter(({ type }) => type === "TrustedJwtIssuer")
    .map((one) => ({
      server: serverOf(one),
      issuer: issuerOf(marker, one.args.issuer),
      kid: kidOf(one.args.key),
      jwk: keys[String(one.args.key)] as Json,
    }));
}
