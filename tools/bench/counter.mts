// Knows how to stand before a server and count what is asked of it.
import { Agent, createServer, request } from "node:http";
import { listen } from "../port.mts";

/** Passes requests on. Disposing of it closes it. */
export interface Counter extends AsyncDisposable {
  readonly url: string;
  /** The requests so far. */
  count: number;
}

export async function startCounter(target: string): Promise<Counter> {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    counter.count++;
    const { method, url: path, headers } = incoming;
    const onward = request({ agent, hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  const own = await listen(server);
  const counter: Counter = {
    url: `http://127.0.0.1:${own}`,
    count: 0,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return counter;
}
