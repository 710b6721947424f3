// The gRPC server of the plugin: messages in, messages out. Loads the provider itself when it is first needed.

import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
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
import type { Warn } from "./engine.ts";
import { failure, partialFailure } from "./failure.ts";
import type { Checked, Compared, Plugin } from "./plugin.ts";

type Wire = Record<string, NonNullable<unknown>>;

/** What the package says of itself. */
export interface About {
  readonly version: string;
  /** The package schema as JSON. */
  readonly schema: () => string;
}

const megabyte = 1024 * 1024;
/** After a cancellation, requests in flight have this long to end by themselves. */
const grace = 4_000;

/** Starts the plugin and resolves to its port. */
export async function serve(about: About, engineAddress: string): Promise<number> {
  const stop = new AbortController();
  let address = engineAddress;
  let loaded: Promise<Plugin> | undefined;
  let warn: Promise<Warn> | undefined;
  const warner = () => {
    warn ??= import("./engine.ts").then(({ connectEngine }) => connectEngine(address));
    return (urn: string, message: string) => (warn as Promise<Warn>).then((tell) => tell(urn, message));
  };
  const load = () => {
    loaded ??= import("./plugin.ts").then(({ createPlugin }) => createPlugin(warner, stop.signal));
    return loaded;
  };

  const server = new Server({ "grpc.max_receive_message_length": 400 * megabyte });
  server.addService(grpc.ResourceProviderService, {
    handshake: unary<proto.ProviderHandshakeRequest, proto.ProviderHandshakeResponse>(async (request) => {
      address = request.getEngineAddress() || address;
      const response = new provider.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptOutputs(true);
      response.setAcceptResources(false);
      return response;
    }),
    attach: unary<pluginProto.PluginAttach, empty.Empty>(async (request) => {
      address = request.getAddress() || address;
      return new empty.Empty();
    }),
    getPluginInfo: unary<empty.Empty, pluginProto.PluginInfo>(async () => {
      const response = new plugin.PluginInfo();
      response.setVersion(about.version);
      return response;
    }),
    getSchema: unary<proto.GetSchemaRequest, proto.GetSchemaResponse>(async () => {
      const response = new provider.GetSchemaResponse();
      response.setSchema(about.schema());
      return response;
    }),
    checkConfig: unary<proto.CheckRequest, proto.CheckResponse>(async (request) =>
      checked((await load()).checkConfig(values(request.getNews()))),
    ),
    // A new token or URL leads to the same objects: nothing is ever replaced for it.
    diffConfig: unary<proto.DiffRequest, proto.DiffResponse>(async (request) => {
      const response = new provider.DiffResponse();
      const same = JSON.stringify(values(request.getOlds())) === JSON.stringify(values(request.getNews()));
      response.setChanges(
        same ? provider.DiffResponse.DiffChanges.DIFF_NONE : provider.DiffResponse.DiffChanges.DIFF_SOME,
      );
      return response;
    }),
    configure: unary<proto.ConfigureRequest, proto.ConfigureResponse>(async (request) => {
      (await load()).configure(values(request.getArgs()));
      const response = new provider.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setAcceptoutputs(true);
      response.setAcceptresources(false);
      return response;
    }),
    check: unary<proto.CheckRequest, proto.CheckResponse>(async (request) => {
      const [olds, news] = [values(request.getOlds()), values(request.getNews())];
      return checked(await (await load()).check({ urn: request.getUrn() }, olds, news, request.getRandomseed_asU8()));
    }),
    diff: unary<proto.DiffRequest, proto.DiffResponse>(async (request) => {
      const [olds, news] = [values(request.getOlds()), values(request.getNews())];
      const ignored = request.getIgnorechangesList();
      return compared((await load()).diff({ urn: request.getUrn() }, request.getId(), olds, news, ignored));
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
      const found = await (await load()).read({ urn: request.getUrn() }, request.getId(), properties, inputs);
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
      response.setProperties(message(await (await load()).update(asked(request), request.getId(), olds, news)));
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
    getMapping: unary<proto.GetMappingRequest, proto.GetMappingResponse>(async () => new provider.GetMappingResponse()),
    getMappings: unary<proto.GetMappingsRequest, proto.GetMappingsResponse>(
      async () => new provider.GetMappingsResponse(),
    ),
    cancel: unary<empty.Empty, empty.Empty>(async () => {
      setTimeout(() => stop.abort(), grace).unref();
      return new empty.Empty();
    }),
  });
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

function unary<Request, Response>(work: (request: Request) => Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>): void => {
    work(call.request).then(
      (response) => done(null, response),
      (error: unknown) => done(asServiceError(error)),
    );
  };
}

function asServiceError(error: unknown) {
  if (!(error instanceof Error)) return failure(String(error), status.INTERNAL);
  if (error.name !== "OperationError") {
    return failure(`a defect in pulumi-hydra; please report it with these lines: ${error.stack}`, status.INTERNAL);
  }
  const { unfinished } = error as Error & { unfinished?: import("./plugin.ts").Unfinished };
  if (!unfinished) return failure(error.message);
  return partialFailure(error.message, unfinished.existing.id, unfinished.existing.properties, unfinished.reasons);
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
    call.destroy(Object.assign(new Error(), asServiceError(error)));
  }
}

function values(properties: struct.Struct | undefined): Wire {
  return (properties?.toJavaScript() ?? {}) as Wire;
}

function message(properties: Wire): struct.Struct {
  return struct.Struct.fromJavaScript(properties);
}

function asked(request: proto.CreateRequest | proto.UpdateRequest) {
  return { urn: request.getUrn(), preview: request.getPreview(), timeout: request.getTimeout() };
}

function checked({ inputs, failures }: Checked): proto.CheckResponse {
  const response = new provider.CheckResponse();
  response.setInputs(message(inputs));
  response.setFailuresList(failures.map(checkFailure));
  return response;
}

function checkFailure({ property, reason }: Checked["failures"][number]): proto.CheckFailure {
  const found = new provider.CheckFailure();
  found.setProperty(property);
  found.setReason(reason);
  return found;
}

const kinds = {
  add: [provider.PropertyDiff.Kind.ADD, provider.PropertyDiff.Kind.ADD_REPLACE],
  delete: [provider.PropertyDiff.Kind.DELETE, provider.PropertyDiff.Kind.DELETE_REPLACE],
  update: [provider.PropertyDiff.Kind.UPDATE, provider.PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

function compared({ changed, replaces, deleteBeforeReplace, detail, stables }: Compared): proto.DiffResponse {
  const response = new provider.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = provider.DiffResponse.DiffChanges;
  response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList([...changed]);
  response.setReplacesList([...replaces]);
  response.setStablesList([...stables]);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(changed.length > 0);
  for (const [path, change, replacing] of detail) {
    const place = new provider.PropertyDiff();
    place.setKind(kinds[change][replacing ? 1 : 0]);
    response.getDetaileddiffMap().set(path, place);
  }
  return response;
}
