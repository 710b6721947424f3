// Knows when a token is asked for, and what becomes of operations that wait for one, on an endpoint that answers when it is told to.
import { describe, expect, it, vi } from "vitest";
import { HydraError } from "../../provider/hydra/error.ts";
import { bearer } from "../../provider/hydra/grant.ts";
import type { Answer, Transport } from "../../provider/hydra/transport.ts";

function startEndpoint(lifetime: unknown = 3600) {
  const waiting: ((token: string) => void)[] = [];
  const client: Transport = {
    send: ({ method, path, signal }) =>
      new Promise<Answer>((resolve, reject) => {
        const cancelled = () => reject(new HydraError({ code: "stopped", message: "cancelled", method, path }));
        if (signal?.aborted) cancelled();
        signal?.addEventListener("abort", cancelled);
        waiting.push((token) =>
          resolve({
            status: 200,
            json: { access_token: token, expires_in: lifetime },
            headers: {},
          }),
        );
      }),
    close: async () => undefined,
  };
  const grant = {
    url: "https://a.example/token",
    clientId: "a",
    clientSecret: "b",
    scope: undefined,
    audience: undefined,
  };
  return { waiting, authority: bearer(client, grant) };
}

describe("a granted token", () => {
  it("is asked for once by all who need it", async () => {
    const { waiting, authority } = startEndpoint();
    const all = Promise.all([authority.header(), authority.header()]);
    waiting[0]?.("token");
    expect(await all).toEqual(["Bearer token", "Bearer token"]);
    expect(await authority.header()).toBe("Bearer token");
    expect(waiting).toHaveLength(1);
  });

  it("reaches those who wait for it although the one that asked gives up", async () => {
    const { waiting, authority } = startEndpoint();
    const stop = new AbortController();
    const first = authority.header(stop.signal);
    const second = authority.header(new AbortController().signal);
    stop.abort();
    await expect(first).rejects.toMatchObject({ code: "stopped" });
    await expect.poll(() => waiting.length).toBe(2);
    waiting[1]?.("token");
    expect(await second).toBe("Bearer token");
  });

  it.each([
    [3600, 3570],
    ["3600", 3570],
    [10, 5],
    ["2", 1],
    [null, 300],
    [0, 300],
    ["soon", 300],
  ])("with expires_in %j is used for %d seconds", async (lifetime, seconds) => {
    vi.useFakeTimers();
    try {
      const { waiting, authority } = startEndpoint(lifetime);
      const first = authority.header();
      waiting[0]?.("first");
      expect(await first).toBe("Bearer first");
      vi.advanceTimersByTime(seconds * 1000 - 1);
      expect(await authority.header()).toBe("Bearer first");
      vi.advanceTimersByTime(1);
      const second = authority.header();
      waiting[1]?.("second");
      expect(await second).toBe("Bearer second");
    } finally {
      vi.useRealTimers();
    }
  });

  it("is asked for anew when it is refused after it was accepted, and not before", async () => {
    const { waiting, authority } = startEndpoint();
    const first = authority.header();
    waiting[0]?.("first");
    await first;
    expect(authority.refused("Bearer first")).toBe(false);
    authority.accepted("Bearer first");
    expect(authority.refused("Bearer first")).toBe(true);
    // Others had sent it at the same time.
    expect(authority.refused("Bearer first")).toBe(true);
    const second = authority.header();
    waiting[1]?.("second");
    expect(await second).toBe("Bearer second");
    expect(authority.refused("Bearer second")).toBe(false);
  });
});
