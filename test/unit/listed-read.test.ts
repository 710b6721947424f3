// Knows what reads in a burst may be answered from, on a server that is a map and a clock that is a number.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HydraError } from "../../provider/hydra/error.ts";
import type { HydraJson } from "../../provider/hydra/json.ts";
import { createReadClient } from "../../provider/hydra/listed-read.ts";

const gone = (id: string) => new HydraError({ code: "gone", message: `no ${id}`, method: "GET", path: id });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A server of clients in the order of their ids; every call takes a millisecond. */
function startServer(ids: readonly string[], pageSize = 500) {
  const clients = new Map<string, HydraJson>(ids.map((id) => [id, { client_id: id, client_name: `name of ${id}` }]));
  const server = {
    clients,
    time: 0,
    calls: [] as string[],
    aborted: [] as string[],
    /** What happens while a page is under way. */
    duringPage: async (): Promise<void> => {},
    one: async (id: string, signal: AbortSignal | undefined): Promise<HydraJson> => {
      if (signal?.aborted) throw new HydraError({ code: "stopped", message: "cancelled", method: "GET", path: id });
      server.calls.push(id);
      signal?.addEventListener("abort", () => server.aborted.push(id));
      server.time++;
      await turn();
      const found = clients.get(id);
      if (!found) throw gone(id);
      return found;
    },
    page: async (name: string) => {
      server.calls.push(`page ${name}`);
      const from = Number(name);
      const items = [...clients.values()].slice(from, from + pageSize);
      await server.duringPage();
      server.time++;
      await turn();
      return { items, next: from + pageSize < clients.size ? String(from + pageSize) : undefined };
    },
    first: "0",
    now: () => server.time,
    writes: { count: 0 },
  };
  const read = createReadClient(server);
  const pages = () => server.calls.filter((call) => call.startsWith("page "));
  return { server, read, pages };
}

