// What the fields of a resource can mean and how a program may write each meaning: the generators' own idea of
// equality. Shares no code with the provider, so that it can find the provider wrong.

import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";

/** One field of a resource. A meaning of `undefined` is the server's default. */
export interface Field {
  /** Meanings that are set; some may turn out to be the default. */
  readonly values: fc.Arbitrary<unknown>;
  /** All the ways to write a meaning, the plainest first; `undefined` leaves the property out. */
  spell(meaning: unknown): readonly unknown[];
  /** What a property of a program, of the state or of Hydra's JSON means. */
  mean(value: unknown): unknown;
  /** Other meanings that differ from this one by little. */
  near(meaning: unknown): readonly unknown[];
  /** A program has to set it. */
  readonly required: boolean;
}

interface FieldParts {
  readonly values: fc.Arbitrary<unknown>;
  /** Values that mean the same as none. */
  readonly empty?: readonly unknown[];
  readonly spell?: (meaning: never) => readonly unknown[];
  readonly mean?: (value: never) => unknown;
  readonly near?: (meaning: never) => readonly unknown[];
  readonly required?: boolean;
}

function field({ values, empty = [], spell, mean, near, required = false }: FieldParts): Field {
  const isDefault = (value: unknown) =>
    value === undefined || value === null || empty.some((one) => isDeepStrictEqual(one, value));
  return {
    values,
    required,
    spell: (meaning) =>
      meaning === undefined ? [undefined, null, ...empty] : spell ? [...spell(meaning as never)] : [meaning],
    mean: (value) => (isDefault(value) ? undefined : mean ? mean(value as never) : value),
    near: (meaning) => (meaning === undefined || !near ? [] : near(meaning as never)),
  };
}

/** The field, always set. */
export function required(inner: Field): Field {
  return { ...inner, required: true };
}

/** The field on a server that fills in `shipped` where nothing is set. */
export function defaulting(inner: Field, shipped: unknown): Field {
  const mean = (value: unknown) => (value === shipped ? undefined : inner.mean(value));
  return {
    ...inner,
    mean,
    spell: (meaning) => (meaning === undefined ? [...inner.spell(undefined), shipped] : inner.spell(meaning)),
  };
}

/** Texts as people and attackers write them; no NUL, which PostgreSQL refuses. */
export const texts = fc.oneof(
  { weight: 3, arbitrary: fc.string({ minLength: 1, unit: "grapheme-ascii" }) },
  { weight: 2, arbitrary: fc.string({ minLength: 1, unit: "grapheme" }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      " ",
      "null",
      "{}",
      "[]",
      "0",
      '"',
      "\\",
      "a|b",
      "a,b",
      "<b>&amp;",
      "%2F",
      "\t\r\n",
      "\u2028",
      "\u{1d4b3}",
    ),
  },
);

export const text = field({
  values: texts,
  empty: [""],
  near: (value: string) => [`${value} `, ` ${value}`, value.toUpperCase(), value.normalize("NFD")],
});

export const flag = field({ values: fc.constant(true), empty: [false] });

/** One of a few words. */
export function words(...all: readonly string[]): Field {
  return field({ values: fc.constantFrom(...all), empty: [""] });
}

/** One of a few words, in any case. */
export function caselessWords(...all: readonly string[]): Field {
  return field({
    values: fc.constantFrom(...all),
    empty: [""],
    spell: (word: string) => [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)],
    mean: (word: string) => word.toLowerCase(),
  });
}

/** A field that this server cannot set, written in all the ways that ask for nothing. */
export function unset(...empty: readonly unknown[]): Field {
  return field({ values: fc.constant(undefined), empty });
}

function lists(items: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.array(items, { maxLength: 6 }) },
    { weight: 1, arbitrary: fc.array(items, { maxLength: 200, size: "max" }) },
  );
}

/** Lists in the order of the program. */
export function listOf(
  items: fc.Arbitrary<unknown>,
  mean = (item: never): unknown => item,
  spell = (item: never): unknown[] => [item],
): Field {
  return field({
    values: lists(items),
    empty: [[]],
    mean: (list: unknown[]) => list.map((item) => mean(item as never)),
    spell: (list: unknown[]) => {
      const ways = list.map((item) => spell(item as never));
      const most = Math.max(1, ...ways.map((way) => way.length));
      return Array.from({ length: most }, (_, way) => ways.map((one) => one[way % one.length]));
    },
    near: (list: unknown[]) => [list.toReversed(), list.slice(1), list.slice(0, -1), [...list, ...list.slice(0, 1)]],
  });
}

