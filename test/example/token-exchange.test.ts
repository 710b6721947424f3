// Knows which tokens the jobs of examples/token-exchange get from a real server, and which not.
import { expect } from "vitest";
import { describeExample, type Made } from "../support/example.ts";
import { type Answer, jwtBearer, tokenUrl } from "../support/hydra.ts";

describeExample({
  folder: "token-exchange",
  uses: {
    "gives each job the scope that is its own": async (made) => {
      const answers = [
        await exchange(made, "deploy", "orders.deploy"),
        await exchange(made, "report", "orders.export"),
        await exchange(made, "backup", "orders.read"),
      ];
      expect(answers.map(({ status, body }) => [status, body.scope])).toEqual([
        [200, "orders.deploy"],
        [200, "orders.export"],
        [200, "orders.read"],
      ]);
    },
    "gives no job another's scope, and an unknown job nothing": async (made) => {
      const answers = [await exchange(made, "backup", "orders.deploy"), await exchange(made, "nightly", "orders.read")];
      expect(answers.map(({ status, body }) => [status, body.error])).toEqual([
        [400, "invalid_scope"],
        [400, "invalid_grant"],
      ]);
    },
  },
  commands: [(printed) => expect(printed).toMatch(/^\{"access_token":"\S+","expires_in":\d+,"scope":"orders.deploy"/)],
  edit: {
    fact: "takes one job out, and the others go on with the key that they shared",
    replace: { "index.ts": ['  backup: ["orders.read"],\n', ""] },
    operations: { "TrustedJwtIssuer backup": "delete" },
    seen: async (made) => {
      const { status, body } = await exchange(made, "backup", "orders.read");
      expect([status, body.error]).toEqual([400, "invalid_grant"]);
      expect((await exchange(made, "deploy", "orders.deploy")).status).toBe(200);
      expect((await exchange(made, "report", "orders.export")).status).toBe(200);
    },
  },
});

/** The exchange as the runner does it, for what the example's own CI system signs. */
async function exchange({ stack, outputs }: Made, job: string, scope: string): Promise<Answer> {
  const { stdout } = await stack.shell(`node ci.mjs sign ${job} ${tokenUrl}`);
  const runner = { id: String(outputs.clientId), secret: String(outputs.clientSecret) };
  return jwtBearer(runner, stdout.trim(), { scope });
}
