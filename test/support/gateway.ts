// Knows how to stand between a provider and a server: passes requests on, records them, or answers in its place.
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { listen } from "../../tools/port.mts";

/** A request as it arrived. */
export interface Received {
  method: string;
  /** Path and query as sent; a whole URL when the gateway is used as a forward proxy. */
  path: string;
  /** Without one: null. */
  authorization: string | null;
}

/** An answer in the server's place; `hang` never answers. One that is made of what was sent has headers and body of it. */
export type Answering = "hang" | CannedAnswer | ((sent: Sent) => CannedAnswer);

interface Sent {
  headers: Readonly<Record<string, unknown>>;
  body: string;
}

export interface CannedAnswer {
  status: number;
  headers?: Record<string, string>;
  body: string | Uint8Array;
}

/** A server on a free port of this machine. Disposing of it closes it. */
export interface Gateway extends AsyncDisposable {
  readonly url: string;
  /** Everything that arrived, in order. */
  readonly received: Received[];
  /** The bodies of what was passed on, by the place in that order. */
  readonly bodies: string[];
  /** The answer to everything from now on; nothing passes requests on again. */
  answer(answering: Answering | undefined): void;
  /** Calls this for each connection from now on. */
  onConnection(look: (socket: Socket) => void): void;
}

export interface GatewayOptions {
  /** Where requests go. */
  target: string;
  /** Path below which the target is; requests for other paths are answered by an HTML 404. */
  basePath?: string;
  /** Decides of each request whether it is answered here instead of being passed on. */
  refuse?: (request: Received) => CannedAnswer | undefined;
}

/**
 * Starts a gateway. As a forward proxy for http it sends what is meant for any host to the target.
 *
 * @example
 * await using gateway = await startGateway({ target: hydra.adminUrl, basePath: "/hydra" });
 */
export async function startGateway({ target, basePath = "", refuse }: GatewayOptions): Promise<Gateway> {
  const { hostname, port } = new URL(target);
  const received: Received[] = [];
  const bodies: string[] = [];
  let answering: Answering | undefined;
  const record = ({ method = "", url: path = "", headers }: IncomingMessage): Received => {
    const arrived = { method, path, authorization: headers.authorization ?? null };
    received.push(arrived);
    return arrived;
  };
  const server = createServer((incoming, outgoing) => {
    const arrived = record(incoming);
    if (answering === "hang") return;
    const path = pathBelow(incoming.url ?? "", basePath);
    const answer = answering ?? refuse?.(arrived) ?? (path === undefined ? notFound : undefined);
    if (answer) void respond(answer, incoming, outgoing);
    else {
      const place = received.length - 1;
      incoming.on("data", (chunk) => {
        bodies[place] = `${bodies[place] ?? ""}${chunk}`;
      });
      passOn(incoming, outgoing, { hostname, port, path: path ?? "" });
    }
  });
  const own = await listen(server);
  return {
    url: `http://127.0.0.1:${own}`,
    received,
    bodies,
    answer: (next) => {
      answering = next;
    },
    onConnection: (look) => void server.on("connection", look),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function respond(
  answer: CannedAnswer | ((sent: Sent) => CannedAnswer),
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const parts = await incoming.setEncoding("utf8").toArray();
  const { headers } = incoming;
  const canned = typeof answer === "function" ? answer({ headers, body: parts.join("") }) : answer;
  outgoing.writeHead(canned.status, { "content-type": "text/html", ...canned.headers }).end(canned.body);
}

const notFound: CannedAnswer = { status: 404, body: "<html><body>404 Not Found</body></html>" };

function passOn(incoming: IncomingMessage, outgoing: ServerResponse, target: Record<string, string>): void {
  const { method, headers } = incoming;
  const onward = request({ ...target, method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  incoming.pipe(onward);
}

/** The path at the target; nothing when it is not below the base path. */
function pathBelow(url: string, basePath: string): string | undefined {
  const path = url.startsWith("/") ? url : new URL(url).pathname + new URL(url).search;
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : undefined;
}

/** Refuses requests of one method, the one that was named last, by status 403. */
export function refusal() {
  const denied: CannedAnswer = { status: 403, headers: { "content-type": "application/json" }, body: "{}" };
  let method = "";
  return {
    of: (next: string) => {
      method = next;
    },
    refuse: (request: Received) => (request.method === method ? denied : undefined),
  };
}