export const list = listOf(fc.oneof({ weight: 9, arbitrary: texts }, { weight: 1, arbitrary: fc.constant("") }));

/** Scope values: Hydra keeps them in one text. */
export const scopes = listOf(texts.filter((value) => !/[|\\]/.test(value)));

function reversed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

// JSON has one zero.
const jsonValues = fc
  .jsonValue({ stringUnit: "grapheme", maxDepth: 3 })
  .map((value): unknown => JSON.parse(JSON.stringify(value)));

/** Any JSON. */
export const json = field({
  values: fc
    .oneof(
      { weight: 3, arbitrary: fc.dictionary(texts, jsonValues, { noNullPrototype: true }) },
      { weight: 1, arbitrary: jsonValues },
      { weight: 1, arbitrary: fc.constantFrom([], "", 0, false, { a: null }, { a: {} }, { a: [] }, [null], [{}]) },
    )
    // A check refuses the name that Pulumi loses.
    .filter((value) => !JSON.stringify(value).includes('"__proto__":')),
  empty: [{}],
  spell: (value: unknown) => [value, reversed(value)],
  near: (value: unknown) => [
    { a: value },
    [value],
    ...(Array.isArray(value)
      ? [value.toReversed()]
      : typeof value === "object"
        ? [
            { ...value, a: null },
            { ...value, a: {} },
          ]
        : []),
  ],
});

const units = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1_000n,
  "\u00b5s": 1_000n,
  "\u03bcs": 1_000n,
  ns: 1n,
};

function nanosecondsOf(duration: string): bigint {
  const [, sign, rest] = /^([-+]?)(.*)$/s.exec(duration)!;
  let total = 0n;
  for (const [, whole, fraction = "", unit] of rest!.matchAll(/(\d*)(?:\.(\d*))?(h|ms|us|\u00b5s|\u03bcs|ns|m|s)/g)) {
    total += (BigInt(whole! + fraction) * units[unit as keyof typeof units]) / 10n ** BigInt(fraction.length);
  }
  return sign === "-" ? -total : total;
}

function spellDuration(nanoseconds: bigint): string[] {
  if (nanoseconds === 0n) return ["0s", "0", "-0", "+0h", "0h0m0s", ".0s", "0.ns"];
  const sign = nanoseconds < 0n ? "-" : "";
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const single = Object.entries(units)
    .filter(([, unit]) => size % unit === 0n)
    .map(([name, unit]) => `${sign}${size / unit}${name}`);
  // Four digits: what Go computes in floating point is exact.
  const decimal = Object.entries(units)
    .filter(([, unit]) => unit >= 1_000_000n && (size * 10_000n) % unit === 0n)
    .map(([name, unit]) => {
      const scaled = (size * 10_000n) / unit;
      return `${sign}${scaled / 10_000n}.${String(scaled % 10_000n).padStart(4, "0")}${name}`;
    });
  const parts = [];
  let rest = size;
  for (const [name, unit] of Object.entries(units).filter(([name]) => name.length < 3 && name !== "us")) {
    if (rest >= unit) parts.push(`${rest / unit}${name}`);
    rest %= unit;
  }
  const long = sign + parts.join("");
  // The parts may come in any order and be padded.
  const odd = [sign + parts.toReversed().join(""), `${sign}0h${parts.join("")}`, `${sign}00${parts.join("")}`];
  return [long, ...single, ...decimal, ...odd, ...(sign === "" ? [`+${long}`] : [])];
}

export const lifespanValues = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 1n, max: 10_000n }).map((minutes) => minutes * units.m) },
  { weight: 2, arbitrary: fc.bigInt({ min: 0n, max: 10n ** 9n }).map((count) => count * units.ms) },
  { weight: 2, arbitrary: fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }) },
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, -1n, 2n ** 63n - 1n, units.h, -units.h) },
);

/** Go durations; the meaning counts nanoseconds. */
export const duration = field({
  values: lifespanValues,
  spell: spellDuration,
  mean: nanosecondsOf,
  near: (nanoseconds: bigint) => [
    nanoseconds === 0n ? 1n : nanoseconds - nanoseconds / (nanoseconds < 0n ? -nanoseconds : nanoseconds),
    -nanoseconds,
  ],
});

