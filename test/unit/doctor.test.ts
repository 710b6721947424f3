// Knows what the doctor makes of the answers of a server: call limits, clocks, lists and absences as gateways spoil them.
import { describe, expect, it } from "vitest";
import { checkUp } from "../../provider/cli/checkup.ts";
import { createHydraApi } from "../../provider/hydra/admin.ts";
import { codeOfAnswer, HydraError } from "../../provider/hydra/error.ts";
import type { Finding } from "../../provider/hydra/trace.ts";
import type { Answer, HydraRequest, Transport } from "../../provider/hydra/transport.ts";

type Responding = (
  request: HydraRequest,
) => { status?: number; json?: unknown; headers?: Answer["headers"] } | undefined;

const link = '</admin/clients?page_token=x>; rel="first"';
const absence = { error: "Unable to locate the resource", error_description: "" };

/** A Hydra after v26.2.0 without a client, unless `respond` says otherwise. */
function answerTo(request: HydraRequest, respond: Responding): Answer {
  const {
    status = 200,
    json = [],
    headers = { link },
  } = respond(request) ??
  (request.path === "/version"
    ? { json: { version: "v27" } }
    : request.path.includes("?")
      ? {}
      : { status: 404, json: absence });
  if (status < 300) return { status, json, headers };
  const place = { method: request.method, path: request.path };
  throw new HydraError({ code: codeOfAnswer(status, json), message: "no", advice: "do this", status, ...place });
}

async function examine(respond: Responding = () => undefined) {
  const requests: HydraRequest[] = [];
  const transport: Transport = {
    send: async (request) => {
      requests.push(request);
      return answerTo(request, respond);
    },
    close: async () => undefined,
  };
  const way = {
    transport,
    authority: undefined,
    publicApi: undefined,
    admin: { key: "hydra:adminUrl", credentials: [] },
  };
  const found: Finding[] = [];
  const readDocument = () => Promise.reject(new Error("the doctor reads no document"));
  const patient = { api: createHydraApi({ url: "http://hydra.example", transport, readDocument }), way, keys: [] };
  await checkUp(patient as unknown as Parameters<typeof checkUp>[0], (...next) => void found.push(...next));
  return { requests, step: (name: string) => found.find(({ step }) => step === name) };
}

const withHeaders = (headers: Answer["headers"]) =>
  examine(({ path }) => (path.startsWith("/admin/clients?") ? { headers: { link, ...headers } } : undefined));

describe("the doctor", () => {
  it("only reads", async () => {
    const { requests } = await examine();
    expect([...new Set(requests.map(({ method }) => method))]).toEqual(["GET"]);
  });

  it("says what the answers announce of call limits", async () => {
    const ory = await withHeaders({ "x-ratelimit-limit": "5, 5;w=1, 30;w=60", "x-ratelimit-remaining": "4" });
    expect(ory.step("call limits")?.said).toBe("5 calls in 1 s, 30 calls in 60 s; 4 left now");
    expect((await withHeaders({ "x-ratelimit-limit": "100" })).step("call limits")?.said).toBe("100 calls");
    expect((await withHeaders({})).step("call limits")?.said).toBe("the answers announce none");
  });

  it("warns of clocks that differ by more than a minute", async () => {
    const at = (ms: number) => withHeaders({ date: new Date(Date.now() + ms).toUTCString() });
    const state = async (ms: number) => (await at(ms)).step("clock")?.state;
    expect([await state(0), await state(30_000), await state(-90_000), await state(3_600_000)]).toEqual([
      ...["ok", "ok", "warning", "warning"],
    ]);
    expect((await withHeaders({})).step("clock")?.said).toBe("the answers have no date");
  });

  it("says what the server lacks only where an answer shows it", async () => {
    expect((await examine()).step("version")?.said).toBe("Hydra v27; its answers show nothing that it lacks");
    const page = (json: unknown) => ({ status: 404, json });
    const old = await examine(({ path }) => {
      if (path.startsWith("/admin/clients?")) {
        const token = Buffer.from('{"offset":"1","v":2}').toString("base64url");
        return { json: [{ client_id: "a" }], headers: { link: `</admin/clients?page_token=${token}>; rel="next"` } };
      }
      return path === "/version" || path.includes("%2F") ? page(undefined) : undefined;
    });
    expect(old.step("version")?.said).toBe(
      "GET /version does not say which; nothing depends on it; it lacks list pages that stay the same while others write, " +
        "client ids with a slash, a way to read the key of an issuer with a slash, lifespans of the device authorization grant",
    );
  });

  it("fails where a gateway drops the header Link, or says of an absence what Hydra does not", async () => {
    const unlinked = await examine(({ path }) =>
      path.startsWith("/admin/clients?") ? { json: [{ client_id: "a" }], headers: {} } : undefined,
    );
    expect(unlinked.step("read")?.said).toMatch(/^the list has no Link header that can be read/);
    const page = await examine(({ path }) =>
      /^\/admin\/clients\/[^/%]+$/.test(path) ? { status: 404, json: { message: "no route" } } : undefined,
    );
    expect(page.step("read")).toEqual({
      step: "read",
      state: "failed",
      said: "no",
      advice: "do this",
      code: "not-hydra",
    });
    const friendly = await examine(({ path }) =>
      /^\/admin\/clients\/[^/%]+$/.test(path) ? { json: { client_id: decodeURIComponent(path.slice(15)) } } : undefined,
    );
    expect(friendly.step("read")?.said).toMatch(/^there is a client \S+, which nobody made$/);
  });
});
