// The gRPC server of the plugin: messages in, messages out. Loads the provider itself when it is first needed.

import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import type * as pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import grpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as proto from "@pulumi/pulumi/proto/provider_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { explanationOf, inWords } from "../../explained.ts";
import { grace } from "../cancellation.ts";
import type { CheckFailure } from "../check-failure.ts";
import { OperationError } from "../operation-error.ts";
import type { PulumiProperties } from "../values.ts";
import { compared } from "./diff-response.ts";
import type { Warn } from "./engine.ts";
import { failure, partialFailure } from "./failure.ts";
import { failuresOfReading, noticing } from "./lost-member.ts";
import type { CheckedProperties, Plugin } from "./plugin.ts";

/** What the package says of itself. */
export interface About {
  readonly version: string;
  /** The package schema as JSON. */
  readonly schema: () => string;
  /** What a Terraform provider's resources become, as JSON. */
  readonly mapping: () => string;
}

/** The Terraform provider that there is a mapping for, and what Pulumi asks for it with. */
const mapped = { key: "terraform", provider: "hydra" };

/** The id of the provider that `pulumi new` configures, to see whether the credentials work. */
const tryingOut = "preflight";

const megabyte = 1024 * 1024;

const { check } = grpc.ResourceProviderService;
const service = {
  ...grpc.ResourceProviderService,
  check: { ...check, requestDeserialize: noticing(check.requestDeserialize) },
};

/** A plugin that is served. */
export interface Served {
  readonly port: number;
  /** Ends what is under way: it has a moment to end by itself. */
  stop(): Promise<void>;
}

/** Starts the plugin. */
export async function serve(about: About, engineAddress: string): Promise<Served> {
  // One closure: a handler for each method of the protocol, over one server and what is under way in it.
  let stop = new AbortController();
  let underWay = 0;
  let address = engineAddress;
  let loaded: Promise<Plugin> | undefined;
  let warn: Promise<Warn> | undefined;
  const warner = () => {
    warn ??= import("./engine.ts").then(({ connectEngine }) => connectEngine(address));
    const connected = warn;
    // A warning that cannot be shown is no reason to fail.
    return (urn: string, message: string) => connected.then((tell) => tell(urn, message)).catch(() => undefined);
  };
  const unary = <Request, Response>(work: (request: Request) => Promise<Response>) => {
    return (call: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>): void => {
      underWay++;
      work(call.request)
        .then(
          (response) => done(null, response),
          (error: unknown) => done(asServiceError(error)),
        )
        .finally(() => underWay--);
    };
  };
  const load = () => {
    loaded ??= import("./plugin.ts").then(({ createPlugin }) => createPlugin(warner, () => stop.signal));
    return loaded;
  };

  const server = new Server({ "grpc.max_receive_message_length": 400 * megabyte });
  server.addService(service, {
    handshake: unary<proto.ProviderHandshakeRequest, proto.ProviderHandshakeResponse>(async (request) => {
      address = request.getEngineAddress() || address;
      const response = new provider.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptOutputs(true);
      response.setAcceptResources(false);
      return response;
    }),
    attach: unary<pluginProto.PluginAttach, empty.Empty>(async (request) => {
      // Another engine than the one before, which may have cancelled what it began.
      address = request.getAddress() || address;
      warn = undefined;
      stop = new AbortController();
      return new empty.Empty();
    }),
    getPluginInfo: unary<empty.Empty, pluginProto.PluginInfo>(async () => {
      const response = new plugin.PluginInfo();
      response.setVersion(about.version);
      return response;
    }),
    getSchema: unary<proto.GetSchemaRequest, proto.GetSchemaResponse>(async (request) => {
      const version = request.getVersion();
      if (version !== 0) throw failure(`there is no version ${version} of package schemas`, status.INVALID_ARGUMENT);
      const response = new provider.GetSchemaResponse();
      response.setSchema(about.schema());
      return response;
    }),
    getMappings: unary<proto.GetMappingsRequest, proto.GetMappingsResponse>(async (request) => {
      const response = new provider.GetMappingsResponse();
      response.setProvidersList(request.getKey() === mapped.key ? [mapped.provider] : []);
      return response;
    }),
    getMapping: unary<proto.GetMappingRequest, proto.GetMappingResponse>(async (request) => {
      const response = new provider.GetMappingResponse();
      // Engines that did not ask for the list of mappings name no provider.
      if (request.getKey() !== mapped.key || !["", mapped.provider].includes(request.getProvider())) return response;
      response.setProvider(mapped.provider);
      response.setData(Buffer.from(about.mapping()));
      return response;
    }),
    checkConfig: unary<proto.CheckRequest, proto.CheckResponse>(async (request) =>
      checked((await load()).checkConfig(values(request.getNews()))),
    ),
    diffConfig: unary<proto.DiffRequest, proto.DiffResponse>(async (request) => {
      const [olds, news] = [values(request.getOlds()), values(request.getNews())];
      const found = await (await load()).diffConfig(request.getUrn(), olds, news);
      return compared({ ...found, deleteBeforeReplace: false, detail: [], stables: [] });
    }),
    configure: unary<proto.ConfigureRequest, proto.ConfigureResponse>(async (request) => {
      const [loaded, args] = [await load(), values(request.getArgs())];
      loaded.configure(args, request.getName());
      if (request.getId() === tryingOut) await loaded.tryOut(args);
      const response = new provider.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setAcceptoutputs(true);
      response.setAcceptresources(false);
      return response;
    }),
    check: unary<proto.CheckRequest, proto.CheckResponse>(async (request) => {
      const [olds, news] = [values(request.getOlds()), values(request.getNews())];
      const found = await (await load()).check({ urn: request.getUrn() }, olds, news, request.getRandomseed_asU8());
      return checked({ ...found, failures: [...found.failures, ...failuresOfReading(request)] });
    }),
    diff: unary<proto.DiffRequest, proto.DiffResponse>(async (request) => {
      const [olds, news] = [values(request.getOlds()), values(request.getNews())];
      const asked = { urn: request.getUrn(), ignored: request.getIgnorechangesList() };
      return compared(await (await load()).diff(asked, request.getId(), olds, news));
    }),
    create: unary<proto.CreateRequest, proto.CreateResponse>(async (request) => {
      const made = await (await load()).create(asked(request), values(request.getProperties()));
      const response = new provider.CreateResponse();
      response.setId(made.id);
      response.setProperties(message(made.properties));
      return response;
    }),
    read: unary<proto.ReadRequest, proto.ReadResponse>(async (request) => {
      const [properties, inputs] = [values(request.getProperties()), values(request.getInputs())];
      const asked = { urn: request.getUrn(), timeout: request.getTimeout() };
      const found = await (await load()).read(asked, request.getId(), properties, inputs);
      const response = new provider.ReadResponse();
      if (!found) return response;
      response.setId(found.id);
      response.setProperties(message(found.properties));
      response.setInputs(message(found.inputs ?? {}));
      return response;
    }),
    update: unary<proto.UpdateRequest, proto.UpdateResponse>(async (request) => {
      const [olds, news] = [values(request.getOlds()), values(request.getNews())];
      const response = new provider.UpdateResponse();
      const limits = { ...asked(request), ignored: request.getIgnorechangesList() };
      response.setProperties(message(await (await load()).update(limits, request.getId(), olds, news)));
      return response;
    }),
    delete: unary<proto.DeleteRequest, empty.Empty>(async (request) => {
      const limits = { urn: request.getUrn(), timeout: request.getTimeout() };
      await (await load()).delete(limits, request.getId(), values(request.getProperties()));
      return new empty.Empty();
    }),
    invoke: unary<proto.InvokeRequest, proto.InvokeResponse>(async (request) => {
      const { result, failures } = await (await load()).invoke(request.getTok(), values(request.getArgs()));
      const response = new provider.InvokeResponse();
      response.setReturn(message(result));
      response.setFailuresList(failures.map(checkFailure));
      return response;
    }),
    list: (call: ServerWritableStream<proto.ListRequest, proto.ListResponse>) => void list(call, load),
    cancel: unary<empty.Empty, empty.Empty>(async () => {
      const ours = stop;
      setTimeout(() => ours.abort(), grace).unref();
      return new empty.Empty();
    }),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, found) =>
      error ? reject(error) : resolve(found),
    );
  });
  // Nearly every engine comes to need it: it is loaded while the engine finds its way here.
  setImmediate(() => void load().catch(() => undefined));
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        // An engine that ends us waits for that. What is under way is answered still: one that is there records it.
        if (underWay === 0) setImmediate(resolve);
        server.tryShutdown(() => resolve());
        setTimeout(() => stop.abort(), grace);
      }),
  };
}

