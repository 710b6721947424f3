// Knows what a program of a course declares: objects with an identity of their own, whatever they are called. No code of ours.
import { generateKey } from "../support/key.ts";

export type Values = Readonly<Record<string, unknown>>;

export type Kind = "OAuth2Client" | "ClientLifespans" | "TrustedJwtIssuer";

export interface Options {
  readonly ignoreChanges?: readonly string[];
  readonly replaceOnChanges?: readonly string[];
  readonly retainOnDelete?: true;
  readonly protect?: true;
  readonly deleteBeforeReplace?: boolean;
  readonly aliases?: readonly string[];
  readonly import?: string;
  /** On the other server, by a provider of the program's own. */
  readonly provider?: true;
}

export interface Declared {
  /** The object that is meant; it stays when the name changes. */
  readonly uid: string;
  readonly type: Kind;
  /** The name in the program. */
  readonly name: string;
  /** Arguments, with short texts for what no two courses may share. */
  readonly args: Values;
  /** The client of a ClientLifespans, by its uid. */
  readonly of?: string;
  /** Its id is written out, where the program fixes it. */
  readonly literal?: true;
  readonly options: Options;
}

export type Program = readonly Declared[];

export type Server = "a" | "b";

export function serverOf({ args, options }: Declared): Server {
  return args.connection === "b" || options.provider ? "b" : "a";
}

/** Two keys under each of two kids; under another kid, the ones that a message asks for. */
export const keys: Readonly<Record<string, Readonly<Record<string, string>>>> = Object.fromEntries(
  ["k1", "k2", "k3", "k4"].flatMap((kid) => ["", "'"].map((mark) => [kid + mark, generateKey("ES256", kid).publicJwk])),
);

export const kidOf = (key: unknown): string => String(key).slice(0, 2);

export const lifespanFields = ["authorizationCodeGrantAccessTokenLifespan", "refreshTokenGrantAccessTokenLifespan"];

/** What each field may be; `undefined` leaves it out. A required field has no `undefined`. */
export const choices: Readonly<Record<Kind, Readonly<Record<string, readonly unknown[]>>>> = {
  OAuth2Client: {
    clientId: [undefined, "x", "y"],
    clientName: ["A", "B", "C", undefined],
    scope: [undefined, "", "read", "read write"],
    contacts: [undefined, [], ["a@example.com"], ["a@example.com", "b@example.com"]],
    metadata: [undefined, {}, { team: "a" }, { team: "b", level: 2 }],
    redirectUris: [undefined, ["https://app.example/callback"], ["https://app.example/callback", "https://b.example/"]],
    tokenEndpointAuthMethod: [undefined, "client_secret_post", "none"],
    clientSecret: [undefined, "the first secret", "the second secret"],
    secretRotation: [undefined, { trigger: "1" }, { trigger: "2" }, { trigger: "1", previousSecrets: "drop" }],
    skipConsent: [undefined, false, true],
    jwksUri: [undefined, "https://app.example/keys.json"],
    [lifespanFields[0] as string]: [undefined, "1h", "90m"],
  },
  ClientLifespans: Object.fromEntries(lifespanFields.map((name) => [name, [undefined, "1h", "2h30m", "0s"]])),
  TrustedJwtIssuer: {
    issuer: ["plain", "slashed"],
    subject: ["alice", "bob", "*"],
    key: ["k1", "k1'", "k2"],
    scope: [undefined, ["read"], ["read", "write"]],
    expiresAt: ["2098-01-01T00:00:00Z", "2099-01-01T00:00:00Z"],
  },
};

/** What an argument is in this course. */
export function argsOf(marker: string, { uid, type, args }: Declared): Record<string, unknown> {
  const { connection, ...rest } = args;
  const where = connection === undefined ? {} : { connection };
  if (type === "ClientLifespans") return { ...rest, ...where };
  if (type === "OAuth2Client") {
    const { clientId, ...others } = rest;
    const id = clientId === undefined ? {} : { clientId: clientIdOf(marker, clientId) };
    return { owner: marker, policyUri: tagOf(marker, uid), ...id, ...others, ...where };
  }
  const { issuer, subject, key, ...others } = rest;
  const about = subject === "*" ? { allowAnySubject: true } : { subject };
  return { issuer: issuerOf(marker, issuer), ...about, jwk: keys[String(key)], ...others, ...where };
}

