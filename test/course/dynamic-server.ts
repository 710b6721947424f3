// Knows how to start Pulumi's own server for dynamic providers many times in one process, each time as if in a new one: what
// it has loaded is forgotten, and what it has left behind is taken away.
import diagnostics from "node:diagnostics_channel";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { Server, type ServerCredentials } from "@grpc/grpc-js";

const require = createRequire(join(process.cwd(), "package.json"));
const built = join(process.cwd(), "dist");

/** The text of a provider as the state has it, but for the place: from here a program's packages cannot be seen. */
export const providerText = (module: string): string =>
  `exports.handler = () => require(${JSON.stringify(join(built, "dynamic", `${module}.js`))})`;

type Bound = (error: Error | null, port: number) => void;

let starting: { server: Server; port: Promise<number> } | undefined;
const ports = new Set<string>();
const heard: [name: string, listen: diagnostics.ChannelListener][] = [];

/** The server tells its address to its output, and nobody else; it is seen while it binds. */
function watch(): void {
  const { bindAsync } = Server.prototype;
  Server.prototype.bindAsync = function (this: Server, address: string, credentials: ServerCredentials, done: Bound) {
    const port = new Promise<number>((resolve, reject) => {
      bindAsync.call(this, address, credentials, (error, found) => {
        ports.add(String(found));
        if (error) reject(error);
        else resolve(found);
        done(error, found);
      });
    });
    port.catch(() => undefined);
    starting = { server: this, port };
  };
  const { log } = console;
  console.log = (...words: unknown[]) => {
    if (!ports.delete(String(words[0]))) log(...words);
  };
  // What dynamic providers warn of is a line among others, on a real terminal too.
  console.warn = () => undefined;
  const { subscribe } = diagnostics;
  diagnostics.subscribe = (name, listen) => {
    heard.push([String(name), listen]);
    subscribe(name, listen);
  };
  syncBuiltinESMExports();
}

let watching = false;

export async function serveDynamic(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  if (!watching) watch();
  watching = true;
  for (const file of Object.keys(require.cache)) if (file.startsWith(built)) delete require.cache[file];
  const entry = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
  delete require.cache[entry];
  const events = ["uncaughtException", "unhandledRejection", "exit"] as const;
  const before = new Map(events.map((event) => [event, process.listeners(event as "exit")]));
  const { argv } = process;
  process.argv = [...argv.slice(0, 2), "127.0.0.1:1"];
  try {
    require(entry);
  } finally {
    process.argv = argv;
    for (const event of events)
      for (const listen of process.listeners(event as "exit"))
        if (!before.get(event)?.includes(listen)) process.removeListener(event, listen);
  }
  if (!starting) throw new Error("the server for dynamic providers did not start");
  const { server, port } = starting;
  return {
    port: await port,
    stop: async () => {
      server.forceShutdown();
      for (const [name, listen] of heard.splice(0)) diagnostics.unsubscribe(name, listen);
    },
  };
}
