// Knows how to be an HTTP proxy: tunnels by CONNECT, forwards plain http, and records what it was asked and told.
import { createServer, request } from "node:http";
import { connect, type Socket } from "node:net";
import { listen } from "../../tools/port.mts";

export interface Asked {
  /** `CONNECT hydra.test:443`, or method and whole URL. */
  line: string;
  headers: Readonly<Record<string, unknown>>;
}

export interface ForwardProxyOptions {
  /** The port of this machine to which every host leads; the one that is asked for when absent. */
  port?: number;
  /** `user:password` without which it answers 407. */
  credentials?: string;
  /** The status with which it refuses everything. */
  refuses?: number;
}

export type ForwardProxy = Awaited<ReturnType<typeof startForwardProxy>>;

export async function startForwardProxy({ port, credentials, refuses }: ForwardProxyOptions) {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const passed: Buffer[] = [];
  const wanted = credentials === undefined ? undefined : `Basic ${btoa(credentials)}`;
  const statusFor = (headers: Asked["headers"]) =>
    refuses ?? (wanted !== undefined && headers["proxy-authorization"] !== wanted ? 407 : undefined);
  const server = createServer((incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    asked.push({ line: `${method} ${url}`, headers });
    const status = statusFor(headers);
    if (status !== undefined) return void outgoing.writeHead(status).end("<html><title>No way</title></html>");
    const { pathname, search, port: named } = new URL(url);
    incoming.on("data", (chunk) => passed.push(chunk));
    const { "proxy-authorization": _, ...rest } = headers;
    const onward = request(
      { port: port ?? named, host: "127.0.0.1", path: pathname + search, method, headers: rest },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on("connect", ({ url, headers }, socket: Socket, first) => {
    asked.push({ line: `CONNECT ${url}`, headers });
    socket.on("error", () => undefined);
    const status = statusFor(headers);
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    socket.on("data", (chunk) => passed.push(chunk));
    const onward = connect(port ?? Number(new URL(`http://${url}`).port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.write(first);
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const own = await listen(server);
  return {
    port: own,
    host: `127.0.0.1:${own}`,
    asked,
    /** What was passed on, in clear or not. */
    bytes: () => [Buffer.concat(passed).toString("latin1")],
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
