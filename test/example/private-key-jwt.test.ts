// Knows how the service of examples/private-key-jwt signs its way in on a real server, before, while and after its key changes.
import { expect } from "vitest";
import { describeExample, type Made } from "../support/example.ts";
import { hydra, token } from "../support/hydra.ts";

describeExample({
  folder: "private-key-jwt",
  uses: {
    "is not let in by a secret": async ({ outputs: { clientId } }) => {
      const client = { id: String(clientId), secret: "any secret" };
      const { status, body } = await token(client, { grant_type: "client_credentials" });
      expect([status, body.error]).toEqual([401, "invalid_client"]);
    },
  },
  commands: [
    (printed) => expect(printed).toMatch(/^200 \{"access_token":"\S+","expires_in":\d+,"scope":"ledger.write"/),
    async (printed, { live }) => {
      expect(printed.match(/^200 \{"access_token":/gm)).toHaveLength(2);
      expect(kidsOf(await live("OAuth2Client payments"))).toEqual(["2026-11", "2027-02"]);
    },
  ],
  edit: {
    fact: "lets the new key in alone once the old one is deleted",
    commands: "rm keys/2026-11.json",
    operations: { "OAuth2Client payments": "update" },
    seen: async (made) => {
      expect(kidsOf(await made.live("OAuth2Client payments"))).toEqual(["2027-02"]);
      expect(await asked(made, "2027-02")).toMatch(/^200 /);
      expect(await asked(made, "2026-11")).toMatch(/^4\d\d \{"error":"invalid_/);
    },
  },
});

async function asked({ stack, outputs }: Made, kid: string): Promise<string> {
  return (await stack.shell(`node token.mjs ${hydra.publicUrl} ${outputs.clientId} ${kid}`)).stdout;
}

function kidsOf({ jwks }: Record<string, unknown>): unknown[] {
  const keys = typeof jwks === "object" && jwks && "keys" in jwks && Array.isArray(jwks.keys) ? jwks.keys : [];
  return keys.map(({ kid }: { kid: unknown }) => kid);
}
