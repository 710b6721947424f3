// Knows that no private member of a key leaves the piece that reads Hydra's answers, whatever asked for it.
import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import type { HydraJson } from "../../provider/hydra/json.ts";
import { createKeyApi } from "../../provider/hydra/key.ts";

const keys = {
  RSA: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  EC: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }),
  OKP: generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" }),
  oct: { kty: "oct", k: "c2VjcmV0IG9mIGEgc3ltbWV0cmljIGtleQ" },
};

it.each(Object.entries(keys))("shows of a private %s key what is public, and that it can sign", async (_, jwk) => {
  const stored: HydraJson = { ...jwk, kid: "one", use: "sig", alg: "any" };
  const { getKey, getKeySet, generateKey, putKey } = createKeyApi({
    send: async ({ method }) => ({
      status: 200,
      headers: {},
      json: method === "PUT" ? stored : { keys: [stored] },
    }),
  });
  const answers = [
    await getKey("set", "one"),
    ...(await getKeySet("set")),
    await generateKey("set", { kid: "one", use: "sig", alg: "any" }),
    await putKey("set", stored),
  ];
  const shown = { kid: "one", kty: jwk.kty, use: "sig", alg: "any" };
  expect(answers).toHaveLength(4);
  for (const answer of answers) {
    expect(answer).toMatchObject({ isPair: true, jwk: shown });
    expect(
      Object.keys(answer.jwk)
        .filter((name) => !["crv", "x", "y", "n", "e"].includes(name))
        .sort(),
    ).toEqual(Object.keys(shown).sort());
  }
});
