// Knows how to make a self-signed certificate for this machine; Node.js itself can only read certificates.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A certificate for 127.0.0.1 and its key, both as PEM; valid from yesterday until tomorrow. */
export interface Certificate {
  cert: string;
  key: string;
}

/**
 * It is valid from yesterday until tomorrow and for 127.0.0.1, unless `until` (milliseconds) or `host` say otherwise; `names`
 * are those of other hosts.
 */
export function selfSigned({
  until,
  host = [127, 0, 0, 1],
  names = [],
}: {
  until?: number;
  host?: number[];
  names?: string[];
} = {}): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
  // Of authorities of one name, OpenSSL looks at one.
  const name = sequence(
    set(sequence(oid(2, 5, 4, 3), tlv(0x0c, Buffer.from(`pulumi-hydra test ${randomBytes(8).toString("hex")}`)))),
  );
  const day = 86_400_000;
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1, ...randomBytes(15)])),
    algorithm,
    name,
    sequence(time(Date.now() - day), time(until ?? Date.now() + day)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tlv(
      0xa3,
      sequence(
        extension(
          oid(2, 5, 29, 17),
          sequence(tlv(0x87, Buffer.from(host)), ...names.map((name) => tlv(0x82, Buffer.from(name)))),
        ),
      ),
    ),
  );
  const certificate = sequence(body, algorithm, bits(sign("sha256", body, privateKey)));
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

// DER (X.690): a tag, the length, the content.
function tlv(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const size = base(256, body.length);
  return Buffer.concat([Buffer.from(body.length < 0x80 ? [tag, ...size] : [tag, 0x80 | size.length, ...size]), body]);
}

function sequence(...items: readonly Buffer[]): Buffer {
  return tlv(0x30, ...items);
}

function set(...items: readonly Buffer[]): Buffer {
  return tlv(0x31, ...items);
}

function bits(content: Buffer): Buffer {
  return tlv(0x03, Buffer.from([0]), content);
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, tlv(0x04, value));
}

function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, "");
  return tlv(0x18, Buffer.from(digits));
}

function oid(first: number, second: number, ...rest: readonly number[]): Buffer {
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const groups = base(128, number);
    return groups.map((group, index) => (index < groups.length - 1 ? group | 0x80 : group));
  });
  return tlv(0x06, Buffer.from(bytes));
}

/** The digits of a number, the highest first. */
function base(radix: number, value: number): number[] {
  return value < radix ? [value] : [...base(radix, Math.floor(value / radix)), value % radix];
}
