// The kinds of fields that Hydra has beyond plain text, flags and lists, each with what can be checked offline.

import * as z from "zod";
import { parseDuration } from "../hydra/duration.ts";
import { caselessKind, flagKind, jsonKind, kind, listKind, sameBy, textKind } from "../lifecycle/field.ts";
import { sameJson } from "../lifecycle/value.ts";
import { isJwk, privateMembersOf, publicMembersOf, withoutPrivateMembers } from "./jwk.ts";

export const text = kind(z.string(), textKind);
export const requiredText = kind(
  z.string().refine((value) => value !== "", { error: "must not be empty" }),
  textKind,
);
export const flag = kind(z.boolean(), flagKind);
export const list = kind(z.array(z.string()), listKind);
export const json = kind(z.json(), jsonKind);

/** Scope values. The server keeps such a list as one text and cannot tell these characters from its own. */
export const scopes = kind(
  z.array(z.string().regex(/^[^|\\]+$/, { error: "must not be empty, and must not hold | or \\" })),
  listKind,
);

/** A Go duration, compared by value. */
export const duration = kind(
  z.string().refine((value) => parseDuration(value) !== undefined, {
    error: 'must be a duration such as "30m", "1h30m" or "720h" (units: ns, us, ms, s, m, h)',
  }),
  {
    type: "string",
    empty: null,
    isEmpty: () => false,
    same: sameBy(parseDuration),
  },
);

/** A name out of a registry that grows, such as an algorithm: one word, no longer than every database keeps it. */
export function word(limit: number) {
  return kind(
    z.string().refine((value) => value === "" || (/^\S+$/.test(value) && value.length <= limit), {
      error: `must be one word of at most ${limit} characters`,
    }),
    textKind,
  );
}

/** One word out of a few. */
export function oneOf(...words: readonly string[]) {
  return kind(
    z.string().refine((value) => value === "" || words.includes(value), oneOfError(words)),
    textKind,
  );
}

/** One word out of a few, in any case: the server writes it in lower case. */
export function caselessOneOf(...words: readonly string[]) {
  return kind(
    z.string().refine((value) => value === "" || words.includes(value.toLowerCase()), oneOfError(words)),
    caselessKind,
  );
}

function oneOfError(words: readonly string[]) {
  return { error: `must be ${words.map((word) => `"${word}"`).join(" or ")}` };
}

/** A client's id, which becomes one segment of a URL path. */
export const clientId = kind(
  z
    .string()
    .refine((value) => value !== "", { error: "must not be empty; leave it out to have one chosen" })
    .refine((value) => value !== "." && value !== "..", { error: "must not be . or ..: no server can address it" })
    // v26.2.0 drops the slash, and so would read and delete another client.
    .refine((value) => !value.endsWith("/"), { error: "must not end with a slash: no server can address it" }),
  textKind,
);

/** A client's secret. */
export const clientSecret = kind(
  z.string().refine((value) => Buffer.byteLength(value) >= 6, {
    error: "must have at least 6 bytes; leave it out to have one generated",
  }),
  textKind,
);

function isUrl(value: string, ...schemes: readonly string[]): boolean {
  return URL.canParse(value) && (schemes.length === 0 || schemes.includes(new URL(value).protocol.slice(0, -1)));
}

/** A page that people are shown: tos, policy, logo and client URI. */
export const pageUri = kind(
  z.string().refine((value) => value === "" || isUrl(value, "http", "https"), {
    error: "must be a URL that begins with http:// or https://",
  }),
  textKind,
);

/** Where the server fetches something itself. */
export const httpsUri = kind(
  z
    .string()
    .refine((value) => value === "" || isUrl(value, "https"), { error: "must be a URL that begins with https://" }),
  textKind,
);

/** Redirect URIs: absolute and without a fragment (RFC 6749, 3.1.2). */
export const redirectUris = kind(
  z.array(
    z
      .string()
      .refine((value) => /^[A-Za-z][A-Za-z0-9+.-]*:/.test(value), {
        error: "must be an absolute URI, such as https://app.example/callback",
      })
      .refine((value) => !value.includes("#"), { error: "must not have a fragment (#): RFC 6749, section 3.1.2" }),
  ),
  listKind,
);