export const clientIdOf = (marker: string, short: unknown): string => `${marker}-${String(short)}`;
export const tagOf = (marker: string, uid: string): string => `https://${marker}.example/${uid}`;
export const issuerOf = (marker: string, short: unknown): string =>
  short === "slashed" ? `https://${marker}.example` : marker;

/** What makes a trust unique on a server. */
export const trustIdentity = ({ args }: Declared): string =>
  JSON.stringify([args.issuer, args.subject, kidOf(args.key)]);

/** A trust of somebody else. */
export interface ForeignTrust {
  readonly server: Server;
  readonly issuer: string;
  readonly subject: string;
  readonly key: string;
}

/** Why no server can have all of this at the same time; `others` are objects that are there and meant by nobody here. */
export function contradiction(programs: readonly Program[], others: Program, foreign: readonly ForeignTrust[]): string {
  const all = programs.flat();
  const named = new Set<string>();
  for (const [index, program] of programs.entries()) {
    for (const { name } of program) {
      if (named.has(`${index} ${name}`)) return `two are called ${name}`;
      named.add(`${index} ${name}`);
    }
  }
  const held = new Map<string, string>();
  const keyUnder = new Map<string, string>();
  const hold = (place: string, uid: string) => (held.get(place) ?? uid) !== uid || !held.set(place, uid);
  for (const { server, issuer, key } of foreign) keyUnder.set(`${server} ${issuer} ${kidOf(key)}`, key);
  for (const [index, one] of [...all, ...others].entries()) {
    const server = serverOf(one);
    const { uid, type, args } = one;
    if (type === "OAuth2Client" && args.clientId !== undefined && hold(`${server} id ${String(args.clientId)}`, uid))
      return "two clients with one id";
    if (type !== "TrustedJwtIssuer") continue;
    if (hold(`${server} ${trustIdentity(one)}`, uid)) return "two trusts of one name";
    if (index >= all.length && all.some((own) => own.uid === uid)) continue;
    const place = `${server} ${String(args.issuer)} ${kidOf(args.key)}`;
    if ((keyUnder.get(place) ?? args.key) !== args.key) return "two keys under one name";
    keyUnder.set(place, String(args.key));
  }
  // v2.3.0 does not show a key whose issuer holds a slash: nobody can make a trust again that goes with another one.
  const slashed = programs.map(
    (program) =>
      new Set(
        program.filter(({ args }) => args.issuer === "slashed").map((one) => `${serverOf(one)} ${kidOf(one.args.key)}`),
      ),
  );
  const alone = [
    ...slashed,
    new Set(foreign.filter(({ issuer }) => issuer === "slashed").map(({ server, key }) => `${server} ${kidOf(key)}`)),
  ].flatMap((places) => [...places]);
  if (new Set(alone).size < alone.length) return "a key that cannot be read in two programs";
  for (const one of all) {
    if (one.type === "OAuth2Client") {
      const owners = all.filter(({ of }) => of === one.uid);
      if (owners.length > 1) return "two owners of all lifespans";
      if (owners.length > 0 && lifespanFields.some((field) => one.args[field] !== undefined))
        return "two owners of a lifespan";
      if (one.args.clientSecret !== undefined && one.args.secretRotation !== undefined)
        return "a secret and a rotation";
      const open = one.args.tokenEndpointAuthMethod === "none";
      if (open && (one.args.clientSecret !== undefined || one.args.secretRotation !== undefined))
        return "a secret of a public client";
    }
    if (one.type === "ClientLifespans") {
      const client = all.find(({ uid }) => uid === one.of);
      if (!client) return "lifespans without a client";
      if (one.literal && client.args.clientId === undefined) return "an id written out that nobody fixes";
      if (serverOf(client) !== serverOf(one)) return "lifespans on another server than their client";
    }
  }
  return "";
}