const codes = { nothing: status.FAILED_PRECONDITION, unsure: status.UNKNOWN, cancelled: status.CANCELLED } as const;

function asServiceError(error: unknown) {
  if (!(error instanceof Error)) return error as Partial<ServiceError>;
  if (!(error instanceof OperationError)) return failure(inWords(explanationOf(error)), status.INTERNAL);
  const { message: text, outcome, unfinished } = error;
  if (!unfinished) return failure(text, codes[outcome]);
  return partialFailure(
    text,
    unfinished.live.id,
    unfinished.live.state as PulumiProperties,
    unfinished.reasons.map(inWords),
  );
}

async function list(
  call: ServerWritableStream<proto.ListRequest, proto.ListResponse>,
  load: () => Promise<Plugin>,
): Promise<void> {
  try {
    const { request } = call;
    const found = await (await load()).list(request.getToken(), values(request.getQuery()));
    const limit = request.getLimit();
    for (const { id, name } of limit > 0 ? found.slice(0, limit) : found) {
      const result = new provider.ListResponse.Result();
      result.setId(id);
      result.setName(name);
      const response = new provider.ListResponse();
      response.setResult(result);
      call.write(response);
    }
    call.end();
  } catch (error) {
    call.emit("error", asServiceError(error));
  }
}

function values(properties: struct.Struct | undefined): PulumiProperties {
  return (properties?.toJavaScript() ?? {}) as PulumiProperties;
}

function message(properties: PulumiProperties): struct.Struct {
  return struct.Struct.fromJavaScript(properties);
}

function asked(request: proto.CreateRequest | proto.UpdateRequest) {
  return { urn: request.getUrn(), preview: request.getPreview(), timeout: request.getTimeout() };
}

function checked({ inputs, failures }: CheckedProperties): proto.CheckResponse {
  const response = new provider.CheckResponse();
  response.setInputs(message(inputs));
  response.setFailuresList(failures.map(checkFailure));
  return response;
}

function checkFailure({ property, reason }: CheckFailure): proto.CheckFailure {
  const found = new provider.CheckFailure();
  found.setProperty(property);
  found.setReason(reason);
  return found;
}
