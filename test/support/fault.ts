// Knows how to spoil the traffic between a provider and a real Hydra: which request, how often, and in what way.
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { listen } from "../../tools/port.mts";
import type { Certificate } from "./certificate.ts";
import { isLostTransaction } from "./lost-transaction.ts";

/** What becomes of a request and of its answer. */
export interface Fault {
  /** How much of the request reaches Hydra. */
  readonly forward: "nothing" | "half" | "all" | "twice";
  /** What comes back; absent: Hydra's own answer. */
  readonly answer?: Spoiled | Canned;
}

/** Hydra's answer, spoiled: cut connection, headers or body that never come, half a body, half a body with an end. */
type Spoiled = "reset" | "no headers" | "no body" | "truncated" | "cut JSON";

/** Another answer in its place; `endless` repeats the body until the reader goes away. */
interface Canned {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly endless?: boolean;
  /** Hydra's body under this status and these headers. */
  readonly genuine?: boolean;
}

/** A request as it arrived, and the fault that it met. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly spoiled: boolean;
}

/** Chooses the fault of a request, if it is to have one. */
export type Choose = (seen: { method: string; path: string }) => Fault | undefined;

/** A proxy on a port of this machine. Disposing of it closes it. */
export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  readonly seen: Seen[];
  /** Bytes sent to the provider. */
  readonly sent: () => number;
  /** Faults from now on; nothing: none. */
  spoil(choose: Choose | undefined): void;
  /** The first `times` requests of a method and path get a fault. */
  spoilFirst(fault: Fault, times?: number, method?: string, path?: RegExp): void;
  /** Called when a request has arrived, has been forwarded and answered, and when its answer was sent. */
  onStage(listen: ((stage: Stage, method: string, path: string) => void | Promise<void>) | undefined): void;
  /** Passes on to another server from now on. */
  retarget(url: string): void;
}

export interface FaultProxyOptions {
  /** With one, it speaks TLS. */
  certificate?: Certificate;
  /** Has no faults but those it is told: what Hydra itself refuses because of a lost transaction is sent to it again. */
  steady?: boolean;
}

export type Stage = "arrived" | "done" | "answered";

/**
 * Starts a proxy to `target` that passes everything on until it is told to spoil.
 *
 * @example
 * await using proxy = await startFaultProxy(hydra.adminUrl);
 * proxy.spoilFirst({ forward: "all", answer: "reset" }, 1, "POST");
 */
export async function startFaultProxy(first: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const { certificate, steady = false } = options;
  let target = first;
  const seen: Seen[] = [];
  let choose: Choose | undefined;
  let tell: ((stage: Stage, method: string, path: string) => void | Promise<void>) | undefined;
  let sent = 0;
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = "", url: path = "", headers, socket } = incoming;
    const fault = choose?.({ method, path });
    seen.push({ method, path, authorization: headers.authorization, spoiled: fault !== undefined });
    const body = await bodyOf(incoming);
    await tell?.("arrived", method, path);
    const { forward = "all", answer } = fault ?? {};
    const send = () => passOn(target, incoming, body, forward === "half");
    if (forward === "twice") await send();
    let genuine = forward === "nothing" ? undefined : await send();
    for (let left = 50; steady && left > 0 && genuine?.status === 400 && isLostTransaction(genuine.body); left--)
      genuine = await send();
    await tell?.("done", method, path);
    if (socket.destroyed) return;
    const before = socket.bytesWritten;
    await reply(outgoing, socket, genuine, answer);
    sent += socket.bytesWritten - before;
    await tell?.("answered", method, path);
  };
  const handler = (incoming: IncomingMessage, outgoing: ServerResponse) =>
    void handle(incoming, outgoing).catch(() => outgoing.destroy());
  const server = certificate ? createTlsServer({ ...certificate }, handler) : createServer(handler);
  // A handshake that the other side ends is what some tests are about.
  server.on("tlsClientError", () => undefined);
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  const port = await listen(server);
  return {
    url: `${certificate ? "https" : "http"}://127.0.0.1:${port}`,
    seen,
    sent: () => sent,
    spoil: (next) => {
      choose = next;
    },
    spoilFirst: (fault, times = 1, method, path) => {
      let left = times;
      choose = (asked) => {
        if ((method !== undefined && asked.method !== method) || (path && !path.test(asked.path))) return undefined;
        return left-- > 0 ? fault : undefined;
      };
    },
    onStage: (listen) => {
      tell = listen;
    },
    retarget: (url) => {
      target = url;
    },
    [Symbol.asyncDispose]: close,
  };
}

interface Genuine {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Hydra's answer; nothing when the request was broken off half-way. */
function passOn(target: string, incoming: IncomingMessage, body: Buffer, half: boolean): Promise<Genuine | undefined> {
  const { method, headers, url = "" } = incoming;
  return new Promise((resolve, reject) => {
    const onward = request(`${target}${url}`, { method, headers }, (answer) => {
      bodyOf(answer).then(
        (read) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: read }),
        reject,
      );
    });
    onward.on("error", (error) => (half ? resolve(undefined) : reject(error)));
    if (!half) onward.end(body);
    else onward.write(body.subarray(0, Math.floor(body.length / 2)), () => onward.destroy());
  });
}

async function reply(
  outgoing: ServerResponse,
  socket: Socket,
  genuine: Genuine | undefined,
  answer: Fault["answer"],
): Promise<void> {
  if (answer === "reset" || (answer === undefined && !genuine)) {
    socket.resetAndDestroy();
    return;
  }
  if (answer === "no headers") return;
  const { status, headers, body } = genuine ?? { status: 200, headers: {}, body: Buffer.from("{}") };
  const half = body.subarray(0, Math.floor(body.length / 2));
  if (answer === "no body" || answer === "truncated") {
    outgoing.writeHead(status, { ...headers, "content-length": String(body.length || 100) });
    outgoing.write(half.length > 0 ? half : " ");
    if (answer === "truncated") await new Promise<void>((resolve) => setImmediate(() => resolve(void socket.end())));
    return;
  }
  if (answer === "cut JSON") {
    const { "content-length": _, ...rest } = headers;
    await ended(outgoing.writeHead(status === 204 ? 200 : status, rest), half.length > 0 ? half : "{");
    return;
  }
  if (answer === undefined) return ended(outgoing.writeHead(status, headers), body);
  outgoing.writeHead(answer.genuine ? status : answer.status, { "content-type": "text/html", ...answer.headers });
  if (answer.endless) return endless(outgoing, answer.body ?? " ");
  await ended(outgoing, answer.genuine ? body : (answer.body ?? ""));
}

function ended(outgoing: ServerResponse, body: Buffer | string): Promise<void> {
  return new Promise((resolve) => {
    outgoing.on("close", resolve);
    outgoing.end(body, () => resolve());
  });
}

/** At most 256 MiB, however patient the reader is. */
function endless(outgoing: ServerResponse, text: string): Promise<void> {
  const chunk = text.repeat(Math.ceil(65_536 / text.length));
  let left = 4_096;
  return new Promise((resolve) => {
    const more = (): void => {
      while (left > 0) if (left-- === 1 || !outgoing.write(chunk)) break;
      if (left === 0) outgoing.end();
    };
    outgoing
      .on("drain", more)
      .on("close", resolve)
      .on("error", () => resolve());
    more();
  });
}
