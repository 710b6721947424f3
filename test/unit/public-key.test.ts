// Knows which public keys the provider accepts, and which ones it takes for the same; each was tried on Hydra v2.3.0.

import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { failuresOf } from "../../provider/lifecycle/check.ts";
import { formatPath } from "../../provider/lifecycle/failure.ts";
import { sameKey } from "../../provider/resources/field/public-key.ts";
import { oauth2Client } from "../../provider/resources/oauth2-client/definition.ts";
import { trustedJwtIssuer } from "../../provider/resources/trusted-jwt-issuer/definition.ts";
import { certified } from "../fixture/certified-key.ts";

type Key = Readonly<Record<string, unknown>>;

const jwkOf = ({ publicKey }: { publicKey: KeyObject }) => publicKey.export({ format: "jwk" }) as Key;
const rsa = jwkOf(generateKeyPairSync("rsa", { modulusLength: 2048 }));
const short = jwkOf(generateKeyPairSync("rsa", { modulusLength: 1016 }));
const curve = (namedCurve: string) => jwkOf(generateKeyPairSync("ec", { namedCurve }));
const ec = curve("P-256");
const ed = jwkOf(generateKeyPairSync("ed25519"));

const bytes = (text: unknown) => Buffer.from(String(text), "base64url");
const text = (...parts: readonly (Buffer | number[])[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part))).toString("base64url");
const padded = (value: unknown) => bytes(value).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
/** The same bytes: of the last letter, bits are set that stand for nothing. */
function loose(value: unknown): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const written = String(value);
  return written.slice(0, -1) + letters[letters.indexOf(written.slice(-1)) ^ 1];
}
const hexadecimal = (value: unknown) => Buffer.from(bytes(value).toString("hex")).toString("base64url");

/** What a preview says of a key of a trust; of a client's it says the same. */
function failures(key: Key): string[] {
  const trust = { issuer: "i", subject: "s", expiresAt: "2030-01-01T00:00:00Z", jwk: { kid: "k", ...key } };
  const said = failuresOf(trustedJwtIssuer, trust).map(({ path, reason }) => [path, reason] as const);
  const ofClient = failuresOf(oauth2Client, { jwks: { keys: [{ kid: "k", ...key }] } });
  expect(ofClient.map(({ path, reason }) => [["jwk", ...path.slice(3)], reason])).toEqual(said);
  return said.map(([path, reason]) => `${formatPath(path)} ${reason}`);
}

