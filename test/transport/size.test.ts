// Knows that the packed plugin takes no longer over large values than their size explains: ten times as large, about ten times as long.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, failing } from "../support/engine.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { hydra } from "../support/hydra.ts";
import { startPacked } from "./way.ts";

let engine: Engine;
let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ target: hydra.adminUrl });
  engine = await startPacked({ config: { adminUrl: gateway.url, retries: "0" } });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

/** The shortest of three times, in milliseconds. */
async function shortest(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const from = performance.now();
    await work();
    times.push(performance.now() - from);
  }
  return Math.min(...times);
}

/** Far above what ten times the size costs, far below what its square costs. A call itself takes some milliseconds. */
const inProportion = (small: number) => 30 * (small + 10);

const secretText = "x".repeat(20);
const objects = (count: number) => ({
  rows: Array.from({ length: count }, (_, index) => ({ name: `row ${index}`, value: secretText })),
});

/** A create that the server refuses, with all that it was sent in its reason. */
async function refused(metadata: object, hidden: string): Promise<void> {
  const description = JSON.stringify(metadata);
  gateway.answer({ status: 403, body: JSON.stringify({ error: "no", error_description: description }) });
  const [code, message] = await failing(engine.create("OAuth2Client", { __clientId: "large", metadata }));
  expect([code, message]).toEqual(["FAILED_PRECONDITION", expect.stringContaining("403 POST")]);
  expect(message).not.toContain(hidden);
}

describe("metadata of ten thousand objects", () => {
  it.each([
    [
      "is checked",
      async (metadata: object) => {
        const { failures } = await engine.check(
          "OAuth2Client",
          { clientId: "large", metadata },
          {},
          new Uint8Array(32),
        );
        expect(failures).toEqual([]);
      },
    ],
    [
      "is compared",
      async (metadata: object) => {
        const [state, inputs] = [
          { clientId: "large", metadata },
          { clientId: "large", metadata: { ...metadata, more: 1 } },
        ];
        expect((await engine.diff("OAuth2Client", "large", state, inputs)).changes).toBe("SOME");
      },
    ],
    ["is refused by the server, and the message hides it", (metadata: object) => refused(metadata, secretText)],
  ] as const)("%s in proportion", async (_, work) => {
    const small = await shortest(() => work(objects(1_000)));
    expect(await shortest(() => work(objects(10_000)))).toBeLessThan(inProportion(small));
  });
});

describe("five megabytes of umlauts", () => {
  it("are refused by the server in proportion, and the message hides them", async () => {
    const work = (length: number) => refused({ note: "ä".repeat(length) }, "ä".repeat(20));
    const small = await shortest(() => work(250_000));
    expect(await shortest(() => work(2_500_000))).toBeLessThan(inProportion(small));
  });
});
