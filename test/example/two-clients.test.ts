// Knows what an application sees of a rotation by examples/two-clients: it asks for tokens all the time, and Hydra refuses none.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect } from "vitest";
import { describeExample, type Made } from "../support/example.ts";
import { clientCredentials, isActive, type TokenClient } from "../support/hydra.ts";

/** An application that asks for a token again and again, with what it was given last. */
function startApplication(given: TokenClient) {
  let login = given;
  let stopped = false;
  let last: unknown;
  const answers = new Map<string, number[]>();
  const done = (async () => {
    while (!stopped) {
      const { id } = login;
      const { status, body } = await clientCredentials(login, { scope: "orders.read" });
      answers.set(id, [...(answers.get(id) ?? []), status]);
      last = body.access_token;
      await sleep(20);
    }
  })();
  return {
    give: (next: TokenClient) => {
      login = next;
    },
    /** The last token that it got. */
    token: () => last,
    /** Waits until it got so many more answers with what it was given last. */
    asksAgain: (times: number) => {
      const count = () => answers.get(login.id)?.length ?? 0;
      const before = count();
      return expect.poll(count, { timeout: 10_000 }).toBeGreaterThanOrEqual(before + times);
    },
    /** What Hydra answered, by client. */
    stop: async () => {
      stopped = true;
      await done;
      return answers;
    },
  };
}

const loginOf = ({ outputs }: Made): TokenClient => ({
  id: String(outputs.clientId),
  secret: String(outputs.clientSecret),
});

let application: ReturnType<typeof startApplication>;
let first: TokenClient;
let token: unknown;

afterAll(() => application?.stop());

describeExample({
  folder: "two-clients",
  uses: {
    "gives the application a client that works": async (made) => {
      first = loginOf(made);
      application = startApplication(first);
      await expect.poll(() => isActive(application.token())).toBe(true);
    },
  },
  commands: [
    async (_, made) => {
      const second = loginOf(made);
      expect(second.id).not.toBe(first.id);
      // The application gets to know a little later.
      await application.asksAgain(20);
      token = application.token();
      application.give(second);
      await application.asksAgain(20);
    },
    async (_, made) => {
      await application.asksAgain(20);
      const { id } = loginOf(made);
      const last = application.token();
      const answers = await application.stop();
      expect([...answers.keys()]).toEqual([first.id, id]);
      for (const statuses of answers.values()) {
        expect(statuses.length).toBeGreaterThan(10);
        expect(new Set(statuses)).toEqual(new Set([200]));
      }
      // The old client is gone with its tokens, as the README warns.
      expect((await clientCredentials(first, { scope: "orders.read" })).status).toBe(401);
      expect([await isActive(token), await isActive(last)]).toEqual([false, true]);
    },
  ],
  edit: {
    fact: "changes both clients alike while there are two",
    commands: "pulumi config set --path 'generations[1]' 2027-05",
    replace: { "index.ts": ['"orders.read"', '"orders.read orders.write"'] },
    operations: { "OAuth2Client report-2027-02": "update", "OAuth2Client report-2027-05": "create" },
    seen: async ({ live }) => {
      const scopes = ["2027-02", "2027-05"].map(async (name) => (await live(`OAuth2Client report-${name}`)).scope);
      expect(await Promise.all(scopes)).toEqual(["orders.read orders.write", "orders.read orders.write"]);
    },
  },
});
