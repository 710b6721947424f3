// Knows which assertions buy tokens at a real server while the issuer of examples/trust-key-set changes the keys that it publishes.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject } from "vitest";
import { describeExample, type Made } from "../support/example.ts";
import { admin, jwtBearer, tokenUrl } from "../support/hydra.ts";
import { generateKey, type SigningKey, signJwt } from "../support/key.ts";

const issuer = "https://ci.example/key-set";
const [first, second] = [generateKey("ES256", "2026-11"), generateKey("RS256", "2027-02")];

/** The issuer, and the keys with which it signs now. */
let published: SigningKey[] = [];
const encryption = { ...generateKey("ES256", "for-encryption").publicJwk, use: "enc" };
const server = createServer((_, response) => {
  response.end(JSON.stringify({ keys: [...published.map(({ publicJwk }) => publicJwk), encryption] }));
});

beforeAll(() => new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening)));
afterAll(() => new Promise((closed) => server.close(closed)));

/** What the token endpoint answers to an assertion that a key signed. */
async function asked({ outputs }: Made, key: SigningKey, sub = "deploy"): Promise<unknown> {
  const runner = { id: String(outputs.clientId), secret: String(outputs.clientSecret) };
  const assertion = signJwt(key, { iss: issuer, sub, aud: tokenUrl });
  const { status, body } = await jwtBearer(runner, assertion, { scope: "orders.deploy" });
  return status === 200 ? body.scope : body.error;
}

const trusts = async (): Promise<unknown> =>
  (await admin.get(`/admin/trust/grants/jwt-bearer/issuers?issuer=${encodeURIComponent(issuer)}`)).body.list;

const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");

describeExample({
  folder: "trust-key-set",
  prepare: ({ "Pulumi.yaml": project = "", ...files }) => ({
    ...files,
    "Pulumi.yaml": project.replace("node_modules/pulumi-hydra", plugin),
  }),
  // Asked for before the example is made, in each language.
  addresses: () => {
    published = [first];
    const { port } = server.address() as AddressInfo;
    return { "https://ci.example/key-set/keys.json": `http://127.0.0.1:${port}/keys.json` };
  },
  uses: {
    "buys tokens with the key that the issuer publishes, for its subject, and with no other": async (made) => {
      const answers = [await asked(made, first), await asked(made, first, "nightly"), await asked(made, second)];
      expect(answers).toEqual(["orders.deploy", "invalid_grant", "invalid_grant"]);
      expect(await trusts()).toHaveLength(1);
      // The issuer adds a key, in front.
      published = [second, first];
    },
  },
  commands: [
    async (_, made) => {
      expect([await asked(made, first), await asked(made, second)]).toEqual(["orders.deploy", "orders.deploy"]);
      expect(made.outputs.kids).toEqual(["2027-02", "2026-11"]);
      const trust = await made.live("TrustedJwtIssuer deploy-2027-02");
      expect(trust).toMatchObject({ issuer, subject: "deploy", expires_at: "2036-01-01T00:00:00Z" });
      expect(trust.scope).toEqual(["orders.deploy", "orders.read"]);
      // An issuer without keys, or none at all, takes nothing away.
      const kept = published;
      published = [];
      const empty = await made.stack.up();
      expect([empty.code === 0, empty.stdout + empty.stderr]).toEqual([
        false,
        expect.stringContaining("the issuer publishes no key that signs"),
      ]);
      published = kept;
      expect(await trusts()).toHaveLength(2);
    },
  ],
  edit: {
    fact: "stops trusting a key that the issuer withdrew",
    elsewhere: () => {
      published = [second];
    },
    operations: { "TrustedJwtIssuer deploy-2026-11": "delete" },
    seen: async (made) => {
      expect([await asked(made, first), await asked(made, second)]).toEqual(["invalid_grant", "orders.deploy"]);
      expect(await trusts()).toHaveLength(1);
    },
  },
  ports: {
    python: {},
    // The first key alone.
    yaml: {
      commands: [
        async (_, made) => {
          expect([await asked(made, first), await asked(made, second)]).toEqual(["invalid_grant", "orders.deploy"]);
          expect(await trusts()).toHaveLength(1);
        },
      ],
      edit: {
        fact: "moves the end of the trust",
        config: { expiresAt: "2037-01-01T00:00:00Z" },
        operations: { "TrustedJwtIssuer deploy": "replace" },
        seen: async (made) => {
          expect(await made.live("TrustedJwtIssuer deploy")).toMatchObject({ expires_at: "2037-01-01T00:00:00Z" });
          expect(await asked(made, second)).toBe("orders.deploy");
        },
      },
    },
  },
});
