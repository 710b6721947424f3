// Creates a key pair: node new-key.mjs <kid>. The private half goes to <kid>.pem, for the service only, and the public half to keys/.
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";

const [kid] = process.argv.slice(2);
if (!kid) throw new Error("give the new key a name: node new-key.mjs 2026-11");

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
writeFileSync(`${kid}.pem`, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
mkdirSync("keys", { recursive: true });
const jwk = { ...publicKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" };
writeFileSync(`keys/${kid}.json`, `${JSON.stringify(jwk, null, 2)}\n`);
