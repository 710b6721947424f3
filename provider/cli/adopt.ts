// The command `adopt`: reads a Hydra and writes the file with which `pulumi import` takes over what is there.

import type { Explanation } from "../explained.ts";
import type { HydraApi } from "../hydra/admin.ts";
import { unlessGone } from "../hydra/error.ts";
import { textOf } from "../lifecycle/value.ts";
import { addressed, isOwnSet } from "../resources/json-web-key/name.ts";
import { signingKey } from "../resources/json-web-key/signing.ts";
import { shellWord } from "../resources/shell.ts";
import { keyNameOf } from "../resources/trusted-jwt-issuer/name.ts";
import { judgeClient, judgeKey, judgeTrust, type Verdict } from "./adoptable.ts";
import { type Command, CommandError, type Console } from "./command.ts";
import { counted } from "./counted.ts";
import {
  type Knowledge,
  type Live,
  listedTypes,
  liveClient,
  liveKey,
  liveTrust,
  readRecords,
  stateHelp,
  stateOptions,
} from "./managed.ts";
import { optionsOf } from "./option.ts";
import { requireWritable, writeOut } from "./out-file.ts";
import { printableJson } from "./printable.ts";
import { reach, reachHelp, reachOptions } from "./reach.ts";
import { resourceNames } from "./resource-name.ts";

const options = {
  ...reachOptions,
  ...stateOptions,
  owner: { type: "string" },
  "client-name": { type: "string" },
  issuer: { type: "string" },
  keys: { type: "string", multiple: true },
  out: { type: "string", short: "o" },
  force: { type: "boolean" },
} as const;

/** What is asked of the server at the same time. */
const atOnce = 8;

/** How many objects are read between two signs of life. */
const stride = 1000;

export const adopt: Command = {
  name: "adopt",
  summary: "write an import file for what exists on a server",
  options,
  help: `Usage: pulumi-hydra adopt [options]

Reads the OAuth 2.0 clients and trusted JWT issuers of a server, or the keys of a set, and writes an import file for
Pulumi. The command changes nothing on the server, and never writes or shows a secret or a private key. On standard
error it says what it leaves out, and why.

  --owner <owner>       only clients with exactly this owner
  --client-name <name>  only clients with exactly this name
  --issuer <issuer>     only trusts with exactly this issuer
  --keys <set>          only the keys in exactly this set; can be repeated
  -o, --out <file>      write the import file to this new file. Defaults to -, which is the standard output
  --force               replace the file of --out if it exists
${stateHelp}
${reachHelp}
  -h, --help            this text

Without a filter, the file lists all clients and trusts, and no keys. With filters, it lists only what the filters
select: with --keys alone, it lists no clients and no trusts. The keys that Hydra signs with are in the sets
hydra.openid.id-token and hydra.jwt.access-token.

Without --stack, the settings come from the environment, under the names that the provider uses too:
PULUMI_HYDRA_ADMIN_URL, PULUMI_HYDRA_ACCESS_TOKEN, PULUMI_HYDRA_CA_CERTIFICATE and so on.

Then run this in a Pulumi project with the plugin:

  pulumi import --file <file>
`,

  async run(args, console) {
    const values = optionsOf(args, options);
    const { force = false, stack } = values;
    // As `--state -` is the standard input.
    const out = values.out === "-" ? undefined : values.out;
    if (out !== undefined) await requireWritable(out, force);
    const server = await reach(values, console);
    const records = await readRecords(values, server.url, console);
    const taken = records.all.map(({ name }) => name);
    const sets = [...new Set(values.keys)];
    const { candidates, managed } = await candidatesOf(server, { ...values, sets }, records.knowledge);
    const verdicts = await judgeAll(candidates, console);
    const kinds = sets.length > 0 ? [...always, "key" as const] : always;
    report(verdicts, { managed, kinds, server, console });
    const adopted = verdicts.filter(({ leftOut }) => leftOut === undefined);
    if (adopted.length === 0) throw new CommandError(nothing);
    const file = importFile(adopted, taken);
    if (out === undefined) console.result(file);
    else await writeOut(out, file, force);
    const ofStack = stack === undefined ? "" : `--stack ${shellWord(stack)} `;
    console.say(`next: pulumi import ${ofStack}--file ${out === undefined ? "<file>" : shellWord(out)}`);
    return 0;
  },
};

const nothing: Explanation = {
  code: "nothing-to-adopt",
  message: "there is nothing to adopt; no file was written",
};

const noKeys = (set: string): Explanation => ({
  message: `the server has no keys in the set ${JSON.stringify(set)}`,
  advice: "check its name",
  code: "nothing-to-adopt",
});

interface Filters {
  readonly owner?: string | undefined;
  readonly "client-name"?: string | undefined;
  readonly issuer?: string | undefined;
  /** Sets of keys. */
  readonly sets: readonly string[];
}

/** An object of the server, and how it is judged. */
interface Candidate {
  readonly type: string;
  readonly notes: readonly string[];
  judge(): Promise<Verdict>;
}

