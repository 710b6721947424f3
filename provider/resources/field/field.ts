// The kinds of fields that Hydra has beyond plain text, flags and lists, each with what can be checked offline.

import { domainToASCII } from "node:url";
import * as z from "zod";
import { parseDuration } from "../../hydra/duration.ts";
import { privateMembersOf, withoutPrivateMembers } from "../../hydra/jwk.ts";
import {
  caselessKind,
  flagKind,
  jsonKind,
  type KnownValues,
  kind,
  listKind,
  sameBy,
  textKind,
} from "../../lifecycle/field.ts";
import { sameJson } from "../../lifecycle/value.ts";
import { keyFailures, sameKey } from "./public-key.ts";
import { segmentString, shortString, string } from "./string.ts";

export * as known from "./known.ts";

export const text = kind(string(), textKind);
export const shortText = kind(shortString(), textKind);
export const requiredText = kind(
  string().refine((value) => value !== "", { error: "must not be empty" }),
  textKind,
);
export const requiredShortText = kind(
  shortString().refine((value) => value !== "", { error: "must not be empty" }),
  textKind,
);
/** What a list is narrowed to. Hydra takes an empty one for none, and would list everything. */
export const filter = kind(
  string().refine((value) => value !== "", { error: "must not be empty; omit it to list all" }),
  textKind,
);
export const flag = kind(z.boolean(), flagKind);
export const list = kind(z.array(string()), listKind);

export const json = kind(z.json(), jsonKind);

/** Scope values. The server keeps such a list as one text and cannot tell these characters from its own. */
export const scopes = kind(
  z.array(string().regex(/^[^|\\]+$/, { error: "must not be empty, and must not hold | or \\" })),
  listKind,
);

/** A Go duration, compared by value. */
export const duration = kind(
  z.string().refine((value) => parseDuration(value) !== undefined, {
    error: ({ input }) => {
      const hours = inHours(String(input));
      return hours === undefined
        ? 'must be a duration such as "30m", "1h30m" or "720h" (units: ns, us, ms, s, m, h)'
        : `must be in hours, because Hydra has no unit for days: write "${hours}"`;
    },
  }),
  {
    type: "string",
    empty: null,
    isEmpty: () => false,
    same: sameBy(parseDuration),
  },
);

/** The duration that a text with days or weeks means, as Hydra takes it; nothing for any other text. */
function inHours(text: string): string | undefined {
  if (text.length > 40) return undefined;
  const days = /(\d+(?:\.\d+)?)\s*(d|w)[a-z]*\s*/gi;
  const hours = text.replace(days, (_, count, unit) => `${Number(count) * (/d/i.test(unit) ? 24 : 168)}h`);
  return hours !== text && parseDuration(hours) !== undefined ? hours : undefined;
}

/** Names out of a registry that grows. */
export function words(known: KnownValues) {
  return kind(z.array(string()), { ...listKind, known });
}

/** A name out of a registry that grows, such as an algorithm: one word, no longer than every database keeps it. */
export function word(limit: number, known: KnownValues) {
  return kind(
    string().refine((value) => value === "" || (/^\S+$/.test(value) && value.length <= limit), {
      error: `must be one word of at most ${limit} characters`,
    }),
    { ...textKind, known },
  );
}

/** One word out of a few. */
export function oneOf(known: KnownValues) {
  const words = Object.values(known.values);
  return kind(
    z.string().refine((value) => value === "" || words.includes(value), oneOfError(words)),
    { ...textKind, known },
  );
}

/** One word out of a few, in any case: the server writes it in lower case. */
export function caselessOneOf(known: KnownValues) {
  const words = Object.values(known.values);
  return kind(
    z.string().refine((value) => value === "" || words.includes(value.toLowerCase()), oneOfError(words)),
    { ...caselessKind, known },
  );
}

function oneOfError(words: readonly string[]) {
  return { error: `must be ${words.map((word) => `"${word}"`).join(" or ")}` };
}

/** What becomes one segment of a URL path. */
export const clientId = kind(segmentString("must not be empty; omit it, and the provider generates one"), textKind);
export const keyId = kind(segmentString("must not be empty; omit it, and the provider generates one"), textKind);
export const keySet = kind(segmentString("must not be empty"), textKind);

/** A client's secret. */
export const clientSecret = kind(
  string().refine((value) => Buffer.byteLength(value) >= 6, {
    error: "must have at least 6 bytes; omit it, and the provider generates one",
  }),
  textKind,
);

