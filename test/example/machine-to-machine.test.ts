// Knows what the job of examples/machine-to-machine gets from a real server: tokens, and a new secret when it is asked for.
import { expect } from "vitest";
import { describeExample, type Made } from "../support/example.ts";
import { clientCredentials } from "../support/hydra.ts";

const wanted = { scope: "orders.read", audience: "https://orders.example" };

const tenMinutes = Array.from({ length: 60 }, (_, missing) => 600 - missing);

let firstSecret: string;

describeExample({
  folder: "machine-to-machine",
  commands: [
    (printed) =>
      expect(printed).toMatch(/^\{"access_token":"\S+","expires_in":\d+,"scope":"orders.read","token_type":"bearer"\}/),
  ],
  uses: {
    "gives the job a token for its API, for ten minutes": async ({ outputs }) => {
      firstSecret = secretOf(outputs);
      const { status, body } = await clientCredentials(loginOf(outputs), wanted);
      expect(status).toBe(200);
      const claims = claimsOf(body.access_token);
      expect(claims).toMatchObject({
        client_id: outputs.clientId,
        aud: ["https://orders.example"],
        scp: ["orders.read"],
      });
      // Hydra fixes the end first and the beginning later, so that a little is missing on a busy machine.
      expect(Number(claims.exp) - Number(claims.iat)).toBeOneOf(tenMinutes);
    },
    "gives it none for another API or another scope": async ({ outputs }) => {
      for (const other of [{ audience: "https://payroll.example" }, { scope: "payroll.read" }]) {
        const { status, body } = await clientCredentials(loginOf(outputs), { ...wanted, ...other });
        expect([status, body.error]).toEqual([400, "scope" in other ? "invalid_scope" : "invalid_request"]);
      }
    },
  },
  edit: {
    fact: "gives it a new secret, and ends the old one",
    config: { secretVersion: "2" },
    operations: { "OAuth2Client report": "update" },
    seen: async ({ outputs }) => {
      const old = { id: String(outputs.clientId), secret: firstSecret };
      expect((await clientCredentials(loginOf(outputs), wanted)).status).toBe(200);
      const { status, body } = await clientCredentials(old, wanted);
      expect([status, body.error]).toEqual([401, "invalid_client"]);
    },
  },
});

function loginOf(outputs: Made["outputs"]): { id: string; secret: string } {
  return { id: String(outputs.clientId), secret: secretOf(outputs) };
}

function secretOf({ clientSecret }: Made["outputs"]): string {
  return String(clientSecret);
}

function claimsOf(jwt: unknown): Record<string, unknown> {
  const claims: unknown = JSON.parse(Buffer.from(String(jwt).split(".")[1] ?? "", "base64url").toString());
  return typeof claims === "object" ? { ...claims } : {};
}
