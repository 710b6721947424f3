// Knows how Pulumi's engine runs a provider: starts the executable, talks to it over gRPC, hears its log, and goes.
import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { credentials, Server, ServerCredentials, type ServiceError, status } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import grpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as proto from "@pulumi/pulumi/proto/provider_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import rpcStatus from "@pulumi/pulumi/proto/status_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { hydra } from "./hydra.ts";

export type Properties = Record<string, unknown>;

/** What Pulumi sends for a value that it does not know yet. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The other unknowns, each by the type it stands for. */
export const typedUnknowns = {
  bool: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  number: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  array: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  object: "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
};

const signature = "4dabf18193072939515e22adb298388d";

/** A value marked as secret. */
export const secret = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });

/** An output of another resource as it is sent to plugins that accept outputs. */
export const output = (members: object) => ({ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...members });

/** The URN of a resource, `hydra:index:…` by its type alone. */
export const urnOf = (type: string, name = "web") =>
  `urn:pulumi:dev::program::${type.includes(":") ? type : `hydra:index:${type}`}::${name}`;

/** What a call failed with; `kept` when the resource exists all the same. */
export class CallError extends Error {
  readonly code: string;
  readonly kept?: { id: string; properties: Properties; reasons: string[] };

  constructor({ code, details, metadata }: ServiceError) {
    super(details);
    this.code = status[code] ?? String(code);
    const [packed] = metadata.get("grpc-status-details-bin");
    const [any] = Buffer.isBuffer(packed) ? rpcStatus.Status.deserializeBinary(packed).getDetailsList() : [];
    const name = "pulumirpc.ErrorResourceInitFailed";
    const detail = any?.unpack(provider.ErrorResourceInitFailed.deserializeBinary, name);
    if (detail) {
      const properties = fromStruct(detail.getProperties()) ?? {};
      this.kept = { id: detail.getId(), properties, reasons: detail.getReasonsList() };
    }
  }
}

/** What a promised call failed with: `["FAILED_PRECONDITION", "could not …"]`. Throws when it did not fail. */
export async function failing(call: Promise<unknown>): Promise<[code: string, message: string]> {
  const error = await errorOf(call);
  return [error.code, error.message];
}

