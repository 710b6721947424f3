// Knows how examples/ory-network works where the admin API wants a key and allows a few calls at a time, as Ory Network does.
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeExample } from "../support/example.ts";
import { type CannedAnswer, type Gateway, type Received, startGateway } from "../support/gateway.ts";
import { hydra } from "../support/hydra.ts";
import { filesHolding } from "../support/state.ts";

const key = "ory_pat_a-key-of-this-test";
const limit = { calls: 3, ms: 1_000 };

let refused = 0;
let window = { ends: 0, calls: 0 };

let network: Gateway;

beforeAll(async () => {
  network = await startGateway({ target: hydra.adminUrl, refuse: ({ authorization }) => tooMuch(authorization) });
});

describeExample({
  folder: "ory-network",
  addresses: () => ({ "https://your-slug.projects.oryapis.com": network.url }),
  options: { env: { ORY_API_KEY: key } },
  uses: {
    "was made over the limit, in calls that all bear the key": async () => {
      expect(refused).toBeGreaterThan(0);
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

afterAll(() => network[Symbol.asyncDispose]());

function tooMuch(authorization: Received["authorization"]): CannedAnswer | undefined {
  if (authorization !== `Bearer ${key}`) return answer(401, "Access credentials are invalid", {});
  const now = Date.now();
  if (now > window.ends) window = { ends: now + limit.ms, calls: 0 };
  window.calls++;
  if (window.calls <= limit.calls) return undefined;
  refused++;
  return answer(429, "Project rate limit exceeded", {
    "x-ratelimit-limit": String(limit.calls),
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": String(Math.ceil((window.ends - now) / 1000)),
  });
}

function answer(status: number, message: string, headers: Record<string, string>): CannedAnswer {
  const body = JSON.stringify({ error: { code: status, message } });
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}
