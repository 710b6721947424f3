// Knows how to stand between two programs that speak TCP, and to be gone for a while. Knows nothing of what they say.
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface Gate extends AsyncDisposable {
  readonly port: number;
  /** Breaks every connection and takes none for so many milliseconds. */
  away(ms: number): Promise<void>;
}

/** A port of its own that leads to another one of this machine. */
export async function startGate(target: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  const pair = (near: Socket): void => {
    const far = connect(target, "127.0.0.1");
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      sockets.add(socket);
      // A connection that breaks is what this is for.
      socket
        .on("error", () => undefined)
        .on("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
      socket.pipe(other);
    }
  };
  const listen = (port: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer(pair).on("error", reject);
      server.listen(port, "127.0.0.1", () => resolve(server));
    });
  const close = async (server: Server): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  let server = await listen(0);
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    port,
    away: async (ms) => {
      await close(server);
      await sleep(ms);
      server = await listen(port);
    },
    [Symbol.asyncDispose]: () => close(server),
  };
}
