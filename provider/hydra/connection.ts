// How a connection comes to be: name, TCP, proxy, TLS, all within one limit of time. Knows nothing of requests.

import { request } from "node:http";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type SecureContext, type TLSSocket } from "node:tls";
import { type Certificates, secureContextOf } from "./tls.ts";

/** The way to a server. */
export interface Route {
  /** Where the server is. */
  readonly url: URL;
  /** The proxy before it; its user and password are for it alone. */
  readonly proxy: URL | undefined;
  readonly tls: Certificates & { readonly verify: boolean };
  /** Milliseconds within which a connection has to stand. */
  readonly timeout: number;
}

/** The proxy does not lead to the server. `status` is what it answered. */
export class ProxyRefusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the proxy answered ${status}`);
    this.status = status;
  }
}

/** The server ended the connection when TLS stood, as servers do that are not content with our certificate. */
export class HandshakeRefusal extends Error {
  constructor() {
    const message = "the server closed the connection after the TLS handshake";
    super(message);
  }
}

/** No connection stood in time. */
export class ConnectionTimeout extends Error {}

/** What stands of a connection that is being made. */
export type Milestone =
  | { readonly reached: "address"; readonly address: string }
  | { readonly reached: "port"; readonly socket: Socket }
  | { readonly reached: "tunnel" }
  | { readonly reached: "server"; readonly socket: Socket };

/** Makes connections on a route, each ready for requests. `observe` is told how far each one has come. */
export function createConnector(
  { url, proxy, tls, timeout }: Route,
  observe?: (milestone: Milestone) => void,
): () => Promise<Socket> {
  let context: SecureContext | undefined;
  let proxyContext: SecureContext | undefined;
  // A server may go on with the keys of an earlier connection.
  let session: Buffer | undefined;
  const toServer = (socket?: Socket): TLSSocket => {
    context ??= secureContextOf(tls);
    return connectTls({
      ...addressOf(url),
      ...(socket ? { socket } : {}),
      ...(session ? { session } : {}),
      secureContext: context,
      rejectUnauthorized: tls.verify,
      ALPNProtocols: ["http/1.1", "h2"],
    }).on("session", (found) => {
      session = found;
    });
  };
  // A proxy never sees the client certificate, and has to show a certificate that is trusted.
  const toProxy = (to: URL): Socket => {
    if (to.protocol === "http:") return connectTcp(addressOf(to));
    proxyContext ??= secureContextOf({ ca: tls.ca, cert: undefined, key: undefined });
    return connectTls({ ...addressOf(to), secureContext: proxyContext, ALPNProtocols: ["http/1.1"] });
  };
  return async () => {
    let current: Socket | undefined;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      current?.destroy(new ConnectionTimeout());
    }, timeout);
    const ready = async <Kind extends Socket>(socket: Kind, event: "connect" | "secureConnect"): Promise<Kind> => {
      current = socket.setNoDelay(true).setKeepAlive(true, 60_000);
      if (observe !== undefined) watch(socket, observe);
      await once(socket, event);
      return socket;
    };
    const secured = async (through?: Socket) => {
      const socket = await ready(toServer(through), "secureConnect");
      observe?.({ reached: "server", socket });
      return confirmed(socket, tls.cert !== undefined);
    };
    const eventOf = ({ protocol }: URL) => (protocol === "https:" ? "secureConnect" : "connect");
    try {
      if (proxy === undefined) {
        return await (url.protocol === "https:" ? secured() : ready(connectTcp(addressOf(url)), "connect"));
      }
      const socket = await ready(toProxy(proxy), eventOf(proxy));
      if (url.protocol === "http:") return socket;
      await tunnel(socket, url, proxy);
      observe?.({ reached: "tunnel" });
      return await secured(socket);
    } catch (error) {
      current?.destroy();
      throw late ? new ConnectionTimeout() : error;
    } finally {
      clearTimeout(timer);
    }
  };
}

function watch(socket: Socket, observe: (milestone: Milestone) => void): void {
  socket
    .on("lookup", (_: unknown, address: string | undefined) => {
      if (address) observe({ reached: "address", address });
    })
    // Of TLS this comes before the handshake.
    .once("connect", () => observe({ reached: "port", socket }));
}

/** The credentials that a proxy's URL holds, as the header that it wants. */
export function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Asks a proxy to pass on what follows (RFC 9110, 9.3.6). */
function tunnel(socket: Socket, { hostname, port }: URL, proxy: URL): Promise<void> {
  const authority = `${hostname}:${port || 443}`;
  return new Promise((resolve, reject) => {
    request({
      method: "CONNECT",
      path: authority,
      headers: { host: authority, ...proxyAuthorization(proxy) },
      createConnection: () => socket,
    })
      .on("connect", ({ statusCode = 0 }, _, first) => {
        if (statusCode < 200 || statusCode > 299) return reject(new ProxyRefusal(statusCode));
        // A server speaks after the client in TLS, but a proxy may have said more than it should.
        if (first.length > 0) socket.unshift(first);
        resolve();
      })
      .on("error", reject)
      .end();
  });
}

/** Milliseconds to wait for a server's word that it is content, where it need not give one. */
const patience = 100;

/** Milliseconds after that word in which some servers, such as those of Node.js, still refuse a client certificate. */
const afterthought = 20;

/**
 * In TLS 1.3 our side of the handshake is over before the server has judged our certificate, or missed it. A request that is
 * sent meanwhile would be in doubt; the tickets for later connections come when the server is content.
 */
async function confirmed(socket: TLSSocket, presents: boolean): Promise<Socket> {
  if (socket.getProtocol() !== "TLSv1.3") return socket;
  await new Promise<void>((resolve, reject) => {
    const end = (settle: () => void) => () => {
      clearTimeout(timer);
      socket.off("session", content).off("error", fail).off("end", refuse).off("close", refuse);
      settle();
    };
    const fail = (error: Error) => end(() => reject(error))();
    const refuse = end(() => reject(new HandshakeRefusal()));
    const go = end(resolve);
    let timer = setTimeout(go, patience);
    const content = () => {
      clearTimeout(timer);
      // At once would be within the reading of the ticket, where Node.js loses what is written.
      timer = setTimeout(go, presents ? afterthought : 0);
    };
    socket.once("session", content).once("error", fail).once("end", refuse).once("close", refuse);
  });
  return socket;
}

function addressOf({ hostname, port, protocol }: URL) {
  const host = hostname.replace(/^\[(.+)\]$/, "$1");
  const server = isIP(host) === 0 ? { servername: host } : {};
  return { host, port: Number(port) || (protocol === "https:" ? 443 : 80), ...server };
}

function once(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = () =>
      reject(Object.assign(new Error("the connection was closed before it stood"), { code: "ECONNRESET" }));
    socket
      .once(event, () => {
        socket.off("error", reject).off("close", ended);
        // Whoever takes the connection over listens in the same turn.
        resolve();
      })
      .once("error", reject)
      .once("close", ended);
  });
}