const named = (count: number, prefix = "client") =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(5, "0")}`);

/** Reads all of these, so many at a time, and gives what came back: a client or an error. */
async function readAll(read: (id: string) => Promise<HydraJson>, ids: readonly string[], atATime = 8) {
  const left = ids.entries();
  const answers = new Map<string, unknown>();
  const lane = async () => {
    for (const [, id] of left) answers.set(id, await read(id).catch((error: unknown) => error));
  };
  await Promise.all(Array.from({ length: atATime }, lane));
  return answers;
}

/** An order that has nothing to do with the server's, the same each time. */
const shuffled = (ids: readonly string[]) => ids.toSorted((a, b) => hash(a) - hash(b));
const hash = (text: string) => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0) * 7919) % 65_537, 7);

describe("a read of a client", () => {
  it("is one call, however often, when it is alone", async () => {
    const { server, read } = startServer(named(3));
    for (const id of [...named(3), ...named(3)]) expect(await read(id)).toEqual(server.clients.get(id));
    expect(server.calls).toEqual([...named(3), ...named(3)]);
  });

  it("does not share a call that has been under way for two seconds: its answer may be as old", async () => {
    const { server, read } = startServer(["a"]);
    const slow = read("a");
    server.time += 2_000;
    expect(await Promise.all([slow, read("a"), read("a")])).toHaveLength(3);
    expect(server.calls).toEqual(["a", "a"]);
  });

  it("shares the call of a read of the same client that is under way", async () => {
    const { server, read } = startServer(["a"]);
    const answers = await Promise.all([read("a"), read("a"), read("a")]);
    expect(answers).toEqual([server.clients.get("a"), server.clients.get("a"), server.clients.get("a")]);
    expect(server.calls).toEqual(["a"]);
  });

  it("fails for all who share it, and is asked anew by the next", async () => {
    const { server, read } = startServer([]);
    const outcomes = await Promise.allSettled([read("a"), read("a")]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(read("a")).rejects.toThrow("no a");
    expect(server.calls).toEqual(["a", "a"]);
  });

  it("outlives the one who asked first, and ends with the last who waits", async () => {
    const { server, read } = startServer(["a"]);
    const [first, second] = [new AbortController(), new AbortController()];
    const left = read("a", first.signal);
    const stayed = read("a", second.signal);
    first.abort();
    await expect(left).rejects.toThrow("cancelled");
    expect(server.aborted).toEqual([]);
    expect(await stayed).toEqual(server.clients.get("a"));
    const third = new AbortController();
    const alone = read("a", third.signal);
    third.abort();
    await expect(alone).rejects.toThrow("cancelled");
    expect(server.aborted).toEqual(["a"]);
    expect(server.calls).toEqual(["a", "a"]);
  });
});

describe("a burst of reads", () => {
  it("of a thousand clients takes at most twenty calls", async () => {
    const ids = named(1_000);
    for (const order of [ids, shuffled(ids)]) {
      const { server, read } = startServer(ids);
      expect(await readAll(read, order)).toEqual(new Map(order.map((id) => [id, server.clients.get(id)])));
      expect(server.calls.length).toBeLessThanOrEqual(20);
    }
  });

  it("takes at most twenty calls, too, when it lasts seven seconds", async () => {
    const ids = named(1_000);
    const { server, read } = startServer(ids);
    await readAll((id) => {
      server.time += 7;
      return read(id);
    }, shuffled(ids));
    expect(server.time).toBeGreaterThan(7_000);
    expect(server.calls.length).toBeLessThanOrEqual(20);
  });

  it("pays one call for a first page on which nobody is", async () => {
    const ids = named(1_000);
    const { server, read, pages } = startServer(ids);
    await readAll(read, ids.slice(500));
    expect(pages()).toEqual(["page 0"]);
    expect(server.calls.length).toBe(501);
  });

  it("tells what is gone as a single read does, and asks for it by itself", async () => {
    const { server, read } = startServer(named(300));
    const absent = ["absent-1", "client-00150x", "zzz"];
    const answers = await readAll(read, [...named(150), ...absent, ...named(300).slice(150)]);
    for (const id of absent) expect(answers.get(id)).toEqual(gone(id));
    expect(server.calls.filter((call) => absent.includes(call)).toSorted()).toEqual(absent.toSorted());
    expect(server.calls.length).toBeLessThan(30);
  });

  it("believes a page for two seconds, counted from before it was asked for", async () => {
    const ids = named(40);
    const { server, read, pages } = startServer(ids);
    await readAll(read, ids.slice(0, 20));
    expect(pages()).toEqual(["page 0"]);
    const asked = server.time;
    const changed = { client_id: "client-00030", client_name: "changed" };
    server.clients.set("client-00030", changed);
    const young = server.time + 1_900;
    server.time = young;
    // Still listed as it was; nothing of it is asked for.
    expect(await read("client-00030")).toEqual({ client_id: "client-00030", client_name: "name of client-00030" });
    server.time = asked + 2_001;
    expect(await read("client-00030")).toEqual(changed);
  });

  it("does not answer from a page that took two seconds to come", async () => {
    const ids = named(40);
    const { server, read, pages } = startServer(ids);
    server.duringPage = async () => {
      server.time += 2_000;
    };
    await readAll(read, ids);
    expect(pages()).toEqual(["page 0"]);
    expect(server.calls).toEqual(expect.arrayContaining(ids));
  });

  it("forgets what was listed at a write", async () => {
    const ids = named(40);
    const { server, read } = startServer(ids);
    await readAll(read, ids.slice(0, 30));
    const changed = { client_id: "client-00035", client_name: "changed" };
    server.clients.set("client-00035", changed);
    server.writes.count++;
    expect(await read("client-00035")).toEqual(changed);
  });

  it("does not believe a page after a write that began while it was under way", async () => {
    const ids = named(40);
    const { server, read } = startServer(ids);
    const changed = { client_id: "client-00035", client_name: "changed" };
    server.duringPage = async () => {
      server.clients.set("client-00035", changed);
      server.writes.count++;
    };
    await readAll(read, ids.slice(0, 30));
    expect(server.calls).toContain("page 0");
    expect(await read("client-00035")).toEqual(changed);
  });

  it("does not share a call with a read from before a write", async () => {
    const { server, read } = startServer(["a"]);
    const before = read("a");
    server.writes.count++;
    const after = read("a");
    await Promise.all([before, after]);
    expect(server.calls).toEqual(["a", "a"]);
  });

  it("of a handful never asks for a page", async () => {
    const ids = named(7);
    const { server, read } = startServer(ids);
    await readAll(read, ids);
    expect(server.calls).toEqual(ids);
  });

  it("of some clients of ours among fifty thousand is not paid by listing those", async () => {
    const all = named(50_000);
    const ours = shuffled(all).slice(0, 300);
    const { server, read, pages } = startServer(all);
    await readAll(read, ours);
    expect(pages().length).toBeLessThanOrEqual(3);
    expect(server.calls.length).toBeLessThanOrEqual(ours.length + 1);
  });

  it("goes on as long as pages are worth it, and no further", async () => {
    const ours = named(1_000, "a");
    const { server, read, pages } = startServer([...ours, ...named(50_000, "b")]);
    const answers = await readAll(read, [...ours, ...named(50, "c")]);
    expect(ours.map((id) => answers.get(id))).toEqual(ours.map((id) => server.clients.get(id)));
    // Two pages are ours; the third shows that the rest is not.
    expect(pages()).toEqual(["page 0", "page 500", "page 1000"]);
  });

  it("does without a list that cannot be had, and does not ask for it again", async () => {
    const ids = named(200);
    for (const good of [[], ["page 0"]]) {
      const { server, read, pages } = startServer(ids, 50);
      server.duringPage = async () => {
        if (pages().length > good.length) throw new Error("403");
      };
      expect(await readAll(read, ids)).toEqual(new Map(ids.map((id) => [id, server.clients.get(id)])));
      expect(pages()).toEqual([...good, `page ${50 * good.length}`]);
      expect(server.calls.length).toBeLessThanOrEqual(201);
    }
  });

  it("is not led in a circle by a list that has no end", async () => {
    const ids = named(100);
    const { server, read } = startServer(ids);
    const page = server.page;
    server.page = async (name) => ({ ...(await page(name)), next: "0" });
    await readAll(createReadClient(server), [...ids, ...named(30, "absent")]);
    await readAll(read, ids);
    expect(server.calls.filter((call) => call === "page 0").length).toBeLessThanOrEqual(3);
  });
});

describe("any reads, writes and servers", () => {
  const step = fc.record({
    /** Which client; some of those that are asked for are not there. */
    which: fc.nat({ max: 140 }),
    pause: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 900 }) }),
    /** Whether we change the client first, or others do. */
    change: fc.oneof(
      { weight: 38, arbitrary: fc.constant("none") },
      { weight: 1, arbitrary: fc.constantFrom("ours", "theirs") },
    ),
  });
  const story = fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 400, size: "max" }),
    others: fc.nat({ max: 3_000 }),
    pageSize: fc.constantFrom(1, 7, 100, 500),
    atATime: fc.constantFrom(1, 3, 8, 32),
    failsAt: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
  });

  const patience = { timeout: 60_000 };

  it(
    "take at most one call more than reads, and no answer is older than two seconds or than a write of ours",
    patience,
    async () => {
      let listed = 0;
      const told = fc.asyncProperty(story, async ({ steps, others, pageSize, atATime, failsAt }) => {
        const { server, read, pages } = startServer([...named(120), ...named(others, "b")], pageSize);
        server.duringPage = async () => {
          if (failsAt !== undefined && pages().length > failsAt) throw new Error("no list");
        };
        /** What each client was, and until when. */
        const past = new Map<string, { until: number; wire: HydraJson | undefined }[]>();
        let [reads, ourWrite] = [0, Number.NEGATIVE_INFINITY];
        const left = steps.entries();
        const lane = async () => {
          for (const [at, { which, pause, change }] of left) {
            const id = `client-${String(which).padStart(5, "0")}`;
            // No time passes before what has an answer knows it.
            if (pause > 0) await turn();
            server.time += pause;
            if (change !== "none") {
              if (change === "ours") server.writes.count++;
              past.set(id, [...(past.get(id) ?? []), { until: server.time, wire: server.clients.get(id) }]);
              server.clients.set(id, { client_id: id, client_name: `named at ${at}` });
              if (change === "ours") {
                server.writes.count++;
                ourWrite = server.time;
              }
            }
            reads++;
            const since = Math.max(server.time - 2_000, ourWrite);
            const answer = await read(id).catch((error: unknown) => error);
            const recently = (past.get(id) ?? []).filter(({ until }) => until >= since).map(({ wire }) => wire);
            const possible = [server.clients.get(id), ...recently].map((wire) => wire ?? gone(id));
            expect(possible).toContainEqual(answer);
            expect(server.calls.length).toBeLessThanOrEqual(reads + 1);
          }
        };
        await Promise.all(Array.from({ length: atATime }, lane));
        listed += pages().length;
      });
      await fc.assert(told, { numRuns: 50 });
      expect(listed).toBeGreaterThan(50);
    },
  );
});
