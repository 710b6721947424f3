// The command `unmanaged`: which clients and trusts of a Hydra no stack has.

import type { HydraApi } from "../hydra/admin.ts";
import { unlessGone } from "../hydra/error.ts";
import type { HydraJson } from "../hydra/json.ts";
import { textOf } from "../lifecycle/value.ts";
import { nameIn } from "../resources/json-web-key/name.ts";
import { keyNameOf } from "../resources/trusted-jwt-issuer/name.ts";
import { type Command, CommandError, found, UsageError } from "./command.ts";
import {
  type Live,
  listedTypes,
  liveClient,
  liveKey,
  liveTrust,
  type Records,
  readRecords,
  stateHelp,
  stateOptions,
} from "./managed.ts";
import { optionsOf } from "./option.ts";
import { printableJson } from "./printable.ts";
import { connectionHelp, connectionOption, reach, reachHelp, reachOptions } from "./reach.ts";
import { table } from "./table.ts";

const options = {
  ...reachOptions,
  ...connectionOption,
  ...stateOptions,
  json: { type: "boolean" },
} as const;

/** An object that no export has, as it is shown. */
interface Shown extends Live {
  readonly kind: keyof typeof listedTypes;
  /** What people know of it, by the names of `--json`. */
  readonly details: Readonly<Record<string, string>>;
}

interface Unmanaged extends Shown {
  readonly notes: readonly string[];
}

export const unmanaged: Command = {
  name: "unmanaged",
  summary: "list the clients, trusts and keys that no stack manages",
  options,
  help: `Usage: pulumi-hydra unmanaged --state <export>... [options]

Compares a server with exports of stacks, and lists the OAuth 2.0 clients and trusted JWT issuers that no export
manages. If an export manages a key, the command also lists the other keys of the same set. It only reads, and never
decrypts or shows a secret of an export.

${stateHelp}
  --json                write JSON instead of a table
${reachHelp}
${connectionHelp}
  -h, --help            this text

The exit code is 0 if the exports manage everything, 7 if something is unmanaged, and another number if the command
cannot tell.
`,

  async run(args, console) {
    const values = optionsOf(args, options);
    const { state: files = [], json = false } = values;
    if (files.length === 0) throw new UsageError("give at least one export with --state");
    const server = await reach(values, console);
    const records = await readRecords(values, server.url, console);
    const all = await objectsOf(server, records);
    const lost = all.flatMap((one): Unmanaged[] => {
      const { managed, notes } = records.knowledge(one);
      return managed ? [] : [{ ...one, notes }];
    });
    requireSameServer(server.url, records, all.length > lost.length);
    const share = (kind: Shown["kind"]) => {
      const [some, of] = [lost, all].map((list) => list.filter((one) => one.kind === kind).length);
      return `${some} of ${of} ${kind}s`;
    };
    const exports = files.length === 1 ? "the export" : `any of the ${files.length} exports`;
    const keys = all.some(({ kind }) => kind === "key") ? `, and ${share("key")} of the same sets,` : "";
    console.say(`${share("client")} and ${share("trust")}${keys} at ${server.url} are not in ${exports}`);
    if (json) console.result(asJson(server.url, lost));
    else if (lost.length > 0) console.result(asTable(lost));
    return lost.length > 0 ? found : 0;
  },
};

/** Another Hydra, which has nothing of the exports, would pass as one that has nothing besides. */
function requireSameServer(url: string, { all, assumed }: Records, isAnyHere: boolean): void {
  const listed: string[] = Object.values(listedTypes);
  const isAnyListed = all.some(({ type, role }) => role === "managed" && listed.includes(type));
  if (assumed === undefined || isAnyHere || !isAnyListed) return;
  const message = `${url} has nothing of what the exports have at ${assumed}: it seems to be another Hydra`;
  const advice = `ask that one; if this is it, and all of it was deleted, add --server ${assumed}`;
  throw new CommandError({ code: "server-unnamed", message, advice });
}

async function objectsOf(server: HydraApi, records: Records): Promise<Shown[]> {
  const [clients, trusts] = [await server.listClients({}), await server.listTrusts(undefined)];
  return [...clients.map(clientOf), ...trusts.map(trustOf), ...(await keysOf(server, records))];
}

/** The keys in the sets that the stacks have keys in: Hydra does not tell which sets there are. */
async function keysOf(server: HydraApi, { all, isHere }: Records): Promise<Shown[]> {
  const own = all.filter((one) => one.type === listedTypes.key && one.role === "managed" && isHere(one));
  const shown: Shown[] = [];
  for (const set of new Set(own.map(({ id }) => nameIn(id).set))) {
    for (const { jwk } of (await unlessGone(server.getKeySet(set))) ?? []) {
      const kid = textOf(jwk.kid);
      shown.push({ kind: "key", ...liveKey({ set, kid }), details: { set, kid, alg: textOf(jwk.alg) } });
    }
  }
  return shown;
}

function clientOf(json: HydraJson): Shown {
  const details = { name: textOf(json.client_name), owner: textOf(json.owner), createdAt: textOf(json.created_at) };
  return { kind: "client", ...liveClient(json), details };
}

function trustOf(json: HydraJson): Shown {
  const { issuer, kid } = keyNameOf(json);
  const subject = json.allow_any_subject === true ? "any subject" : textOf(json.subject);
  const details = { issuer, subject, kid, createdAt: textOf(json.created_at) };
  return { kind: "trust", ...liveTrust(json), details };
}

function asJson(server: string, lost: readonly Unmanaged[]): string {
  const unmanaged = lost.map(({ kind, id, details, notes }) => ({ kind, id, ...details, notes }));
  return `${printableJson({ server, unmanaged })}\n`;
}

function asTable(lost: readonly Unmanaged[]): string {
  const rows = lost.map(({ kind, id, details, notes }) => {
    const { name, owner, issuer, subject, set, alg, createdAt = "" } = details;
    return [kind, id, name ?? issuer ?? set ?? "", owner ?? subject ?? alg ?? "", createdAt, notes.join("; ")];
  });
  return table(["kind", "id", "name, issuer or set", "owner, subject or alg", "created", "note"], rows);
}