/** CORS origins; the server takes a trailing slash away. */
export const origins = kind(
  z.array(
    z.string().refine(isOrigin, {
      error: "must be an origin such as https://app.example: http or https, without user, path, query and fragment",
    }),
  ),
  { ...listKind, same: (left, right) => sameJson(withoutSlashes(left), withoutSlashes(right)) },
);

function isOrigin(value: string): boolean {
  return /^https?:\/\/[^/?#@\s]+\/*$/i.test(value);
}

function withoutSlashes(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((origin) =>
    typeof origin !== "string" ? origin : withoutSlash(origin).replace(/^https?:/i, (scheme) => scheme.toLowerCase()),
  );
}

// A pattern would try every slash of a text that ends with something else.
function withoutSlash(text: string): string {
  let end = text.length;
  while (text[end - 1] === "/") end--;
  return text.slice(0, end);
}

const noPrivateMembers = (value: unknown, context: z.RefinementCtx) => {
  for (const member of privateMembersOf(value)) {
    context.addIssue({ code: "custom", path: [member], message: "is private key material; give the public key only" });
  }
};

const jwkSchema = z.record(z.string(), z.json()).superRefine(noPrivateMembers).refine(isJwk, {
  error: "must be a public JSON Web Key (RFC 7517): kty RSA with n and e, EC with crv, x and y, or OKP with crv and x",
});

/** The public half of a JSON Web Key; members that the server does not keep do not count. */
export const jwk = kind(
  jwkSchema.refine((value) => typeof value.kid === "string" && value.kid !== "", {
    error: "needs a kid",
    path: ["kid"],
  }),
  { ...jsonKind, same: sameKey },
);

/** A JSON Web Key Set of public keys. */
export const jwks = kind(z.strictObject({ keys: z.array(jwkSchema) }).partial(), {
  type: "any",
  // In a JSON Patch, v2.3.0 lets the keys stand for `{}`.
  empty: null,
  isEmpty: (value) => keysOf(value).length === 0,
  same: (left, right) => {
    const [mine, theirs] = [keysOf(left), keysOf(right)];
    return mine.length === theirs.length && mine.every((key, index) => sameKey(key, theirs[index]));
  },
  // Hydra takes private keys from others, and shows them to everyone.
  recordable: (value) => ({ ...Object(value), keys: keysOf(value).map(withoutPrivateMembers) }),
});

function keysOf(value: unknown): readonly unknown[] {
  const keys = typeof value === "object" && value !== null && "keys" in value ? value.keys : undefined;
  return Array.isArray(keys) ? keys : [];
}

/** Whether two JSON Web Keys are the same public key. */
export function sameKey(left: unknown, right: unknown): boolean {
  return sameJson(publicMembersOf(left), publicMembersOf(right));
}

/** A point in time (RFC 3339); the server rounds it to the second. */
export const timestamp = kind(
  z.string().refine((value) => secondOf(value) !== undefined, {
    error: 'must be a date and time with a time zone (RFC 3339), such as "2030-01-31T00:00:00Z"',
  }),
  { ...textKind, same: sameBy(secondOf) },
);

/** The second that an RFC 3339 time rounds to, counted from 1970; `undefined` when it is none. */
export function secondOf(value: string): number | undefined {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(value);
  if (!parts) return undefined;
  const [, whole = "", fraction = "", zone = ""] = parts;
  const second = Date.parse(whole + zone) / 1000 + (/^[5-9]/.test(fraction) ? 1 : 0);
  // Date.parse turns the 30th of February into a day in March; Go refuses it.
  const local = Date.parse(`${whole}Z`);
  if (Number.isNaN(second) || new Date(local).toISOString().slice(0, 19) !== whole) return undefined;
  // The server fails at writing what lies beyond the year 9999, after rounding, and takes the first second of all as unset.
  return second > firstSecond && second <= lastSecond ? second : undefined;
}

const firstSecond = Date.parse("0001-01-01T00:00:00Z") / 1000;
const lastSecond = Date.parse("9999-12-31T23:59:59Z") / 1000;
