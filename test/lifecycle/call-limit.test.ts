// Knows how the plugin gets its calls through a limit before a real Hydra, and what people hear of it. The limits are scaled up.
import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { run } from "../../tools/child.mts";
import { type Engine, failing, type Properties, startEngine } from "../support/engine.ts";
import { hydra } from "../support/hydra.ts";
import { inLanes } from "../support/lane.ts";
import { type Limit, type LimitedServer, startLimitedServer, type Telling } from "../support/limiter.ts";

/** A Hydra that allows so much, in windows of any length. */
const limited = (telling: Telling, writes: readonly Limit[], lists: readonly Limit[] = writes) =>
  startLimitedServer(hydra.adminUrl, {
    writes: { way: "sliding", telling, limits: writes },
    lists: { way: "sliding", telling, limits: lists },
  });

const started = (server: LimitedServer, config: Properties = {}) =>
  startEngine({ config: { adminUrl: server.url, ...config } });

async function newClient(engine: Engine, clientName: string, timeout = 0) {
  const { inputs } = await engine.check("OAuth2Client", { clientName }, {}, randomBytes(32), clientName);
  return engine.create("OAuth2Client", inputs, { name: clientName, timeout });
}

describe("a server that limits calls", () => {
  it.each<Telling>(["reset", "reset 0", "nothing", "Retry-After"])(
    "gets every call of many at once, at its pace, where it tells by %s",
    async (telling) => {
      await using server = await limited(telling, [{ calls: 10, ms: 1_000 }]);
      await using engine = await started(server);
      const names = Array.from({ length: 25 }, (_, index) => `limited-${index}`);
      const began = performance.now();
      const made = await inLanes(names, 8, (name) => newClient(engine, name));
      await inLanes(made, 8, ({ id, properties }) => engine.delete("OAuth2Client", id, properties));
      const seconds = (performance.now() - began) / 1_000;
      const { writes, refused } = server.look();
      // One that a database in memory lost is sent again.
      expect(writes).toBeGreaterThanOrEqual(50);
      expect(writes).toBeLessThan(55);
      expect(refused).toBeLessThanOrEqual(20);
      expect(seconds).toBeGreaterThan(3.5);
      expect(seconds).toBeLessThan(15);
    },
  );

  it("says after five seconds why calls wait and for how long, once, on one resource", async () => {
    await using server = await limited("reset", [{ calls: 2, ms: 6_000 }]);
    await using engine = await started(server);
    const made = [await newClient(engine, "a"), await newClient(engine, "b")];
    made.push(...(await Promise.all([newClient(engine, "c"), newClient(engine, "d")])));
    expect(engine.logged).toEqual([
      {
        severity: 2,
        urn: expect.stringMatching(/::[cd]$/),
        message: expect.stringMatching(
          /^the server at http:\/\/127\.0\.0\.1:\d+ limits writes to 2 in 6 s, so the provider spreads them; waiting now: [12], for about \d s; nothing has failed \[calls-wait\]$/,
        ),
      },
    ]);
    for (const { id } of made) await fetch(`${hydra.adminUrl}/admin/clients/${id}`, { method: "DELETE" });
  });

  it("makes an operation wait as long as customTimeouts allows, and nothing was sent then", async () => {
    await using server = await limited("reset", [{ calls: 1, ms: 60_000 }]);
    await using engine = await started(server);
    const { id } = await newClient(engine, "a");
    server.look();
    expect(await failing(newClient(engine, "b", 1))).toEqual([
      "FAILED_PRECONDITION",
      "could not create OAuth2Client: cancelled while it waited for the server's call limit (POST /admin/clients); customTimeouts allows 1 s for it; raise customTimeouts, or remove it [time-limit]",
    ]);
    expect(server.look()).toEqual({ writes: 0, others: 0, refused: 0 });
    await fetch(`${hydra.adminUrl}/admin/clients/${id}`, { method: "DELETE" });
  });

  it("does not keep an engine waiting that cancels", async () => {
    await using server = await limited("Retry-After", [{ calls: 1, ms: 60_000 }]);
    await using engine = await started(server);
    const { id } = await newClient(engine, "a");
    const second = failing(newClient(engine, "b"));
    await expect.poll(() => server.look().refused).toBe(1);
    const began = performance.now();
    await engine.cancel();
    expect((await second)[0]).toBe("CANCELLED");
    expect(performance.now() - began).toBeLessThan(5_000);
    await fetch(`${hydra.adminUrl}/admin/clients/${id}`, { method: "DELETE" });
  });

  it("counts no 429 as a retry", async () => {
    await using server = await limited("reset", [{ calls: 2, ms: 1_000 }]);
    await using engine = await started(server, { retries: 0 });
    const made = await Promise.all(["a", "b", "c", "d", "e"].map((name) => newClient(engine, name)));
    expect(server.look().refused).toBeGreaterThan(0);
    for (const { id } of made) await fetch(`${hydra.adminUrl}/admin/clients/${id}`, { method: "DELETE" });
  });

  it("is paced for functions and lists together", async () => {
    await using server = await limited("reset", [], [{ calls: 3, ms: 1_000 }]);
    await using engine = await started(server);
    const owner = randomUUID();
    const began = performance.now();
    await Promise.all([
      ...[1, 2, 3, 4].map(() => engine.invoke("hydra:index:getOAuth2Clients", { owner })),
      ...[1, 2, 3, 4].map(() => engine.list("hydra:index:OAuth2Client", { owner })),
    ]);
    const { others } = server.look();
    expect(others).toBeGreaterThanOrEqual(8);
    expect(performance.now() - began).toBeGreaterThan(1_500);
  });

  it("is kept to by adopt", async () => {
    await using server = await limited("nothing", [], [{ calls: 1, ms: 1_500 }]);
    const env = { ...process.env, PULUMI_HYDRA_ADMIN_URL: server.url };
    const { stderr } = await run(process.execPath, ["dist/cli.js", "adopt"], { env });
    expect(stderr).toMatch(/^read \d+ clients? and \d+ trusts? at /m);
    expect(server.look().refused).toBeGreaterThan(0);
  });
});

describe("hydra:requestsPerMinute", () => {
  it("limits the calls from the start, of all kinds together", async () => {
    await using server = await limited("nothing", []);
    await using engine = await started(server, { requestsPerMinute: 2 });
    const { id } = await newClient(engine, "a");
    const found = await engine.invoke("hydra:index:getOAuth2Client", { clientId: id });
    expect(found.result).toMatchObject({ clientId: id });
    expect(await failing(newClient(engine, "b", 1))).toEqual([
      "FAILED_PRECONDITION",
      expect.stringContaining("cancelled while it waited for the server's call limit"),
    ]);
    await fetch(`${hydra.adminUrl}/admin/clients/${id}`, { method: "DELETE" });
  });
});
