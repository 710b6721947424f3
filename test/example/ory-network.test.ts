// Knows how examples/ory-network works where the admin API wants a key and limits calls as Ory Network does.
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeExample } from "../support/example.ts";
import { type CannedAnswer, type Gateway, type Received, startGateway } from "../support/gateway.ts";
import { hydra } from "../support/hydra.ts";
import { type Limit, type Limited, type LimitedServer, startLimitedServer } from "../support/limiter.ts";
import { filesHolding } from "../support/state.ts";

const key = "ory_pat_a-key-of-this-test";

/** What Ory publishes for a Developer project, the minute six times as fast. */
const writes: Limited = { way: "fixed", telling: "reset", limits: [perSecond(5), { calls: 15, ms: 10_000 }] };
const lists: Limited = { way: "fixed", telling: "reset", limits: [{ calls: 15, ms: 10_000 }] };

let limiter: LimitedServer;
let network: Gateway;

beforeAll(async () => {
  limiter = await startLimitedServer(hydra.adminUrl, { writes, lists });
  network = await startGateway({ target: limiter.url, refuse: ({ authorization }) => unlessAllowed(authorization) });
});

describeExample({
  folder: "ory-network",
  addresses: () => ({ "https://your-slug.projects.oryapis.com": network.url }),
  options: { env: { ORY_API_KEY: key } },
  uses: {
    "was made within the limit, in calls that all bear the key": async () => {
      const { writes, refused } = limiter.look();
      expect(writes).toBeGreaterThanOrEqual(6);
      // Six clients begin at once; the first answer tells the limit.
      expect(refused).toBeLessThanOrEqual(3);
      expect(new Set(network.received.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${key}`]));
    },
    "keeps the key encrypted": async ({ stack }) => {
      expect(await filesHolding(stack, key)).toEqual([]);
    },
    "has a client for each partner": async ({ live, outputs: { clientIds } }) => {
      const partners = Object.keys(clientIds ?? {});
      expect(partners).toHaveLength(6);
      for (const partner of partners) {
        expect(await live(`OAuth2Client ${partner}`)).toMatchObject({
          owner: partner,
          audience: ["https://orders.example"],
        });
      }
    },
  },
  edit: {
    fact: "widens the scope of all partners, however few calls it may make",
    replace: { "index.ts": ['scope: "orders.read"', 'scope: "orders.read orders.export"'] },
    operations: Object.fromEntries(
      ["acme", "globex", "hooli", "initech", "umbrella", "wayne"].map((partner) => [
        `OAuth2Client ${partner}`,
        "update",
      ]),
    ),
    seen: async ({ live }) => {
      expect(await live("OAuth2Client wayne")).toMatchObject({ scope: "orders.read orders.export" });
    },
  },
});

it("refuses calls without the key, as the examples' server does", async () => {
  const { status } = await fetch(`${network.url}/admin/clients`);
  expect(status).toBe(401);
});

afterAll(async () => {
  await network[Symbol.asyncDispose]();
  await limiter[Symbol.asyncDispose]();
});

function perSecond(calls: number): Limit {
  return { calls, ms: 1_000 };
}

function unlessAllowed(authorization: Received["authorization"]): CannedAnswer | undefined {
  if (authorization === `Bearer ${key}`) return undefined;
  const body = JSON.stringify({ error: { code: 401, message: "Access credentials are invalid" } });
  return { status: 401, headers: { "content-type": "application/json" }, body };
}
