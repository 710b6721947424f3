// Knows how Pulumi's engine has a Node.js program run, with the engine's own address: the language host that can be built here
// answers in the engine's place, and does not know of resource hooks. Run by the engine.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import grpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import type * as messages from "@pulumi/pulumi/proto/language_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";

/** The code by which a program says that it has reported its error itself. */
const reported = 32;
const engine = process.argv.at(-1) ?? "";

function answer<Request, Response>(make: (request: Request) => Response | Promise<Response>) {
  return ({ request }: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>): void => {
    Promise.resolve(request)
      .then(make)
      .then((response) => done(null, response), done);
  };
}

/** Runs the program as Pulumi's own host does, and says how it ended. */
async function run(request: messages.RunRequest): Promise<messages.RunResponse> {
  const program = request.getPwd();
  const runner = createRequire(join(program, "index.js")).resolve("@pulumi/pulumi/cmd/run");
  const values = Object.entries({
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: program,
    parallel: String(request.getParallel()),
  });
  const args = values.flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn("node", [runner, ...args, ...(request.getDryrun() ? ["--dry-run"] : []), "."], {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      PULUMI_NODEJS_TYPESCRIPT: "true",
    },
  });
  const code = await new Promise((resolve, reject) => child.once("exit", resolve).once("error", reject));
  const response = new language.RunResponse();
  if (code === reported) response.setBail(true);
  else if (code !== 0) response.setError(`the program ended with ${code}`);
  return response;
}

const server = new Server();
server.addService(grpc.LanguageRuntimeService, {
  getPluginInfo: answer(() => {
    const response = new plugin.PluginInfo();
    response.setVersion("1.0.0");
    return response;
  }),
  getRequiredPackages: answer(() => new language.GetRequiredPackagesResponse()),
  getRequiredPlugins: answer(() => new language.GetRequiredPluginsResponse()),
  run: answer(run),
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
