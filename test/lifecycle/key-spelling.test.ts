// Knows that a real Hydra keeps keys in its own spelling, and that no spelling of the program's is ever a change.
import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { failuresOf } from "../../provider/lifecycle/check.ts";
import { oauth2Client } from "../../provider/resources/oauth2-client/definition.ts";
import { trustedJwtIssuer } from "../../provider/resources/trusted-jwt-issuer/definition.ts";
import { certified } from "../fixture/certified-key.ts";
import { create, destroy, type Held, preview, refresh } from "../property/engine.ts";
import { clientPath, keyPath, rawGet, trustsPath } from "../property/server.ts";
import { admin } from "../support/hydra.ts";

type Key = Readonly<Record<string, unknown>>;

const jwkOf = ({ publicKey }: { publicKey: KeyObject }) =>
  publicKey.export({ format: "jwk" }) as Readonly<Record<string, string>>;

const rsa = jwkOf(generateKeyPairSync("rsa", { modulusLength: 2048 }));
const ec = jwkOf(generateKeyPairSync("ec", { namedCurve: "P-256" }));
const ed = jwkOf(generateKeyPairSync("ed25519"));
const bytes = (text: unknown) => Buffer.from(String(text), "base64url");
const zeros = (text: unknown) => Buffer.concat([Buffer.alloc(1), bytes(text)]).toString("base64url");
const digits = (text: unknown) => Buffer.from(bytes(text).toString("hex")).toString("base64url");

const spellings: readonly [string, Key][] = [
  ["padding", { ...ec, x: `${ec.x}=`, y: `${ec.y}=` }],
  ["zeros before its numbers", { ...rsa, n: zeros(rsa.n), e: zeros(rsa.e) }],
  [
    "members that are null",
    { ...ec, use: null, alg: null, d: null, x5c: null, x5t: null, "x5t#S256": null, x5u: null },
  ],
  ["members that are empty", { ...ed, use: "", alg: "", x5c: [], x5t: "", x5u: "" }],
  ["members of another type of key", { ...rsa, crv: "P-256", x: ec.x }],
  ["members that Hydra forgets", { ...ed, key_ops: ["verify"], ext: true, foo: 1 }],
  ["a certificate in lines", { ...certified, x5c: [certified.x5c[0].replace(/(.{64})/g, "$1\r\n")] }],
  ["thumbprints of digits", { ...certified, x5t: digits(certified.x5t), "x5t#S256": digits(certified["x5t#S256"]) }],
  ["an address in another spelling", { ...ec, x5u: "HTTPS://a.example/ä ö#" }],
];

describe("a key in another spelling than Hydra's is the same key:", () => {
  it.each(spellings)("%s", async (_, key) => {
    const [issuer, kid] = [`issuer-${randomUUID()}`, "k"];
    const jwk = { ...key, kid };
    const program = { issuer, subject: "s", expiresAt: "2040-01-01T00:00:00Z", jwk };
    const trust = await create(trustedJwtIssuer, program);
    // What Hydra keeps differs, or the test would prove nothing.
    expect((await rawGet(keyPath(issuer, kid))).keys).not.toEqual([jwk]);
    const seen = (await refresh(trustedJwtIssuer, trust)) as Held;
    expect([seen.state.jwk, preview(trustedJwtIssuer, program, seen).changed]).toEqual([jwk, []]);
    await destroy(trustedJwtIssuer, seen);

    const keys = { jwks: { keys: [jwk] } };
    const client = await create(oauth2Client, keys);
    expect((await rawGet(clientPath(client.id))).jwks).not.toEqual(keys.jwks);
    const read = (await refresh(oauth2Client, client)) as Held;
    expect([read.state.jwks, preview(oauth2Client, keys, read).changed]).toEqual([keys.jwks, []]);
    await destroy(oauth2Client, read);
  });
});

const longer = Buffer.concat([bytes(ed.x), Buffer.alloc(1)]).toString("base64url");

describe("a key that Hydra would refuse, or keep otherwise, fails at preview:", () => {
  it.each<[string, Key, number]>([
    ["X25519", jwkOf(generateKeyPairSync("x25519")), 400],
    ["secp256k1", jwkOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" })), 400],
    ["a short coordinate", { ...ec, x: bytes(ec.x).subarray(1).toString("base64url") }, 400],
    ["a long coordinate", { ...ec, x: zeros(ec.x) }, 400],
    ["a point that is not on the curve", { ...ec, x: ec.y, y: ec.x }, 400],
    ["the alphabet of base64", { ...rsa, n: `${rsa.n?.slice(0, -4)}+/+/` }, 400],
    ["a use that is a number", { ...ec, use: 1 }, 400],
    ["the certificate of another key", { ...rsa, x5c: certified.x5c }, 400],
    ["a short thumbprint", { ...ec, x5t: "AAAA" }, 400],
    ["an address that nobody can read", { ...ec, x5u: "https://a.example/%zz" }, 400],
    ["a long Ed25519 key", { ...ed, x: longer }, 201],
    ["an exponent of nine bytes", { ...rsa, e: "AQAAAAAAAAAB" }, 201],
    ["zero as its exponent", { ...rsa, e: "AA" }, 201],
  ])("%s", async (_, key, status) => {
    const jwk = { ...key, kid: "k" };
    const trust = { issuer: `issuer-${randomUUID()}`, subject: "s" };
    const { status: answered, body } = await admin.post(trustsPath, {
      ...trust,
      expires_at: "2040-01-01T00:00:00Z",
      jwk,
    });
    expect(answered).toBe(status);
    if (status === 201) {
      expect((await admin.get(keyPath(trust.issuer, "k"))).body.keys).not.toEqual([jwk]);
      await admin.delete(`${trustsPath}/${body.id}`);
    }
    expect(failuresOf(trustedJwtIssuer, { ...trust, expiresAt: "2040-01-01T00:00:00Z", jwk })).toHaveLength(1);
    expect(failuresOf(oauth2Client, { jwks: { keys: [jwk] } })).toHaveLength(1);
  });
});
