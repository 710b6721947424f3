// Knows on which port of this machine a server listens, and which ports are free.
import { type AddressInfo, createServer, type Server } from "node:net";

/** Has a server listen on this machine, on a free port unless one is named, and gives the port. */
export function listen(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Two ports that nobody uses now. */
export async function freePorts(): Promise<[number, number]> {
  // Both are held until both are known, or the second could be the first again.
  const [one, other] = [createServer(), createServer()];
  const ports: [number, number] = [await listen(one), await listen(other)];
  await Promise.all([one, other].map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
