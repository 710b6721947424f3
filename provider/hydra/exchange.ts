// One HTTP exchange: a request out, an answer in, within a limit of time. The only importer of undici; knows no credentials.

import type { Socket } from "node:net";
import type { Dispatcher, Pool } from "undici";
import { createConnector, proxyAuthorization, type Route } from "./connection.ts";
import { createTurns } from "./turn.ts";

/** No answer of the admin API comes near this; more is not read into memory. */
export const largestBody = 32 * 1024 * 1024;

/** How many exchanges with a server go on at once; more wait for their turn, which counts for no limit of time. */
const atOnce = 64;

export interface Sent {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Why an exchange ended without an answer. */
export class Interruption extends Error {
  /** Whether the server may have the request. */
  readonly sent: boolean;
  /** What ended it: its time was over, its caller called it off, or the error that is the cause. */
  readonly by: "time" | "caller" | "error";

  constructor(by: Interruption["by"], sent: boolean, cause?: unknown) {
    super("the exchange was interrupted", { cause });
    this.by = by;
    this.sent = sent;
  }
}

/** An answer came, and cannot be read. */
export class UnreadableAnswer extends Error {}

/** A way to a server. */
export interface Line {
  exchange(sent: Sent, milliseconds: number, signal: AbortSignal | undefined): Promise<Received>;
  close(): Promise<void>;
}

/** Opens nothing yet: undici is loaded, and a connection made, for the first exchange. */
export function createLine(route: Route, largest = largestBody): Line {
  const { url, proxy } = route;
  // What is plain http goes to the proxy itself, by its whole URL (RFC 9112, 3.2.2).
  const forward = proxy !== undefined && url.protocol === "http:" ? proxy : undefined;
  const connector = createConnector(route);
  const connect = (_: unknown, done: (...found: [null, Socket] | [Error, null]) => void) =>
    void connector().then(
      (socket) => done(null, socket),
      // By some codes undici would try again without end.
      (error: unknown) => done(new Error("unconnected", { cause: error }), null),
    );
  const base = (forward ? url.origin : "") + url.pathname.replace(/\/$/, "");
  const extra = forward && { host: url.host, ...proxyAuthorization(forward) };
  let pool: Promise<Pool> | undefined;
  const open = async () => {
    const { Pool } = await import("undici");
    // Our own limits hold for the whole exchange.
    return new Pool((forward ?? url).origin, { connect, connections: atOnce, headersTimeout: 0, bodyTimeout: 0 });
  };
  const turn = createTurns(atOnce);
  return {
    exchange: async ({ path, headers, ...sent }, milliseconds, signal) => {
      pool ??= open();
      const ready = await pool;
      const leave = await turn(signal).catch((reason: unknown) => {
        throw new Interruption("caller", false, reason);
      });
      const options = { ...sent, path: base + path, headers: extra ? { ...headers, ...extra } : headers };
      return exchange(ready, options as Dispatcher.DispatchOptions, largest, milliseconds, signal).finally(leave);
    },
    close: async () => (await pool)?.close(),
  };
}

function exchange(
  pool: Pool,
  options: Dispatcher.DispatchOptions,
  largest: number,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let [status, size, over] = [0, 0, false];
    let headers: Received["headers"] = {};
    let chunks: Buffer[] = [];
    const end = (): boolean => {
      if (over) return false;
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", callOff);
      return true;
    };
    const interrupt = (by: Interruption["by"], cause?: unknown) => {
      if (!end()) return;
      reject(new Interruption(by, controller !== undefined, cause));
      controller?.abort(new Error("interrupted"));
    };
    const callOff = () => interrupt("caller");
    const timer = setTimeout(() => interrupt("time"), milliseconds);
    if (signal?.aborted) return callOff();
    signal?.addEventListener("abort", callOff);
    pool.dispatch(options, {
      // Right before the request is written. undici may do so again on another connection, when the first one took nothing.
      onRequestStart: (started) => {
        if (over) return started.abort(new Error("interrupted"));
        controller = started;
        [chunks, size] = [[], 0];
      },
      onResponseStart: (_, found, received) => {
        if (found >= 200) [status, headers] = [found, received];
      },
      onResponseData: (_, chunk) => {
        size += chunk.length;
        if (size > largest) interrupt("error", tooLarge(largest));
        else chunks.push(chunk);
      },
      onResponseEnd: () => {
        if (end())
          resolve({ status, headers, body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) });
      },
      onResponseError: (_, error) => interrupt("error", error),
    });
  });
}

export function tooLarge(largest: number): UnreadableAnswer {
  return new UnreadableAnswer(`the response is larger than ${largest / 1024 / 1024} MiB`);
}
