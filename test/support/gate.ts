// Knows how to stand between two programs that speak TCP, and to be gone for a while. Knows nothing of what they say.
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "../../tools/port.mts";

export interface Gate extends AsyncDisposable {
  readonly port: number;
  /** Breaks every connection, and each new one, for so many milliseconds. */
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
  let isAway = false;
  // The port is kept meanwhile: another program could take one that is closed.
  const server = createServer((near) => (isAway ? near.on("error", () => undefined).destroy() : pair(near)));
  const port = await listen(server);
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    away: async (ms) => {
      isAway = true;
      breakAll();
      await sleep(ms);
      isAway = false;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      breakAll();
      await closed;
    },
  };
}