describe("a public key", () => {
  it.each([
    ["RSA", rsa],
    ["RSA with three as its exponent", { ...rsa, e: "Aw" }],
    ["P-256", ec],
    ["P-384", curve("P-384")],
    ["P-521", curve("P-521")],
    ["Ed25519", ed],
    ["with padding", { ...ec, x: padded(ec.x), y: padded(ec.y) }],
    ["with zeros before its numbers", { ...rsa, n: text([0, 0], bytes(rsa.n)), e: "AAEAAQ" }],
    ["with members that are null", { ...ec, use: null, alg: null, x5c: null, x5t: null, x5u: null, d: null, n: null }],
    ["with members that are empty", { ...ec, use: "", alg: "", x5c: [], x5t: "", x5u: "" }],
    ["with members of another type of key", { ...rsa, crv: "P-256", x: "odd", y: "AA" }],
    ["with members that Hydra forgets", { ...ec, key_ops: ["verify"], ext: true, foo: 1 }],
    ["with any use and alg", { ...ec, use: "whatever", alg: "none" }],
    ["with a certificate and its thumbprints", certified],
    ["with a certificate in lines", { ...certified, x5c: [certified.x5c[0].replace(/(.{64})/g, "$1\r\n")] }],
    [
      "with thumbprints in hexadecimal digits",
      { ...certified, x5t: hexadecimal(certified.x5t), "x5t#S256": hexadecimal(certified["x5t#S256"]) },
    ],
    ["with a certificate's address", { ...ec, x5u: "https://a.example/ä ö" }],
  ])("%s is accepted", (_, key) => {
    expect(failures(key)).toEqual([]);
  });

  const form =
    "jwk must be a public JSON Web Key (RFC 7517): kty RSA with n and e, EC with crv, x and y, or OKP with crv and x";
  const letters = (name: string) => `jwk.${name} must be base64url (RFC 7515, 2): letters, digits, - and _`;
  const elliptic = "jwk.crv must be P-256, P-384, P-521: Hydra takes no other curve here";
  const edwards = "jwk.crv must be Ed25519: Hydra takes no other curve here";
  const broken = "jwk is not a valid public key: its members do not form a key of its kty and crv";
  const exponent = "jwk.e must be an odd number from 3 to 2147483647; nearly every key has AQAB";
  const chain = "jwk.x5c[0] must be a certificate: base64 of its DER form, neither base64url nor PEM (RFC 7517, 4.7)";
  const address = "jwk.x5u must be an absolute URI of a certificate (RFC 7517, 4.6)";

  it.each<[string, Key, string[]]>([
    ["no type", { x: "AA" }, [form]],
    ["a type in lower case", { ...ec, kty: "ec" }, [form]],
    ["a type out of a prototype", { ...ec, kty: "constructor" }, [form]],
    ["a symmetric key", { kty: "oct" }, [form]],
    ["a number missing", { ...ec, y: undefined }, [form]],
    ["an empty number", { ...rsa, n: "" }, [form]],
    ["X25519", jwkOf(generateKeyPairSync("x25519")), [edwards]],
    ["Ed448", jwkOf(generateKeyPairSync("ed448")), [edwards]],
    ["secp256k1", curve("secp256k1"), [elliptic]],
    ["a curve that is null", { ...ec, crv: null }, [elliptic]],
    ["the alphabet of base64", { ...rsa, n: `${String(rsa.n).slice(0, -4)}+/+/` }, [letters("n")]],
    ["a line break in a number", { ...ec, x: `${ec.x}\n` }, [letters("x")]],
    [
      "a point of another length",
      { ...ec, x: text(bytes(ec.x).subarray(1)) },
      ["jwk.x must have 32 bytes with this crv"],
    ],
    ["a zero before a coordinate", { ...ec, y: text([0], bytes(ec.y)) }, ["jwk.y must have 32 bytes with this crv"]],
    [
      "another curve",
      { ...ec, crv: "P-384" },
      ["jwk.x must have 48 bytes with this crv", "jwk.y must have 48 bytes with this crv"],
    ],
    ["a point that is not on the curve", { ...ec, x: ec.y, y: ec.x }, [broken]],
    [
      "a long Ed25519 key, of which Hydra would keep a part",
      { ...ed, x: text(bytes(ed.x), [1]) },
      ["jwk.x must have 32 bytes with this crv"],
    ],
    [
      "a short Ed25519 key, which Hydra would fill with zeros",
      { ...ed, x: text(bytes(ed.x).subarray(1)) },
      ["jwk.x must have 32 bytes with this crv"],
    ],
    ["zero as its exponent, with which Hydra shows no key", { ...rsa, e: "AA" }, [exponent]],
    ["one as its exponent", { ...rsa, e: "AQ" }, [exponent]],
    ["an even exponent", { ...rsa, e: "BA" }, [exponent]],
    ["an exponent of which Hydra keeps a part", { ...rsa, e: "AQAAAAAAAAAB" }, [exponent]],
    ["1,016 bits", short, ["jwk.n must have at least 1024 bits; use 2048 or more (RFC 7518, 3.3)"]],
    ["a use that is a number", { ...ec, use: 1 }, ["jwk.use must be a string"]],
    [
      "an alg and a crv that are objects",
      { ...ec, alg: {}, crv: {} },
      ["jwk.alg must be a string", "jwk.crv must be a string"],
    ],
    ["a private number", { ...ec, d: ec.x }, ["jwk.d is private key material; give the public key only"]],
    ["a private number that is empty", { ...ec, d: "" }, ["jwk.d is private key material; give the public key only"]],
    [
      "a certificate that is no list",
      { ...certified, x5c: certified.x5c[0] },
      ["jwk.x5c must be a list of certificates (RFC 7517, 4.7)"],
    ],
    ["a certificate in base64url", { ...certified, x5c: [padded(certified.x5c[0])] }, [chain]],
    [
      "a certificate in PEM",
      { ...certified, x5c: [`-----BEGIN CERTIFICATE-----\n${certified.x5c[0]}\n-----END CERTIFICATE-----`] },
      [chain],
    ],
    ["what is no certificate", { ...certified, x5c: ["AAAA"] }, [chain]],
    [
      "more after a certificate",
      { ...certified, x5c: [Buffer.concat([bytes(certified.x5c[0]), Buffer.alloc(3)]).toString("base64")] },
      [chain],
    ],
    [
      "the certificate of another key",
      { ...rsa, x5c: certified.x5c },
      ["jwk.x5c[0] is the certificate of another key"],
    ],
    [
      "a short thumbprint",
      { ...ec, x5t: "AAAA" },
      ["jwk.x5t must be base64url of the 20 bytes of a certificate's thumbprint"],
    ],
    [
      "a thumbprint in base64",
      { ...ec, x5t: `${"A".repeat(25)}+/=` },
      ["jwk.x5t must be base64url of the 20 bytes of a certificate's thumbprint"],
    ],
    [
      "the thumbprint of another certificate",
      { ...certified, x5t: text(Buffer.alloc(20)) },
      ["jwk.x5t is not the thumbprint of the first certificate in x5c"],
    ],
    ["an address that is relative", { ...ec, x5u: "certificate.pem" }, [address]],
    ["an address that nobody can read", { ...ec, x5u: "https://a.example/%zz" }, [address]],
  ])("with %s is refused", (_, key, said) => {
    expect(failures(JSON.parse(JSON.stringify(key)) as Key)).toEqual(said);
  });
});

