// Knows what becomes of operations that wait for one token, on a token endpoint that answers when it is told to.
import { describe, expect, it } from "vitest";
import { HydraError } from "../../provider/hydra/error.ts";
import { bearer } from "../../provider/hydra/grant.ts";
import type { Answer, Client } from "../../provider/hydra/request.ts";

function startEndpoint() {
  const waiting: ((token: string) => void)[] = [];
  const client: Client = {
    send: ({ method, path, signal }) =>
      new Promise<Answer>((resolve, reject) => {
        const cancelled = () => reject(new HydraError("cancelled", { kind: "cancelled", method, path }));
        if (signal?.aborted) cancelled();
        signal?.addEventListener("abort", cancelled);
        waiting.push((token) =>
          resolve({
            status: 200,
            json: { access_token: token, expires_in: 3600 },
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
  return { waiting, authorize: bearer(client, grant) };
}

describe("a granted token", () => {
  it("is asked for once by all who need it", async () => {
    const { waiting, authorize } = startEndpoint();
    const all = Promise.all([authorize(), authorize()]);
    waiting[0]?.("token");
    expect(await all).toEqual(["Bearer token", "Bearer token"]);
    expect(await authorize()).toBe("Bearer token");
    expect(waiting).toHaveLength(1);
  });

  it("reaches those who wait for it although the one that asked gives up", async () => {
    const { waiting, authorize } = startEndpoint();
    const stop = new AbortController();
    const first = authorize(stop.signal);
    const second = authorize(new AbortController().signal);
    stop.abort();
    await expect(first).rejects.toMatchObject({ kind: "cancelled" });
    await expect.poll(() => waiting.length).toBe(2);
    waiting[1]?.("token");
    expect(await second).toBe("Bearer token");
  });
});
