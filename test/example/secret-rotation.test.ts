// Knows how examples/secret-rotation waits for an application: the previous secret ends when the application uses the new one, not before.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { listen } from "../../tools/port.mts";
import { describeExample, type Made, works } from "../support/example.ts";
import { admin } from "../support/hydra.ts";
import { errorsOf } from "../support/state.ts";

/** What an application says that has this secret. */
const hashOf = (secret: unknown) => createHash("sha256").update(String(secret)).digest("hex");

/** The secret that the application uses, and the one that it gets to know after so many requests. */
let uses = "";
let learns: { after: number; secret: string } | undefined;
let asked = 0;

const application = createServer((_, response) => {
  asked++;
  if (learns && asked > learns.after) uses = learns.secret;
  response.end(`${hashOf(uses)}\n`);
});
let port: number;

beforeAll(async () => {
  port = await listen(application);
});
afterAll(() => {
  application.close();
});

const secretOf = ({ outputs }: Made) => String(outputs.clientSecret);

/** Whether this Hydra keeps previous secrets: one that does says of a client that it does not exist, others have no such address. */
async function keepsPrevious(): Promise<boolean> {
  const { body } = await admin.post("/admin/clients/00000000-0000-0000-0000-000000000000/secrets/rotate", {});
  return body.error_description === "";
}

let first = "";

describeExample({
  folder: "secret-rotation",
  // The language host that can be built here knows nothing of hooks.
  options: { path: [resolve("tools/language-direct")] },
  addresses: () => ({ "http://127.0.0.1:8080": `http://127.0.0.1:${port}` }),
  uses: {
    "gives the application a secret that works": async (made) => {
      first = secretOf(made);
      uses = first;
      expect(await works(made, first)).toBe(true);
      expect(asked).toBe(0);
    },
  },
  commands: [
    async (_, made) => {
      const second = secretOf(made);
      expect(second).not.toBe(first);
      // The first `up` asks nobody. The previous secret still works where the server can do that.
      expect([await works(made, first), await works(made, second), asked]).toEqual([await keepsPrevious(), true, 0]);

      // As long as the application has the previous secret, the rotation does not end.
      const { stack } = made;
      await stack.setConfig({ finished: "2026-11", waitSeconds: "1" });
      const failed = await stack.up();
      expect(errorsOf(failed).join("\n")).toContain(
        `the application does not use the new secret after 1 seconds: http://127.0.0.1:${port}/secret-hash answers "${hashOf(first)}"`,
      );
      expect([await works(made, first), await works(made, second)]).toEqual([await keepsPrevious(), true]);
      await stack.run("config", "rm", "waitSeconds");

      learns = { after: asked + 3, secret: second };
    },
    async (_, made) => {
      expect(uses).toBe(secretOf(made));
      expect([await works(made, first), await works(made, uses)]).toEqual([false, true]);
      const askedBefore = asked;

      // The next rotation keeps previous secrets again, and says so where the server cannot.
      const { stack } = made;
      await stack.setConfig({ rotation: "2027-02" });
      const { code, diagnostics } = await stack.up();
      const warning = "this server keeps no previous secret of this client, so the previous one has stopped working; ";
      expect([code, diagnostics.map(({ message }) => message.includes(`secretRotation: ${warning}`))]).toEqual([
        0,
        (await keepsPrevious()) ? [] : [true],
      ]);
      const { clientSecret } = await stack.outputs();
      expect([await works(made, uses), await works(made, String(clientSecret)), asked]).toEqual([
        await keepsPrevious(),
        true,
        askedBefore,
      ]);
    },
  ],
  edit: {
    fact: "asks nobody when something else changes",
    replace: { "index.ts": ["Nightly report", "Hourly report"] },
    operations: { "OAuth2Client report": "update" },
    seen: async ({ live }) => {
      expect((await live("OAuth2Client report")).client_name).toBe("Hourly report");
      expect(asked).toBe(learns ? learns.after + 1 : undefined);
    },
  },
});
