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

const attempts = 5;

/**
 * Starts a program on free ports. `start` gives nothing when another program took one of them first, and is then tried again.
 *
 * @example
 * const server = await onFreePorts("Hydra", () => tryToStart(options));
 */
export async function onFreePorts<Started>(name: string, start: () => Promise<Started | undefined>): Promise<Started> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const started = await start();
    if (started) return started;
  }
  throw new Error(`${name} found its ports taken ${attempts} times in a row`);
}

/** Two ports that nobody uses now. */
export async function freePorts(): Promise<[number, number]> {
  // Both are held until both are known, or the second could be the first again.
  const [one, other] = [createServer(), createServer()];
  const ports: [number, number] = [await listen(one), await listen(other)];
  await Promise.all([one, other].map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
