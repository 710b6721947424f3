// Knows how to start a plugin and call it as the engine does, and what its process uses. Linux shows the latter in /proc.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import grpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as proto from "@pulumi/pulumi/proto/provider_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import type empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";

export type Properties = Record<string, unknown>;

/** A plugin that runs. Disposing of it ends it. */
export interface PluginProcess extends AsyncDisposable {
  /** Milliseconds from the start of the process to its port. */
  readonly startMs: number;
  configure(args: Properties): Promise<void>;
  check(type: string, news: Properties): Promise<Properties>;
  create(type: string, inputs: Properties): Promise<{ id: string; state: Properties; bytes: number }>;
  diff(type: string, id: string, state: Properties, inputs: Properties): Promise<boolean>;
  read(type: string, id: string, state: Properties, inputs: Properties): Promise<boolean>;
  delete(type: string, id: string, state: Properties): Promise<void>;
  /** Milliseconds of processor time so far. */
  processorMs(): Promise<number>;
  /** The most memory that it ever had, in bytes. */
  memoryBytes(): Promise<number>;
}

const urnOf = (type: string) => `urn:pulumi:dev::bench::hydra:index:${type}::one`;
const wire = (properties: Properties) =>
  struct.Struct.fromJavaScript(properties as Parameters<typeof struct.Struct.fromJavaScript>[0]);

/** Ticks of a second in /proc: 100 on every Linux that Node.js runs on. */
const tickMs = 10;

export async function startPlugin(executable: string, path: string): Promise<PluginProcess> {
  const start = performance.now();
  const child = spawn(executable, [], { env: { ...process.env, PATH: path }, stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += String(chunk);
      if (text.includes("\n")) resolve(text.trim());
    });
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`${executable} ended with code ${code}`)));
  });
  const startMs = performance.now() - start;
  const client = new grpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const call = <Request, Response>(
    send: (request: Request, done: (error: ServiceError | null, response: Response) => void) => unknown,
    request: Request,
  ) =>
    new Promise<Response>((resolve, reject) =>
      send.call(client, request, (error, response) => (error ? reject(error) : resolve(response))),
    );
  return {
    startMs,
    configure: async (args) => {
      const request = new provider.ConfigureRequest();
      request.setArgs(wire(args));
      await call<proto.ConfigureRequest, proto.ConfigureResponse>(client.configure, request);
    },
    check: async (type, news) => {
      const request = new provider.CheckRequest();
      request.setUrn(urnOf(type));
      request.setOlds(wire({}));
      request.setNews(wire(news));
      const response = await call<proto.CheckRequest, proto.CheckResponse>(client.check, request);
      const [failure] = response.getFailuresList();
      if (failure) throw new Error(failure.getReason());
      return response.getInputs()?.toJavaScript() ?? {};
    },
    create: async (type, inputs) => {
      const request = new provider.CreateRequest();
      request.setUrn(urnOf(type));
      request.setProperties(wire(inputs));
      const response = await call<proto.CreateRequest, proto.CreateResponse>(client.create, request);
      const state = response.getProperties()?.toJavaScript() ?? {};
      return { id: response.getId(), state, bytes: Buffer.byteLength(JSON.stringify([inputs, state])) };
    },
    diff: async (type, id, state, inputs) => {
      const request = new provider.DiffRequest();
      request.setUrn(urnOf(type));
      request.setId(id);
      request.setOlds(wire(state));
      request.setNews(wire(inputs));
      const response = await call<proto.DiffRequest, proto.DiffResponse>(client.diff, request);
      return response.getChanges() === provider.DiffResponse.DiffChanges.DIFF_SOME;
    },
    read: async (type, id, state, inputs) => {
      const request = new provider.ReadRequest();
      request.setUrn(urnOf(type));
      request.setId(id);
      request.setProperties(wire(state));
      request.setInputs(wire(inputs));
      return (await call<proto.ReadRequest, proto.ReadResponse>(client.read, request)).getId() !== "";
    },
    delete: async (type, id, state) => {
      const request = new provider.DeleteRequest();
      request.setUrn(urnOf(type));
      request.setId(id);
      request.setProperties(wire(state));
      await call<proto.DeleteRequest, empty.Empty>(client.delete, request);
    },
    processorMs: async () => {
      const fields = (await readFile(`/proc/${child.pid}/stat`, "utf8")).replace(/^.*\) /s, "").split(" ");
      return (Number(fields[11]) + Number(fields[12])) * tickMs;
    },
    memoryBytes: async () => {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8");
      return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) * 1_024;
    },
    [Symbol.asyncDispose]: async () => {
      client.close();
      child.stdin.end();
      child.kill();
      await ended;
    },
  };
}