describe("two keys", () => {
  const full = { kid: "k", alg: "RS256", use: "sig", ...certified };
  it.each<[string, Key, Key]>([
    ["in padding", { ...rsa, n: padded(rsa.n), e: "AQAB==" }, rsa],
    ["in zeros before a number", { ...rsa, n: text([0, 0, 0], bytes(rsa.n)), e: "AAEAAQ" }, rsa],
    ["in bits that stand for nothing", { ...ec, x: loose(ec.x) }, ec],
    [
      "in members that are null",
      { ...ec, use: null, alg: null, kid: null, x5c: null, x5t: null, "x5t#S256": null, x5u: null },
      ec,
    ],
    ["in members that are empty", { ...ec, use: "", alg: "", x5c: [], x5t: "", x5u: "" }, ec],
    ["in members of another type of key", { ...rsa, crv: "P-256", x: ec.x, y: ec.y }, rsa],
    ["in numbers of RSA beside a point", { ...ec, n: rsa.n, e: rsa.e }, ec],
    ["in members that Hydra forgets", { ...ec, key_ops: ["verify"], ext: true, foo: 1 }, ec],
    ["in the order of members", Object.fromEntries(Object.entries(full).reverse()), full],
    ["in line breaks of a certificate", { ...full, x5c: [full.x5c[0].replace(/(.{64})/g, "$1\n")] }, full],
    ["in a thumbprint of digits", { ...full, x5t: hexadecimal(full.x5t) }, full],
    [
      "in a thumbprint of upper case digits",
      { ...full, "x5t#S256": Buffer.from(bytes(full["x5t#S256"]).toString("hex").toUpperCase()).toString("base64url") },
      full,
    ],
    ["in the padding of a thumbprint", { ...full, x5t: padded(full.x5t) }, full],
    [
      "in the spelling of an address",
      { ...ec, x5u: "HTTPS://A.example/ä ö#" },
      { ...ec, x5u: "https://A.example/%C3%A4%20%C3%B6" },
    ],
    [
      "in the spelling of a host",
      { ...ec, x5u: "https://bücher.example/" },
      { ...ec, x5u: "https://b%C3%BCcher.example/" },
    ],
  ])("that differ %s alone are one", (_, left, right) => {
    expect([sameKey(left, right), sameKey(right, left)]).toEqual([true, true]);
  });

  it.each<[string, Key, Key]>([
    ["number", rsa, { ...rsa, e: "Aw" }],
    ["point", ec, { ...ec, x: ec.y }],
    ["curve", ec, { ...ec, crv: "P-384" }],
    ["kid", { ...ec, kid: "a" }, { ...ec, kid: "A" }],
    ["use", { ...ec, use: "sig" }, ec],
    ["alg", { ...ec, alg: "ES256" }, { ...ec, alg: "es256" }],
    ["certificate", full, { ...full, x5c: [...full.x5c, ...full.x5c] }],
    ["thumbprint", full, { ...full, x5t: text(Buffer.alloc(20)) }],
    ["address", { ...ec, x5u: "https://a.example/a" }, { ...ec, x5u: "https://a.example/b" }],
    ["length of a point", ed, { ...ed, x: text(bytes(ed.x), [0]) }],
  ])("that differ in their %s are two", (_, left, right) => {
    expect([sameKey(left, right), sameKey(right, left)]).toEqual([false, false]);
  });

  it("that are none equal nothing else", () => {
    for (const odd of [
      undefined,
      null,
      "",
      [],
      { kty: 1 },
      { kty: "RSA", n: 1, e: [] },
      { kty: "EC", x: "!!", y: "?" },
    ]) {
      expect([sameKey(odd, ec), sameKey(ec, odd), sameKey(odd, odd)]).toEqual([false, false, true]);
    }
    expect(sameKey({ kty: "EC", x: "!!" }, { kty: "EC", x: "??" })).toBe(false);
  });
});
