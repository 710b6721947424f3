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

const objects = (count: number) => ({
  rows: Array.from({ length: count }, (_, index) => ({ name: `row ${index}`, value: "x".repeat(20) })),
});

describe("metadata of ten thousand objects", () => {
  it.each([
    [
      "is checked",
      (metadata: object) => engine.check("OAuth2Client", { clientId: "large", metadata }, {}, new Uint8Array(32)),
    ],
    [
      "is compared",
      (metadata: object) =>
        engine.diff(
          "OAuth2Client",
          "large",
          { __clientId: "large", clientId: "large", metadata },
          { clientId: "large", metadata: { ...metadata, more: 1 } },
        ),
    ],
    [
      "is refused by the server, and the message hides it",
      async (metadata: object) => {
        gateway.answer({ status: 403, body: JSON.stringify({ error: "no", metadata }) });
        expect(await failing(engine.create("OAuth2Client", { __clientId: "large", metadata }))).toBeTruthy();
      },
    ],
  ] as const)("%s in proportion", async (_, work) => {
    const small = await shortest(() => work(objects(1_000)));
    expect(await shortest(() => work(objects(10_000)))).toBeLessThan(inProportion(small));
  });
});

describe("five megabytes of umlauts", () => {
  it("are refused by the server in proportion", async () => {
    const work = async (length: number) => {
      const metadata = { note: "ä".repeat(length) };
      gateway.answer({ status: 403, body: JSON.stringify({ error: "no", error_description: metadata.note }) });
      expect(await failing(engine.create("OAuth2Client", { __clientId: "large", metadata }))).toBeTruthy();
    };
    const small = await shortest(() => work(250_000));
    expect(await shortest(() => work(2_500_000))).toBeLessThan(inProportion(small));
  });
});