function secondOf(time: string): number {
  const [, whole, fraction = "", zone] = /^(.{19})(?:\.(\d+))?(.+)$/.exec(time)!;
  return Date.parse(whole! + zone) / 1000 + Math.round(Number(`0.${fraction || "0"}`));
}

function spellTime(second: number): string[] {
  const write = (at: number, fraction: string, zone: string, offset: number) =>
    new Date((at + offset * 60) * 1000).toISOString().slice(0, 19) + fraction + zone;
  return [
    write(second, "", "Z", 0),
    write(second, "", "+02:00", 120),
    write(second, "", "-05:30", -330),
    write(second, "", "+00:00", 0),
    write(second, "", "-00:00", 0),
    write(second, "", "+14:00", 840),
    write(second, "", "-23:59", -1439),
    write(second, ".0", "Z", 0),
    write(second, ".499999999", "Z", 0),
    write(second, ".123", "+02:00", 120),
    write(second - 1, ".5", "Z", 0),
    write(second - 1, ".999999999999", "-05:30", -330),
  ];
}

/** Times that Hydra rounds to the second; the meaning counts seconds. */
export const timestamp = field({
  values: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1_700_000_000, max: 4_000_000_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -62_000_000_000, max: 253_402_200_000 }) },
    // Around a minute, a leap day, the 32-bit second.
    { weight: 1, arbitrary: fc.constantFrom(0, 1_709_164_800, 1_709_251_199, 2_147_483_647, 2_147_483_648) },
  ),
  spell: spellTime,
  mean: secondOf,
  near: (second: number) => [second + 1, second - 1, second + 3600],
  required: true,
});

const hosts = [
  "a.example",
  "app.example:8443",
  "127.0.0.1:3000",
  "[::1]:80",
  "localhost",
  "xn--mnchen-3ya.example",
  "m\u00fcnchen.example",
];
const paths = [
  "",
  "/",
  "/cb",
  "/a%20b/%2F",
  "/%C3%A4/\u00e4",
  "/x?y=1&z=%26",
  "/?a=b;c",
  "//",
  "/.well-known/x.json",
  "/a|b",
];

/** URLs that Hydra, too, takes for one. */
export const urls = fc
  .tuple(fc.constantFrom("https", "http", "HTTPS"), fc.constantFrom(...hosts), fc.constantFrom(...paths))
  .map(([scheme, host, path]) => `${scheme}://${host}${path}`);

export const pageUri = field({ values: urls, empty: [""], near: (url: string) => [`${url}/`, `${url}?`] });

