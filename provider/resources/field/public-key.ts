// Public keys as JSON Web Keys (RFC 7517, 7518, 8037): which ones Hydra takes, and which ones are the same key.

import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { sameJson } from "../../lifecycle/value.ts";

export type Jwk = Readonly<Record<string, unknown>>;

/** What is wrong with a key, at one of its members or as a whole. */
export interface KeyFailure {
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

/** What makes a key of a type: its members that are numbers, and the curves that Hydra takes with the bytes of a member. */
const types: Readonly<Record<string, { numbers: readonly string[]; curves?: Readonly<Record<string, number>> }>> = {
  RSA: { numbers: ["n", "e"] },
  EC: { numbers: ["x", "y"], curves: { "P-256": 32, "P-384": 48, "P-521": 66 } },
  OKP: { numbers: ["x"], curves: { Ed25519: 32 } },
};

const typeOf = ({ kty }: Jwk) => (typeof kty === "string" && Object.hasOwn(types, kty) ? types[kty] : undefined);

/** Certificate thumbprints, with their bytes. */
const thumbprints: Readonly<Record<string, number>> = { x5t: 20, "x5t#S256": 32 };

/** Members beside the numbers that Hydra keeps of a public key. Others, such as key_ops, it forgets. */
const described = ["kty", "kid", "alg", "use", "crv", "x5c", "x5u", ...Object.keys(thumbprints)];

const isNothing = (value: unknown) => value === undefined || value === null || value === "";

/** What is wrong with a public key: what Hydra refuses, changes in silence, or can verify nothing with. */
export function keyFailures(key: Jwk): KeyFailure[] {
  const texts = ["kid", "alg", "use", "crv", "x5u", ...Object.keys(thumbprints)];
  const noTexts = texts.filter((name) => !isNothing(key[name]) && typeof key[name] !== "string");
  if (noTexts.length > 0) return noTexts.map((name) => ({ path: [name], reason: "must be a string" }));
  const wrong = numberFailures(key);
  if (wrong.length > 0) return wrong;
  const found = publicKeyOf(key);
  if (found === undefined) {
    const reason = "is not a valid public key: its members do not form a key of its kty and crv";
    return [{ path: [], reason }];
  }
  return certificateFailures(key, found);
}

function numberFailures(key: Jwk): KeyFailure[] {
  const type = typeOf(key);
  const missing = type?.numbers.some((name) => typeof key[name] !== "string" || key[name] === "");
  if (type === undefined || missing !== false) {
    const reason =
      "must be a public JSON Web Key (RFC 7517): kty RSA with n and e, EC with crv, x and y, or OKP with crv and x";
    return [{ path: [], reason }];
  }
  const bytes = type.curves?.[String(key.crv)];
  if (type.curves !== undefined && bytes === undefined) {
    return [
      { path: ["crv"], reason: `must be ${Object.keys(type.curves).join(", ")}: Hydra takes no other curve here` },
    ];
  }
  const misspelt = type.numbers.filter((name) => !/^[\w-]+=*$/.test(String(key[name])));
  if (misspelt.length > 0) {
    const reason = "must be base64url (RFC 7515, 2): letters, digits, - and _";
    return misspelt.map((name) => ({ path: [name], reason }));
  }
  if (bytes === undefined) return rsaFailures(key);
  // Hydra refuses coordinates of another length, and cuts or fills the key of Ed25519 without a word.
  const odd = type.numbers.filter((name) => bytesOf(key[name]).length !== bytes);
  return odd.map((name) => ({ path: [name], reason: `must have ${bytes} bytes with this crv` }));
}

// What Go, in which Hydra is written, verifies with: `e` of 31 bits, and, in its newer versions, `n` of 1024 bits or more.
function rsaFailures(key: Jwk): KeyFailure[] {
  const [n, e] = [numberOf(key.n), numberOf(key.e)];
  const exponent = e.length > 4 ? Number.POSITIVE_INFINITY : Number(`0x0${e.toString("hex")}`);
  if (exponent % 2 !== 1 || exponent < 3 || exponent >= 2 ** 31) {
    return [{ path: ["e"], reason: "must be an odd number from 3 to 2147483647; nearly every key has AQAB" }];
  }
  const bits = n.length * 8 - Math.clz32(n[0] ?? 0) + 24;
  return bits < 1024 ? [{ path: ["n"], reason: "must have at least 1024 bits; use 2048 or more (RFC 7518, 3.3)" }] : [];
}

function publicKeyOf({ kty, crv, n, e, x, y }: Jwk): KeyObject | undefined {
  const members = { kty, crv, n, e, x, y };
  const used = Object.entries(members).filter(
    ([name]) => name === "kty" || name === "crv" || typeOf(members)?.numbers.includes(name),
  );
  try {
    return createPublicKey({ key: Object.fromEntries(used) as Record<string, string>, format: "jwk" });
  } catch {
    return undefined;
  }
}

function certificateFailures(key: Jwk, found: KeyObject): KeyFailure[] {
  const failures: KeyFailure[] = [];
  const leaf = chainFailures(key.x5c, found, failures);
  for (const [name, bytes] of Object.entries(thumbprints)) {
    if (isNothing(key[name])) continue;
    const print = thumbprint(key[name], bytes);
    if (print?.length !== bytes) {
      failures.push({ path: [name], reason: `must be base64url of the ${bytes} bytes of a certificate's thumbprint` });
    } else if (leaf && !print.equals(fingerprint(leaf, name))) {
      failures.push({ path: [name], reason: "is not the thumbprint of the first certificate in x5c" });
    }
  }
  if (!isNothing(key.x5u) && uriOf(key.x5u) === undefined) {
    failures.push({ path: ["x5u"], reason: "must be an absolute URI of a certificate (RFC 7517, 4.6)" });
  }
  return failures;
}

/** The first certificate of the chain, when it has one and nothing is wrong with any. */
function chainFailures(chain: unknown, found: KeyObject, failures: KeyFailure[]): X509Certificate | undefined {
  if (isNothing(chain)) return undefined;
  if (!Array.isArray(chain)) {
    failures.push({ path: ["x5c"], reason: "must be a list of certificates (RFC 7517, 4.7)" });
    return undefined;
  }
  const certificates = chain.map(certificateOf);
  const bad = certificates.indexOf(undefined);
  const reason = "must be a certificate: base64 of its DER form, neither base64url nor PEM (RFC 7517, 4.7)";
  if (bad >= 0) failures.push({ path: ["x5c", bad], reason });
  const [leaf] = certificates;
  if (leaf === undefined || leaf.publicKey.equals(found)) return bad < 0 ? leaf : undefined;
  failures.push({ path: ["x5c", 0], reason: "is the certificate of another key" });
  return undefined;
}

function certificateOf(text: unknown): X509Certificate | undefined {
  // Hydra skips line breaks, and wants the padding.
  const base64 = typeof text === "string" ? text.replace(/[\r\n]/g, "") : "";
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const bytes = Buffer.from(base64, "base64");
  try {
    const certificate = new X509Certificate(bytes);
    // What follows the certificate would be lost.
    return certificate.raw.equals(bytes) ? certificate : undefined;
  } catch {
    return undefined;
  }
}

function fingerprint({ fingerprint: sha1, fingerprint256: sha256 }: X509Certificate, name: string): Buffer {
  return Buffer.from((name === "x5t" ? sha1 : sha256).replaceAll(":", ""), "hex");
}

/** Whether two JSON Web Keys are the same public key, however each is spelled. */
export function sameKey(left: unknown, right: unknown): boolean {
  return sameJson(meaningOf(left), meaningOf(right));
}

/** Whether two JSON Web Keys have the same key material, whatever is said of it: the same thumbprint (RFC 7638). */
export function sameThumbprint(left: unknown, right: unknown): boolean {
  return sameJson(materialOf(left), materialOf(right));
}

/** What a thumbprint is taken of, in one spelling. Of a type that is not known, all that does not describe the key. */
function materialOf(value: unknown): Jwk {
  const { kty, crv, ...key } = Object(value) as Jwk;
  const names = typeOf({ kty })?.numbers ?? Object.keys(key).filter((name) => !described.includes(name));
  const numbers = names.map((name) => [name, meaningOfMember({ kty, ...key }, name)]);
  return { kty, ...(kty === "RSA" ? {} : { crv }), ...Object.fromEntries(numbers) };
}

/** The members by which keys are told apart, in the one spelling that Hydra writes. */
function meaningOf(value: unknown): Jwk {
  const key = Object(value) as Jwk;
  const names = [...described, ...(typeOf(key)?.numbers ?? ["n", "e", "x", "y"])];
  const members = names.map((name): [string, unknown] => [name, meaningOfMember(key, name)]);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

function meaningOfMember(key: Jwk, name: string): unknown {
  const value = key[name];
  // Hydra leaves out what is null or empty, and the curve of a key that has none.
  if (isNothing(value) || (Array.isArray(value) && value.length === 0)) return undefined;
  if (name === "crv" && key.kty === "RSA") return undefined;
  if (name === "x5c" && Array.isArray(value)) return value.map((text) => encoded(text, "base64"));
  if (typeof value !== "string") return value;
  if (name === "x5u") return uriOf(value) ?? value;
  if (name === "n" || name === "e") return isBase64(value) ? numberOf(value).toString("base64url") : value;
  if (name === "x" || name === "y") return encoded(value, "base64url");
  const bytes = thumbprints[name];
  return bytes === undefined ? value : (thumbprint(value, bytes)?.toString("base64url") ?? value);
}

// Another length of the last digit's bits, padding and line breaks are spellings of the same bytes.
function encoded(text: unknown, encoding: "base64" | "base64url"): unknown {
  return typeof text === "string" && isBase64(text) ? bytesOf(text).toString(encoding) : text;
}

function isBase64(text: string): boolean {
  return /^[\w+/\r\n-]+=*$/.test(text);
}

/** The bytes of base64 or base64url, with or without padding. */
function bytesOf(text: unknown): Buffer {
  return Buffer.from(String(text), "base64url");
}

/** The bytes of a number, without zeros before it. */
function numberOf(text: unknown): Buffer {
  const bytes = bytesOf(text);
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
}

/** The bytes of a thumbprint, which some write as base64url of its hexadecimal digits: Hydra takes both and keeps the bytes. */
function thumbprint(text: unknown, bytes: number): Buffer | undefined {
  if (typeof text !== "string" || !/^[\w-]+=*$/.test(text)) return undefined;
  const plain = bytesOf(text);
  const digits = plain.length === 2 * bytes ? plain.toString("latin1") : "";
  return /^[0-9a-f]+$/i.test(digits) ? Buffer.from(digits, "hex") : plain;
}

/** A URI in one spelling; nothing when Hydra could not read it. */
function uriOf(text: unknown): string | undefined {
  if (typeof text !== "string" || !URL.canParse(text) || /[\p{Cc}]|%(?![0-9a-f]{2})/iu.test(text)) return undefined;
  return new URL(text).href.replace(/#$/, "");
}
