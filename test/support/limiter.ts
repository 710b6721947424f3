// Knows how servers limit calls, in every way that is published or was seen, and how to stand before a server as one that does.
import { Agent, createServer, request } from "node:http";
import { listen } from "../../tools/port.mts";

/** How calls are counted: in windows of the clock, in the time before each call, or by a bucket that fills up steadily. */
export type Way = "fixed" | "sliding" | "bucket";

/** What the answers say: all headers, all with a reset of 0, none, or Retry-After beside a 429 alone. */
export type Telling = "reset" | "reset 0" | "nothing" | "Retry-After";

/** So many calls in so many milliseconds. */
export interface Limit {
  readonly calls: number;
  readonly ms: number;
}

export interface Limited {
  readonly way: Way;
  readonly telling: Telling;
  readonly limits: readonly Limit[];
}

/** Whether a call goes through, and the headers of its answer. */
export interface Judged {
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

interface State {
  readonly calls: number;
  left: number;
  /** Milliseconds until the limit allows more. */
  readonly reset: number;
}

/** Judges one call after the other; `now` is the time in milliseconds. */
export function createLimiter({ way, telling, limits }: Limited, now: () => number): () => Judged {
  const passed: number[] = [];
  const buckets = limits.map(({ calls }) => ({ tokens: calls, at: now() }));
  const filled = ({ calls, ms }: Limit, bucket: { tokens: number; at: number }, time: number): State => {
    bucket.tokens = Math.min(calls, bucket.tokens + ((time - bucket.at) * calls) / ms);
    bucket.at = time;
    return { calls, left: Math.floor(bucket.tokens), reset: ((1 - (bucket.tokens % 1)) * ms) / calls };
  };
  const counted = ({ calls, ms }: Limit, time: number): State => {
    const from = way === "fixed" ? Math.floor(time / ms) * ms : time - ms;
    const inside = passed.filter((at) => (way === "fixed" ? at >= from : at > from));
    return { calls, left: calls - inside.length, reset: (way === "fixed" ? from : (inside[0] ?? time)) + ms - time };
  };
  return () => {
    if (limits.length === 0) return { allowed: true, headers: {} };
    const time = now();
    const states = limits.map((limit, index) => {
      const bucket = buckets[index];
      return way === "bucket" && bucket ? filled(limit, bucket, time) : counted(limit, time);
    });
    const allowed = states.every(({ left }) => left > 0);
    if (allowed) {
      passed.push(time);
      for (const bucket of buckets) bucket.tokens--;
      for (const state of states) state.left--;
    }
    const tight = states.reduce((least, one) => (one.left < least.left ? one : least));
    const reset = String(Math.ceil(tight.reset / 1_000));
    if (telling === "Retry-After") return { allowed, headers: allowed ? {} : { "retry-after": reset } };
    if (telling === "nothing") return { allowed, headers: {} };
    const windows = limits.map(({ calls, ms }) => `${calls};w=${ms / 1_000}`);
    const headers = {
      "x-ratelimit-limit": [tight.calls, ...windows].join(", "),
      "x-ratelimit-remaining": String(tight.left),
      "x-ratelimit-reset": telling === "reset 0" ? "0" : reset,
    };
    return { allowed, headers };
  };
}

/** A server that limits writes and lists, and what it saw. Disposing of it closes it. */
export interface LimitedServer extends AsyncDisposable {
  readonly url: string;
  /** Calls that went through, and calls that were answered 429, since the last look. */
  look(): { readonly writes: number; readonly others: number; readonly refused: number };
}

/** Stands before a server. Single reads are not limited: no number for them is published. */
export async function startLimitedServer(
  target: string,
  limits: { readonly writes: Limited; readonly lists: Limited },
): Promise<LimitedServer> {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const [judgeWrite, judgeList] = [createLimiter(limits.writes, Date.now), createLimiter(limits.lists, Date.now)];
  let seen = { writes: 0, others: 0, refused: 0 };
  const server = createServer((incoming, outgoing) => {
    const { method = "", url: path = "", headers } = incoming;
    const writes = method !== "GET";
    const judged = writes ? judgeWrite() : path.includes("?") ? judgeList() : { allowed: true, headers: {} };
    if (!judged.allowed) {
      seen.refused++;
      incoming.resume();
      const body = { error: { code: 429, status: "Too Many Requests", message: "Project rate limit exceeded" } };
      outgoing.writeHead(429, { "content-type": "application/json", ...judged.headers }).end(JSON.stringify(body));
      return;
    }
    if (writes) seen.writes++;
    else seen.others++;
    const onward = request({ agent, hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...judged.headers });
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  const own = await listen(server);
  return {
    url: `http://127.0.0.1:${own}`,
    look: () => {
      const found = seen;
      seen = { writes: 0, others: 0, refused: 0 };
      return found;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