/** Texts that Hydra does not look into, although they should be URIs. */
export const looseUri = field({
  // What begins with a host and a port is refused: the host would be the scheme.
  values: fc.oneof(
    urls,
    texts.filter((value) => !/^[^/?#:]+:\d/.test(value)),
  ),
  empty: [""],
});

const places = [
  "https://app.example",
  "https://app.example:443",
  "http://127.0.0.1:3000",
  "http://[::1]:80",
  "com.example.app://cb",
  "https://m\u00fcnchen.example",
];

const placed = fc
  .tuple(fc.constantFrom(...places), fc.constantFrom(...paths.filter((path) => path.startsWith("/"))))
  .map(([place, path]) => place + path);

export const redirectUris = listOf(
  fc.oneof(
    { weight: 6, arbitrary: placed },
    { weight: 1, arbitrary: fc.constantFrom("urn:ietf:wg:oauth:2.0:oob", "myapp:/cb", "http://localhost/%2F?x=%20") },
  ),
);

export const postLogoutRedirectUris = listOf(placed);

/** The URIs that lie at a place of one of the others. */
export function atPlacesOf(uris: readonly unknown[], others: readonly unknown[]): unknown[] {
  const placeOf = (uri: unknown) => places.find((place) => String(uri).startsWith(`${place}/`));
  return uris.filter((uri) => others.some((other) => placeOf(other) === placeOf(uri)));
}

/** CORS origins, with and without a trailing slash. */
export const origins = listOf(
  fc
    .tuple(
      fc.constantFrom("https", "http"),
      fc.constantFrom(
        ...hosts.filter((host) => host.startsWith("[") || /^[\x20-\x7e]+$/.test(host)),
        "*.a.example",
        "b.example",
      ),
    )
    .map(([scheme, host]) => `${scheme}://${host}`),
  (origin: string) => origin.replace(/\/+$/, "").replace(/^https?/i, (scheme) => scheme.toLowerCase()),
  (origin: string) => [origin, `${origin}/`, `${origin}//`, origin.replace("http", "HTTP")],
);

/** Secrets of at least six bytes. */
export const secret = field({ values: fc.tuple(fc.constant("secret"), texts).map((parts) => parts.join("")) });

/** When a client's secret is generated anew. */
export const rotation = field({
  values: fc.record(
    { trigger: texts, previousSecrets: fc.constantFrom("keep", "drop"), revokeTokens: fc.boolean() },
    { requiredKeys: ["trigger"], noNullPrototype: true },
  ),
  spell: (value: unknown) => [value, reversed(value)],
  near: (value: Readonly<Record<string, unknown>>) => [
    { ...value, trigger: `${value.trigger}.` },
    { trigger: value.trigger },
  ],
});

/** The name of a server, which is the same for all of these. */
export function connection(known: readonly string[]): Field {
  return field({ values: fc.constantFrom(...known) });
}

// Always the same, so that a seed tells the same story; the last one has a coordinate that begins with a zero byte.
const publicKeys: readonly Readonly<Record<string, unknown>>[] = [
  {
    kty: "EC",
    x: "awIJIyZxugT0gH3urkJ-03SttQDa0izRY2GQbVNADEI",
    y: "2PyzTYJIR7scyZqp0P3nNzmrbOaX8YLeIJ68cuCpuwA",
    crv: "P-256",
  },
  {
    kty: "EC",
    x: "kOg161XXyU5QUj90MtPSz5vcHqMnlGJy0AI2ZWMf8B6FxIBkCeGJ44Hh3iDDX9pC",
    y: "5aJU3J2KCErbJOxVej1rV0lSKzdPzkROcc0AifrKdzV-vwFK1eImx0YleHAojodz",
    crv: "P-384",
  },
  {
    kty: "EC",
    x: "AX7rm2EFXoPBaS6C06ZwX2xsLaJ2MPf9hH2jNI0QBBN8En-o_cc-MSdepA3lYNeVsp8CDf1q5ExSdNc4Vi2V_PO7",
    y: "AdfKaH4MXoBWApScOUQRQ7g2kR9890M46rS4Z4o9kQeUvC6F2GzjJOAHpZHJvbTJLWLuDpM92ssFXIySU9whdloJ",
    crv: "P-521",
  },
  {
    kty: "RSA",
    n: "tOWUSoByYTuBvylwGu_tK3b45tt9G2Yk6FSXOteAW1F_dgqSlOn2Xn8K2SO--xfFL6un4nkh3RrztFegXxtZzozihMNp2Ye-_TCL_r_V6QWNHSzD9LnU_-hpIEIrljwG0KWudY8KfZ1PcynuUA6VLq2TJAyYbyi8_DQJps4Ia5EC_GKFrpfI2iKuZ-op1BkniwAkseVBG6MUyOcptOhKQUl8IJCz4V6siLogLBoj1DOcpbeFIpeGr-nZac3yekOCnVGqte0TwdFi-ZTpevOl687u7r8vkljPA5BDtVuxRx2IY_rlhRjgv4a4S2-n30hTvw-caHEt20uyL9f7BWOrnw",
    e: "AQAB",
  },
  { crv: "Ed25519", x: "ufQkJUaUZIfiyfKXU64MHesRU6_-Q-qBMf9C7qSY_zQ", kty: "OKP" },
  {
    kty: "EC",
    x: "AC8P3IvpFWoximX29__hS8OsNR4peBw9mddNcSbtZE0",
    y: "n3WYcZLHUqX3AxiTrgsN7s5UWDKX1KAO_35TXBcKuHY",
    crv: "P-256",
  },
];

/** The members that Hydra keeps, where they are not empty. */
function meanKey(key: Readonly<Record<string, unknown>>): unknown {
  const kept = ["kty", "kid", "alg", "use", "crv", "x", "y", "n", "e"];
  return Object.fromEntries(
    kept
      .filter((name) => key[name] !== undefined && key[name] !== null && key[name] !== "")
      .map((name) => [name, numbers.includes(name) ? String(key[name]).replace(/^A{4}|=+$/g, "") : key[name]]),
  );
}

const numbers = ["x", "y", "n", "e"];

/** The same numbers: with padding, and three bytes of zeros before those of RSA. */
function spelledNumbers(key: Readonly<Record<string, unknown>>): unknown {
  const spelled = Object.entries(key).map(([name, value]) => {
    if (!numbers.includes(name)) return [name, value];
    const text = name === "n" || name === "e" ? `AAAA${value}` : String(value);
    return [name, text.padEnd(Math.ceil(text.length / 4) * 4, "=")];
  });
  return Object.fromEntries(spelled);
}

function spellKey(key: Readonly<Record<string, unknown>>): unknown[] {
  return [
    key,
    reversed(key),
    { ...key, key_ops: ["verify"], ext: true },
    { use: "", alg: null, ...(spelledNumbers(key) as object) },
  ];
}

function keysWith(
  kids: fc.Arbitrary<string>,
  requiredMembers: ("kid" | "alg" | "use")[],
): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const marks = fc.record(
    { kid: kids, alg: fc.constantFrom("RS256", "ES256", "EdDSA"), use: fc.constantFrom("sig", "enc") },
    { requiredKeys: requiredMembers, noNullPrototype: true },
  );
  return fc
    .tuple(fc.nat({ max: publicKeys.length - 1 }), marks)
    .map(([index, mark]) => ({ ...publicKeys[index], ...mark }));
}

/** A public key with a kid. */
export function jwk(kids: fc.Arbitrary<string>): Field {
  return field({
    values: keysWith(kids, ["kid"]),
    spell: spellKey,
    mean: meanKey,
    near: ({ kid, alg, ...key }: Record<string, unknown>) => [
      ...publicKeys
        .filter(({ x, n }) => x !== key.x || n !== key.n)
        .slice(0, 1)
        .map((other) => ({ ...other, kid })),
      { ...key, kid, alg: alg === "PS256" ? "RS256" : "PS256" },
      { ...key, kid: `${kid}.`, ...(alg === undefined ? {} : { alg }) },
    ],
    required: true,
  });
}

type KeySet = Readonly<{ keys: readonly Readonly<Record<string, unknown>>[] }>;

/** A key set. */
export const jwks = field({
  values: fc.array(keysWith(texts, []), { minLength: 1, maxLength: 4 }).map((keys) => ({ keys })),
  empty: [{}, { keys: [] }],
  spell: ({ keys }: KeySet) => [0, 1, 2, 3].map((way) => ({ keys: keys.map((key) => spellKey(key)[way]) })),
  mean: ({ keys }: KeySet) => ({ keys: keys.map(meanKey) }),
  near: ({ keys }: KeySet) => [{ keys: [...keys, ...keys.slice(0, 1)] }, { keys: keys.toReversed() }],
});

const oddParts = [
  " ",
  "%",
  "%2F",
  "%20",
  "..",
  ".",
  "?",
  "#",
  "'",
  '"',
  "&",
  "+",
  ";",
  ":",
  "@",
  "\\",
  "\u00e9",
  "e\u0301",
  "\u{1f511}",
  "~",
  "*",
  "=",
];

/** Where in a name the story's own part goes: names are the server's to keep apart. */
export const own = "\u2026";

const part = fc.oneof(
  { weight: 2, arbitrary: fc.constant("") },
  { weight: 3, arbitrary: fc.constantFrom(...oddParts) },
  { weight: 1, arbitrary: fc.string({ maxLength: 8, unit: "grapheme" }) },
  { weight: 2, arbitrary: fc.constantFrom("a/", "/b", "https://x/") },
);

const names = fc.tuple(part, part).map((parts) => parts.join(own));

/** Any text that is unique. */
export const name = field({ values: names, required: true });

/** Ids of clients, which have to travel in a URL. A slash at the end is too much for every server. */
export function clientId(slashes: boolean): Field {
  return field({ values: names.filter((whole) => (slashes ? !whole.endsWith("/") : !whole.includes("/"))) });
}

/** Key ids. */
export const kids = fc.oneof(texts, fc.constantFrom(...oddParts, "a/b", "a/"));
