// Knows how to stand between two programs that speak TCP, and to be gone for a while. Knows nothing of what they say.
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "../../tools/port.mts";

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
  const close = async (server: Server): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  let server = createServer(pair);
  const port = await listen(server);
  return {
    port,
    away: async (ms) => {
      await close(server);
      await sleep(ms);
      server = createServer(pair);
      await listen(server, port);
    },
    [Symbol.asyncDispose]: () => close(server),
  };
}