function isUrl(value: string, ...schemes: readonly string[]): boolean {
  return URL.canParse(value) && (schemes.length === 0 || schemes.includes(new URL(value).protocol.slice(0, -1)));
}

/** A page that people are shown: tos, policy, logo and client URI. */
export const pageUri = kind(
  string().refine((value) => value === "" || isUrl(value, "http", "https"), {
    error: "must be a URL that begins with http:// or https://",
  }),
  textKind,
);

/** Where the server fetches something itself. */
export const httpsUri = kind(
  string().refine((value) => value === "" || isUrl(value, "https"), {
    error: "must be a URL that begins with https://",
  }),
  textKind,
);

/** A URI that Hydra hands out or asks as it is. In `localhost:3000/cb`, `localhost` would be its scheme. */
const uriString = () =>
  string().refine((value) => !/^[^/?#:]+:\d+(?![^/?#])/.test(value), {
    error: "needs a scheme before the host: write http:// or https:// before it",
  });

export const uri = kind(uriString(), textKind);
export const uris = kind(z.array(uriString()), listKind);

/** Redirect URIs: absolute and without a fragment (RFC 6749, 3.1.2). */
export const redirectUris = kind(
  z.array(
    uriString()
      .refine((value) => /^[A-Za-z][A-Za-z0-9+.-]*:/.test(value), {
        error: "must be an absolute URI, such as https://app.example/callback",
      })
      .refine((value) => !value.includes("#"), { error: "must not have a fragment (#): RFC 6749, section 3.1.2" })
      .refine((value) => !isUnreadable(value), {
        error: "cannot be read as a URI: look at its host, its port and its escapes (%)",
      }),
  ),
  listKind,
);

/** Characters that Go, in which Hydra is written, takes in no host. */
const noHost = "\\s\\\\^{}|`";

const unreadableHost = new RegExp(`[${noHost}]|%(?![89a-f])`, "i");

/** Whether Go refuses a URI: for a control character, its host or port, or a `%` in its path that is no escape. */
function isUnreadable(value: string): boolean {
  const [, host = "", port = "", path = ""] =
    /^[^:]*:(?:\/\/(?:[^@/?#]*@)?(\[[^\]/?#]*\]|[^:/?#]*)([^/?#]*))?([^?]*)/.exec(value) ?? [];
  return (
    /\p{Cc}/u.test(value) || unreadableHost.test(host) || !/^(:\d*)?$/.test(port) || /%(?![0-9a-f]{2})/i.test(path)
  );
}

/** CORS origins; the server takes a trailing slash away. */
export const origins = kind(
  z.array(
    string().superRefine((value, context) => {
      const message = originFailure(value);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    }),
  ),
  { ...listKind, same: (left, right) => sameJson(withoutSlashes(left), withoutSlashes(right)) },
);

const origin = new RegExp(`^(https?://)(\\[[0-9a-f:.]+\\]|[^/?#@:%[\\]${noHost}]+)(:[^/?#@\\s]*)?/*$`, "i");

/** What is wrong with a CORS origin. */
function originFailure(value: string): string | undefined {
  const [, scheme, host = "", port = ""] = origin.exec(value) ?? [];
  if (scheme === undefined) {
    return "must be an origin such as https://app.example: http or https, without user, path, query and fragment";
  }
  if (!/^(:\d*)?$/.test(port)) return "must have a number as its port, or none: Hydra takes * in the host alone";
  const ascii = domainToASCII(host);
  // Hydra would write it with % escapes, which no browser sends.
  return /^[ -~]*$/.test(host)
    ? undefined
    : `must be written as browsers send it: ${scheme}${ascii || "<host>"}${port}`;
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

const jwkSchema = z.record(z.string(), z.json()).superRefine((key, context) => {
  const hidden = privateMembersOf(key).map((member) => ({
    path: [member],
    reason: "is private key material; give the public key only",
  }));
  for (const { path, reason } of hidden.length > 0 ? hidden : keyFailures(key)) {
    context.addIssue({ code: "custom", path: [...path], message: reason });
  }
});

/** The public half of a JSON Web Key; members that the server does not keep do not count. */
export const jwk = kind(
  jwkSchema.superRefine(({ kid }, context) => {
    if (typeof kid !== "string" || kid === "") {
      context.addIssue({ code: "custom", path: ["kid"], message: "needs a kid" });
    } else {
      const { error } = shortString().safeParse(kid);
      for (const { message } of error?.issues ?? []) context.addIssue({ code: "custom", path: ["kid"], message });
    }
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