/** What the filters leave of the server, and how much of that the exports have. */
async function candidatesOf(
  server: HydraApi,
  { owner, "client-name": name, issuer, sets }: Filters,
  knowledge: (live: Live) => Knowledge,
): Promise<{ candidates: Candidate[]; managed: number }> {
  const [byClient, byIssuer, bySet] = [
    owner !== undefined || name !== undefined,
    issuer !== undefined,
    sets.length > 0,
  ];
  const unfiltered = !byClient && !byIssuer && !bySet;
  const clients = byClient || unfiltered ? await server.listClients({ client_name: name, owner }) : [];
  const trusts = byIssuer || unfiltered ? await server.listTrusts(issuer) : [];
  const keys: Found[] = [];
  for (const set of sets) keys.push(...(await keysIn(server, set)));
  const now = Date.now();
  const all = [
    ...clients.map((json) => ({ live: liveClient(json), judge: () => judgeClient(server, json) })),
    ...trusts.map((json) => ({ live: liveTrust(json), judge: () => judgeTrust(server, json, now) })),
    ...keys,
  ];
  const candidates = all.flatMap(({ live, judge }) => {
    const { managed, notes } = knowledge(live);
    return managed ? [] : [{ type: live.type, notes, judge }];
  });
  return { candidates, managed: all.length - candidates.length };
}

interface Found {
  readonly live: Live;
  judge(): Promise<Verdict>;
}

/** The keys in a set. That it has none is an error: sets have no list in which a name could be looked up. */
async function keysIn(server: HydraApi, set: string): Promise<Found[]> {
  const keys = (await unlessGone(addressed([set], server.getKeySet(set)))) ?? [];
  if (keys.length === 0) throw new CommandError(noKeys(set));
  // Hydra keeps the key of a trust in the set of its issuer.
  const ofTrusts = (await server.listTrusts(set)).map((json) => keyNameOf(json).kid);
  const signing = isOwnSet(set) ? signingKey(keys) : undefined;
  return keys.map((key) => {
    const kid = textOf(key.jwk.kid);
    const facts = { signs: key === signing, isOfTrust: ofTrusts.includes(kid) };
    return { live: liveKey({ set, kid }), judge: () => judgeKey(server, set, key, facts) };
  });
}

async function judgeAll(candidates: readonly Candidate[], console: Console): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (let at = 0; at < candidates.length; at += atOnce) {
    const some = candidates.slice(at, at + atOnce).map(async ({ judge, notes }) => {
      const verdict = await judge();
      return { ...verdict, notes: [...verdict.notes, ...notes] };
    });
    verdicts.push(...(await Promise.all(some)));
    const read = Math.min(at + atOnce, candidates.length);
    if (read % stride === 0) console.say(`read ${read} clients and trusts so far`);
  }
  return verdicts;
}

/** What is counted, whatever was asked for. */
const always = ["client", "trust"] as const;

interface Account {
  /** How many the exports have already. */
  readonly managed: number;
  readonly kinds: readonly (keyof typeof listedTypes)[];
  readonly server: HydraApi;
  readonly console: Console;
}

function report(verdicts: readonly Verdict[], { managed, kinds, server, console }: Account): void {
  const count = (type: string, of: readonly Verdict[]) => of.filter((verdict) => verdict.type === type).length;
  const total = (of: readonly Verdict[]) => {
    const counts = kinds.map((kind) => counted(count(listedTypes[kind], of), kind));
    return `${counts.slice(0, -1).join(", ")} and ${counts.at(-1)}`;
  };
  const others = managed === 0 ? "" : `, and ${managed} more that the exports have already`;
  console.say(`read ${total(verdicts)} at ${server.url}${others}`);
  for (const { label, leftOut, notes } of verdicts) {
    if (leftOut !== undefined) console.say(`left out: ${label}: ${leftOut}`);
    for (const note of notes) console.say(`note: ${label}: ${note}`);
  }
  const adopted = verdicts.filter(({ leftOut }) => leftOut === undefined);
  console.say(`${total(adopted)} can be adopted`);
  if (count(listedTypes.client, adopted) > 0)
    console.say(
      "Hydra does not return client secrets; clients keep their current secret unless the program sets clientSecret",
    );
}

/**
 * The form is Pulumi's: `pulumi import --help` tells it. `name` becomes an identifier in the generated program. Lifespans
 * come with their client.
 */
function importFile(adopted: readonly Verdict[], taken: readonly string[]): string {
  const names = resourceNames(
    adopted.map(({ nameable }) => nameable),
    taken,
  );
  const resources = adopted.map(({ type, id }, index) => {
    const logicalName = names[index] ?? "";
    return { type: `hydra:index:${type}`, name: identifierOf(logicalName), logicalName, id };
  });
  const order = ({ type, logicalName }: (typeof resources)[number]) => `${type} ${logicalName}`;
  resources.sort((left, right) => (order(left) < order(right) ? -1 : 1));
  return `${printableJson({ resources })}\n`;
}

/** `nightly-report-2` → `nightlyReport2`. */
function identifierOf(name: string): string {
  return name.replace(/-(.)/g, (_, next: string) => next.toUpperCase());
}
