// Knows what a list proves: on a server that is an array, whose pages count or remember, while others write.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HydraJson } from "../../provider/hydra/json.ts";
import { pagedList, wholeList } from "../../provider/hydra/list.ts";
import type { Answer, HydraRequest } from "../../provider/hydra/transport.ts";

const named = (count: number, prefix = "") =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(4, "0")}`);

/** A server of objects in the order of their ids. Before it answers the n-th request, `write` may change them. */
function startServer(ids: readonly string[], pages: "count" | "remember", pageSize = 250) {
  const server = {
    ids: [...ids],
    paths: [] as string[],
    write: (_request: number): void => undefined,
    send: async ({ path }: HydraRequest): Promise<Answer> => {
      server.write(server.paths.length);
      server.paths.push(path);
      const { searchParams } = new URL(path, "http://localhost");
      const token = Buffer.from(searchParams.get("page_token") ?? "", "base64url").toString();
      server.ids.sort();
      const from =
        pages === "count" ? Number(/"offset":"(\d+)"/.exec(token)?.[1] ?? 0) : server.ids.findIndex((id) => id > token);
      const rest = from < 0 ? [] : server.ids.slice(from);
      const json = rest.slice(0, pageSize).map((id) => ({ id }));
      const next = pages === "count" ? `{"offset":"${from + pageSize}","v":2}` : (json.at(-1)?.id ?? "");
      const to = (rel: string, token: string) =>
        `</list?page_size=500&page_token=${Buffer.from(token).toString("base64url")}>; rel="${rel}"`;
      const link = rest.length > pageSize ? `${to("first", "")},${to("next", next)}` : to("first", "");
      return { status: 200, json, headers: { link } };
    },
  };
  return server;
}

/** A server that answers pages as they are given. */
function answering(...answers: readonly { readonly ids: readonly string[]; readonly link?: string | undefined }[]) {
  let at = 0;
  return {
    send: async (): Promise<Answer> => {
      const { ids, link } = answers[Math.min(at++, answers.length - 1)] ?? { ids: [] };
      return { status: 200, json: ids.map((id) => ({ id })), headers: link === undefined ? {} : { link } };
    },
  };
}

const idsOf = (items: readonly HydraJson[]) => items.map(({ id }) => id);

describe("a page", () => {
  it.each([
    ["none", undefined],
    ["an empty one", ""],
    ["one without a relation", "</list?page_token=a>"],
    ["one that is cut", '</list?page_token=a; rel="next"'],
    ["a next page without a query", '</list>; rel="next"'],
  ])("with objects and a Link header that says nothing is refused: %s", async (_, link) => {
    await expect(wholeList(answering({ ids: ["a"], link }), "id", "/list?page_size=500")).rejects.toMatchObject({
      code: "gateway",
      message:
        "the list has no Link header that can be read, with which Hydra says whether it goes on (GET /list?page_size=500)",
      advice: "let what stands before Hydra pass the header on",
    });
  });

  it("without objects is the last one, whatever is linked", async () => {
    expect(await wholeList(answering({ ids: [] }), "id", "/list")).toEqual([]);
    expect(await wholeList(answering({ ids: [], link: '</list?page_token=b>; rel="next"' }), "id", "/list")).toEqual(
      [],
    );
  });

  it("that leads to one that was read is refused: it would be no whole list", async () => {
    const circle = answering({ ids: ["a"], link: '</list?page_token=a>; rel="next"' });
    await expect(wholeList(circle, "id", "/list")).rejects.toMatchObject({
      code: "not-hydra",
      message: "the list has no end: after 2 pages it leads to another one (GET /list?page_token=a)",
      advice: "check that hydra:adminUrl points at Hydra's admin API",
    });
  });
});

describe("a list", () => {
  it.each([
    ["count", 0, 1],
    ["count", 1, 1],
    ["count", 249, 1],
    ["count", 250, 1],
    ["count", 251, 4],
    ["count", 599, 6],
    ["remember", 599, 3],
  ] as const)("of pages that %s, with %i objects that nobody changes, takes %i calls", async (pages, count, calls) => {
    const server = startServer(named(count), pages);
    expect(idsOf(await wholeList(server, "id", "/list?page_size=500"))).toEqual(named(count));
    expect(server.paths.length).toBe(calls);
  });

  it("is read again where an object of a page that was read is deleted: the next one would be missing", async () => {
    const server = startServer(named(599), "count");
    server.write = (request) => {
      if (request === 1) server.ids.splice(server.ids.indexOf("0003"), 1);
    };
    // The object that moves from the second page to the first is what one reading misses.
    const once = startServer(named(599), "count");
    once.write = (request) => {
      if (request === 1) once.ids.splice(once.ids.indexOf("0003"), 1);
    };
    expect(idsOf((await pagedList(once, "id", "/list")).items)).not.toContain("0250");
    expect(idsOf(await wholeList(server, "id", "/list"))).toEqual(named(599).filter((id) => id !== "0003"));
    expect(server.paths.length).toBe(9);
  });

  it("shows an object once, where others are made meanwhile", async () => {
    const server = startServer(named(599), "count");
    server.write = (request) => {
      if (request < 3) server.ids.push(`0000-${request}`);
    };
    const found = idsOf(await wholeList(server, "id", "/list"));
    expect(found).toHaveLength(new Set(found).size);
    expect(found).toEqual(server.ids);
  });

  it("is given up when it never stands still", async () => {
    const server = startServer(named(599), "count");
    server.write = (request) => {
      server.ids.push(`new-${request}`);
    };
    await expect(wholeList(server, "id", "/list")).rejects.toMatchObject({
      code: "list-moving",
      message: "the list changed while it was read, 10 times in a row (GET /list): others are writing",
      advice: "try again when they are done",
    });
  });

  it("of what is wanted has to stand still in that alone", async () => {
    const server = startServer(named(599), "count");
    server.write = (request) => {
      server.ids.push(`new-${request}`);
    };
    const wanted = ({ id }: HydraJson) => String(id).endsWith("7") && !String(id).startsWith("new");
    expect(idsOf(await wholeList(server, "id", "/list", wanted))).toEqual(named(599).filter((id) => id.endsWith("7")));
    expect(server.paths.length).toBe(6);
  });

  it("has every object that was there all the time, and none twice, whatever others delete and make", async () => {
    const write = fc.record({ at: fc.nat({ max: 30 }), deletes: fc.boolean(), which: fc.nat({ max: 40 }) });
    const story = fc.record({
      count: fc.integer({ min: 0, max: 40 }),
      pages: fc.constantFrom("count" as const, "remember" as const),
      writes: fc.array(write, { maxLength: 12 }),
    });
    let [tried, repeated] = [0, 0];
    await fc.assert(
      fc.asyncProperty(story, async ({ count, pages, writes }) => {
        // Eight times as many objects in pages of 40: five pages, more than one piece.
        const server = startServer(named(count * 8, "a"), pages, 40);
        const stayed = new Set(server.ids);
        server.write = (request) => {
          for (const { at, deletes, which } of writes) {
            if (at !== request) continue;
            const id = server.ids[which * 8];
            if (deletes && id !== undefined) {
              server.ids.splice(which * 8, 1);
              stayed.delete(id);
            } else if (!deletes) server.ids.push(`a${String(which * 8).padStart(4, "0")}-${request}`);
          }
        };
        const found = idsOf(await wholeList(server, "id", "/list"));
        tried++;
        if (server.paths.length > 8) repeated++;
        expect(found).toHaveLength(new Set(found).size);
        if (found.length >= 250 || pages === "remember")
          expect([...stayed].filter((id) => !found.includes(id))).toEqual([]);
      }),
      { numRuns: 500 },
    );
    expect([tried, repeated > 20]).toEqual([500, true]);
  });
});
