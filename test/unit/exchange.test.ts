// Knows that an exchange takes as long as it may and no longer, whatever undici's own limits are. Time passes by itself.
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { afterEach, expect, it, vi } from "vitest";
import { createLine, type Interruption } from "../../provider/hydra/exchange.ts";
import { listen } from "../../tools/port.mts";

const minute = 60_000;
const limit = 15 * minute;

afterEach(() => void vi.useRealTimers());

/** An exchange of fifteen minutes at most with a server that answers when the test does. */
async function begun() {
  const server = createServer();
  const url = new URL(`http://127.0.0.1:${await listen(server)}`);
  const verified = { ca: undefined, cert: undefined, key: undefined, verify: true };
  // Only timers run ahead: the connection is a real one.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const line = createLine({ url, proxy: undefined, tls: verified, timeout: limit });
  const sent = { method: "GET", path: "/", headers: {}, body: null };
  const ended = line.exchange(sent, limit, undefined).then(
    ({ status, body }) => `${status} ${body}`,
    ({ by }: Interruption) => by,
  );
  const [, answer] = (await once(server, "request")) as [unknown, ServerResponse];
  const end = () => {
    server.closeAllConnections();
    server.close();
  };
  return { answer, ended, [Symbol.dispose]: end };
}

it("waits for headers and for a body that each take seven minutes", async () => {
  using exchange = await begun();
  await vi.advanceTimersByTimeAsync(7 * minute);
  exchange.answer.writeHead(200, { "content-length": "4" }).write("te");
  await vi.advanceTimersByTimeAsync(7 * minute);
  exchange.answer.end("xt");
  expect(await exchange.ended).toBe("200 text");
});

it("ends when its limit is over", async () => {
  using exchange = await begun();
  await vi.advanceTimersByTimeAsync(limit);
  expect(await exchange.ended).toBe("time");
});
