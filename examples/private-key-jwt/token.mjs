// Gets a token as the service does: node token.mjs <Hydra's public URL> <client id> <kid>.
import { randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";

const [url, clientId, kid] = process.argv.slice(2);
const endpoint = `${url}/oauth2/token`;
const now = Math.floor(Date.now() / 1000);
const parts = [
  { alg: "ES256", kid },
  { iss: clientId, sub: clientId, aud: endpoint, jti: randomUUID(), iat: now, exp: now + 60 },
];
const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
const key = { key: readFileSync(`${kid}.pem`), dsaEncoding: "ieee-p1363" };
const assertion = `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;

const response = await fetch(endpoint, {
  method: "POST",
  body: new URLSearchParams({
    grant_type: "client_credentials",
    scope: "ledger.write",
    audience: "https://ledger.example",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
  }),
});
console.log(response.status, JSON.stringify(await response.json()));
process.exitCode = response.ok ? 0 : 1;
