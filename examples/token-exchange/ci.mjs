// Plays the CI system: `node ci.mjs key` creates its key and prints the public half; `node ci.mjs sign <job> <audience>` vouches for a job.
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const kid = "ci-2026";
const [command, job, audience] = process.argv.slice(2);

if (command === "key") {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync("ci.pem", privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  console.log(JSON.stringify({ ...publicKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" }));
} else {
  const now = Math.floor(Date.now() / 1000);
  const parts = [
    { alg: "ES256", kid },
    {
      iss: "https://ci.example/token-exchange",
      sub: job,
      aud: audience,
      jti: randomUUID(),
      iat: now,
      exp: now + 60,
    },
  ];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const key = { key: readFileSync("ci.pem"), dsaEncoding: "ieee-p1363" };
  console.log(`${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`);
}
