// A server that answers what it is told to and keeps what it was asked: the one place where a false Hydra is right.

import { createServer } from "node:http";
import { listen } from "../../tools/port.mts";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FalseServer {
  readonly url: string;
  /** The answers to come; when they are used up, there is nothing. */
  script(replies: readonly Reply[]): void;
  /** The paths that were asked for since the script began, with their queries. */
  asked(): readonly string[];
  close(): Promise<void>;
}

const nothing: Reply = { status: 404, headers: {}, body: '{"error":"Not Found","error_description":""}' };

export async function startFalseServer(): Promise<FalseServer> {
  let replies: Reply[] = [];
  let paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? "");
    request.resume();
    const { status, headers, body } = replies.shift() ?? nothing;
    try {
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    } catch {
      // Not every header can be sent.
      response.writeHead(status).end(body);
    }
  });
  server.keepAliveTimeout = 60_000;
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    script: (next) => {
      replies = [...next];
      paths = [];
    },
    asked: () => paths,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