export async function errorOf(call: Promise<unknown>): Promise<CallError> {
  const error = await call.then(
    (value) => new Error(`it did not fail: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof CallError) return error;
  throw error;
}

export interface EngineOptions {
  /** The environment of the plugin beside PATH. */
  env?: Record<string, string>;
  /** Settings of the provider; `null` to leave it without any. */
  config?: Properties | null;
  /** Where the plugin is told that the engine is; absent: a real log server. */
  address?: string;
  /** What is started; absent: the plugin of the built package. */
  command?: readonly [program: string, ...args: string[]];
  /** Where it is started. */
  folder?: string;
}

interface Limits {
  name?: string;
  preview?: boolean;
  timeout?: number;
  ignore?: string[];
}

export type Engine = Awaited<ReturnType<typeof startEngine>>;

const root = process.cwd();

/**
 * Starts the plugin of the built package and configures it, as the engine does.
 *
 * @example
 * await using engine = await startEngine();
 * const { id } = await engine.create("OAuth2Client", { clientName: "Web" });
 */
export async function startEngine(options: EngineOptions = {}) {
  const { env = {}, config = { adminUrl: hydra.adminUrl }, address, folder = root } = options;
  const [program, ...args] = options.command ?? [join(root, "pulumi-resource-hydra")];
  const logged: { severity: number; urn: string; message: string }[] = [];
  const log = await startLog(logged);
  const engineAddress = address ?? log.address;
  const child = spawn(program, [...args, engineAddress], {
    cwd: folder,
    env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, ...env },
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      written += text;
    });
  }
  const exited = new Promise<number | null>((resolve) => child.on("close", resolve));
  const port = await firstLine(child);
  const client = new grpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": 400 * 1024 * 1024,
  });

  type Send<Request, Response> = (
    request: Request,
    done: (error: ServiceError | null, response: Response) => void,
  ) => unknown;
  const call = <Request, Response>(send: Send<Request, Response>, request: Request) =>
    new Promise<Response>((resolve, reject) =>
      send.call(client, request, (error, response) => (error ? reject(new CallError(error)) : resolve(response))),
    );

  const engine = {
    port,
    /** The process of the plugin. */
    process: child,
    /** Settles with the exit code. */
    exited,
    /** The raw client, for messages that no engine would send. */
    client,
    call,
    /** Everything that the plugin wrote to its standard output and error. */
    written: () => written,
    /** What the plugin told the engine's log. */
    logged,
    /** Where that log is. */
    logAddress: log.address,

    handshake: () => {
      const request = new provider.ProviderHandshakeRequest();
      request.setEngineAddress(engineAddress);
      return call<proto.ProviderHandshakeRequest, proto.ProviderHandshakeResponse>(client.handshake, request);
    },
    attach: (to: string) => {
      const request = new plugin.PluginAttach();
      request.setAddress(to);
      return call<typeof request, empty.Empty>(client.attach, request);
    },
    version: async () => {
      const info = await call<empty.Empty, InstanceType<typeof plugin.PluginInfo>>(
        client.getPluginInfo,
        new empty.Empty(),
      );
      return info.getVersion();
    },
    schema: async (version = 0) => {
      const request = new provider.GetSchemaRequest();
      request.setVersion(version);
      const response = await call<proto.GetSchemaRequest, proto.GetSchemaResponse>(client.getSchema, request);
      return response.getSchema();
    },
    checkConfig: async (news: Properties) => {
      const request = new provider.CheckRequest();
      request.setUrn(urnOf("pulumi:providers:hydra", "default"));
      request.setOlds(toStruct({}));
      request.setNews(toStruct(news));
      return checked(await call<proto.CheckRequest, proto.CheckResponse>(client.checkConfig, request));
    },
    diffConfig: async (olds: Properties, news: Properties) => {
      const request = new provider.DiffRequest();
      request.setUrn(urnOf("pulumi:providers:hydra", "default"));
      request.setOlds(toStruct(olds));
      request.setNews(toStruct(news));
      return compared(await call<proto.DiffRequest, proto.DiffResponse>(client.diffConfig, request));
    },
    /** `name` and `id` are those of the provider's own resource; engines that do not say them say nothing. */
    configure: (args: Properties, name?: string, id?: string) => {
      const request = new provider.ConfigureRequest();
      request.setArgs(toStruct(args));
      if (name !== undefined) request.setName(name);
      if (id !== undefined) request.setId(id);
      return call<proto.ConfigureRequest, proto.ConfigureResponse>(client.configure, request);
    },
    check: async (type: string, news: Properties, olds: Properties = {}, seed?: Uint8Array, name?: string) => {
      const request = new provider.CheckRequest();
      request.setUrn(urnOf(type, name));
      request.setOlds(toStruct(olds));
      request.setNews(toStruct(news));
      if (seed) request.setRandomseed(seed);
      return checked(await call<proto.CheckRequest, proto.CheckResponse>(client.check, request));
    },
    diff: async (type: string, id: string, olds: Properties, news: Properties, { ignore = [], name }: Limits = {}) => {
      const request = new provider.DiffRequest();
      request.setUrn(urnOf(type, name));
      request.setId(id);
      request.setOlds(toStruct(olds));
      request.setNews(toStruct(news));
      request.setIgnorechangesList(ignore);
      return compared(await call<proto.DiffRequest, proto.DiffResponse>(client.diff, request));
    },
    create: async (type: string, properties: Properties, { name, preview = false, timeout = 0 }: Limits = {}) => {
      const request = new provider.CreateRequest();
      request.setUrn(urnOf(type, name));
      request.setProperties(toStruct(properties));
      request.setPreview(preview);
      request.setTimeout(timeout);
      const response = await call<proto.CreateRequest, proto.CreateResponse>(client.create, request);
      return { id: response.getId(), properties: fromStruct(response.getProperties()) ?? {} };
    },
    /** Without properties it is an import. */
    read: async (type: string, id: string, properties?: Properties, inputs?: Properties) => {
      const request = new provider.ReadRequest();
      request.setUrn(urnOf(type));
      request.setId(id);
      if (properties) request.setProperties(toStruct(properties));
      if (inputs) request.setInputs(toStruct(inputs));
      const response = await call<proto.ReadRequest, proto.ReadResponse>(client.read, request);
      return {
        id: response.getId(),
        properties: fromStruct(response.getProperties()),
        inputs: fromStruct(response.getInputs()),
      };
    },
    update: async (type: string, id: string, olds: Properties, news: Properties, limits: Limits = {}) => {
      const { preview = false, timeout = 0, ignore = [], name } = limits;
      const request = new provider.UpdateRequest();
      request.setUrn(urnOf(type, name));
      request.setId(id);
      request.setOlds(toStruct(olds));
      request.setNews(toStruct(news));
      request.setPreview(preview);
      request.setTimeout(timeout);
      request.setIgnorechangesList(ignore);
      const response = await call<proto.UpdateRequest, proto.UpdateResponse>(client.update, request);
      return fromStruct(response.getProperties()) ?? {};
    },
    delete: async (type: string, id: string, properties: Properties, name?: string) => {
      const request = new provider.DeleteRequest();
      request.setUrn(urnOf(type, name));
      request.setId(id);
      request.setProperties(toStruct(properties));
      await call<proto.DeleteRequest, empty.Empty>(client.delete, request);
    },
    invoke: async (token: string, args: Properties) => {
      const request = new provider.InvokeRequest();
      request.setTok(token);
      request.setArgs(toStruct(args));
      const response = await call<proto.InvokeRequest, proto.InvokeResponse>(client.invoke, request);
      return { result: fromStruct(response.getReturn()), failures: failuresIn(response) };
    },
    list: (token: string, query: Properties, limit = 0) => {
      const request = new provider.ListRequest();
      request.setToken(token);
      request.setQuery(toStruct(query));
      request.setLimit(limit);
      const found: { id: string; name: string }[] = [];
      return new Promise<typeof found>((resolve, reject) => {
        client
          .list(request)
          .on("data", (response: proto.ListResponse) => {
            const result = response.getResult();
            found.push({ id: result?.getId() ?? "", name: result?.getName() ?? "" });
          })
          .on("error", (error: ServiceError) => reject(new CallError(error)))
          .on("end", () => resolve(found));
      });
    },
    cancel: () => call<empty.Empty, empty.Empty>(client.cancel, new empty.Empty()),

    [Symbol.asyncDispose]: async () => {
      client.close();
      child.kill("SIGKILL");
      log.stop();
      await exited;
    },
  };
  if (config) {
    await engine.handshake();
    await engine.configure((await engine.checkConfig(config)).inputs);
  }
  return engine;
}

export function toStruct(properties: Properties) {
  return struct.Struct.fromJavaScript(properties as Parameters<typeof struct.Struct.fromJavaScript>[0]);
}

export function fromStruct(found: struct.Struct | undefined): Properties | undefined {
  return found?.toJavaScript();
}

function checked(response: proto.CheckResponse) {
  return { inputs: fromStruct(response.getInputs()) ?? {}, failures: failuresIn(response) };
}

function failuresIn(response: proto.CheckResponse | proto.InvokeResponse): [property: string, reason: string][] {
  return response.getFailuresList().map((failure) => [failure.getProperty(), failure.getReason()]);
}

const kinds = ["ADD", "ADD_REPLACE", "DELETE", "DELETE_REPLACE", "UPDATE", "UPDATE_REPLACE"];

function compared(response: proto.DiffResponse) {
  const detail = response.getDetaileddiffMap().getEntryList();
  return {
    changes: ["UNKNOWN", "NONE", "SOME"][response.getChanges()],
    diffs: response.getDiffsList(),
    replaces: response.getReplacesList(),
    stables: response.getStablesList(),
    deleteBeforeReplace: response.getDeletebeforereplace(),
    hasDetail: response.getHasdetaileddiff(),
    detail: Object.fromEntries(detail.map(([path]) => [path, kindAt(response, path)])),
  };
}

function kindAt(response: proto.DiffResponse, path: string): string | undefined {
  const place = response.getDetaileddiffMap().get(path);
  return place && kinds[place.getKind()] + (place.getInputdiff() ? " (of inputs)" : "");
}

async function startLog(logged: { severity: number; urn: string; message: string }[]) {
  const server = new Server();
  server.addService(engineGrpc.EngineService, {
    log: ({ request }: { request: LogRequest }, done: (error: null, response: empty.Empty) => void) => {
      logged.push({ severity: request.getSeverity(), urn: request.getUrn(), message: request.getMessage() });
      done(null, new empty.Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, found) =>
      error ? reject(error) : resolve(found),
    ),
  );
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}

/** The port is the first line, plain digits; the engine takes nothing else. */
function firstLine(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end >= 0 && /^\d+$/.test(text.slice(0, end))) resolve(Number(text.slice(0, end)));
      else if (end >= 0) reject(new Error(`the first line is not a port: ${text}`));
    });
    child.on("close", (code) => reject(new Error(`the plugin ended with code ${code}: ${text}`)));
    child.on("error", reject);
  });
}
