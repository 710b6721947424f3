// Knows how to end TLS before a Hydra, by HTTP/1.1 or HTTP/2, and records who came with what.
import { createServer as createPlainServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { listen } from "../../tools/port.mts";
import { type Certificate, selfSigned } from "../support/certificate.ts";

/** A request as it arrived. */
export interface Arrived {
  version: string;
  method: string;
  path: string;
  headers: Readonly<Record<string, unknown>>;
  /** Whether the connection showed a client certificate. */
  presented: boolean;
  body: string;
}

export interface TerminatorOptions {
  /** Where requests go. */
  target: string;
  certificate?: Certificate;
  /** The only client certificates that are accepted; without, none is asked for. */
  clients?: readonly string[];
  /** Asks for a certificate, and is content without. */
  asks?: boolean;
  protocol?: "http/1.1" | "h2";
  /** JSON that is answered to everything, in place of the target's answer. */
  answer?: string;
}

export type Terminator = Awaited<ReturnType<typeof startTerminator>>;

/** Starts a terminator for https://hydra.test and https://127.0.0.1, on a free port. */
export async function startTerminator(options: TerminatorOptions) {
  const { target, clients, asks = clients !== undefined, protocol = "http/1.1", answer: canned } = options;
  const certificate = options.certificate ?? selfSigned({ names: ["hydra.test"] });
  const received: Arrived[] = [];
  const sockets = new Set<Socket>();
  const { hostname, port } = new URL(target);
  const serve = (
    incoming: IncomingMessage | Http2ServerRequest,
    outgoing: ServerResponse | Http2ServerResponse,
  ): void => {
    const { method = "", url: path = "", headers, httpVersion: version } = incoming;
    const socket = (incoming.socket ?? {}) as Partial<TLSSocket>;
    const presented = Object.keys(socket.getPeerCertificate?.() ?? {}).length > 0;
    const arrived = { version, method, path, headers: { ...headers }, presented, body: "" };
    received.push(arrived);
    incoming.on("data", (chunk) => {
      arrived.body += String(chunk);
    });
    if (canned !== undefined) {
      outgoing.setHeader("content-type", "application/json");
      outgoing.end(canned);
      return;
    }
    const own = Object.entries(headers).filter(([name]) => !name.startsWith(":"));
    const onward = request({ hostname, port, path, method, headers: Object.fromEntries(own) }, (answer) => {
      const { connection: _, "transfer-encoding": __, "keep-alive": ___, ...rest } = answer.headers;
      (outgoing as ServerResponse).writeHead(answer.statusCode ?? 502, rest as Record<string, string>);
      answer.pipe(outgoing as ServerResponse);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  };
  const tls = {
    ...certificate,
    requestCert: asks,
    rejectUnauthorized: clients !== undefined,
    ...(clients ? { ca: [...clients] } : {}),
  };
  const server =
    protocol === "h2" ? createSecureServer({ ...tls, allowHTTP1: false }, serve) : createServer(tls, serve);
  const plain = createPlainServer(serve);
  for (const one of [server, plain]) {
    one.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
  }
  const own = await listen(server);
  return {
    port: own,
    /** The same without TLS. */
    plainPort: await listen(plain),
    url: `https://127.0.0.1:${own}`,
    certificate,
    received,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([server, plain].map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
}
