// Knows how somebody else's provider answers Pulumi's engine: it keeps what it gets, and writes each operation to a file.
// Run as `node stand-in-provider.mts <file> <version>`.
import { appendFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import grpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { propertiesFromWire } from "../../provider/host/values.ts";
import type { Delivery } from "./stand-in.ts";

const [, , file = "", version = ""] = process.argv;

function answer<Request, Response>(make: (request: Request) => Response) {
  return ({ request }: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>): void =>
    done(null, make(request));
}

function plain(properties: Struct | undefined): Record<string, unknown> {
  return propertiesFromWire(properties?.toJavaScript() ?? {});
}

function note(operation: Delivery["operation"], urn: string, properties: Struct | undefined): void {
  const [type = "", name = ""] = urn.split("::").slice(-2);
  const delivery: Delivery = { operation, type, name, inputs: plain(properties) };
  appendFileSync(file, `${JSON.stringify(delivery)}\n`);
}

function checked(request: messages.CheckRequest): messages.CheckResponse {
  const response = new provider.CheckResponse();
  response.setInputs(request.getNews());
  return response;
}

const server = new Server();
server.addService(grpc.ResourceProviderService, {
  handshake: answer(() => {
    const response = new provider.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    return response;
  }),
  getPluginInfo: answer(() => {
    const response = new plugin.PluginInfo();
    response.setVersion(version);
    return response;
  }),
  checkConfig: answer(checked),
  configure: answer(() => {
    const response = new provider.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    return response;
  }),
  check: answer(checked),
  diff: answer((request: messages.DiffRequest) => {
    const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
    const response = new provider.DiffResponse();
    const same = isDeepStrictEqual(plain(request.getOldInputs()), plain(request.getNews()));
    response.setChanges(same ? DIFF_NONE : DIFF_SOME);
    return response;
  }),
  create: answer((request: messages.CreateRequest) => {
    const response = new provider.CreateResponse();
    if (!request.getPreview()) note("create", request.getUrn(), request.getProperties());
    response.setId(request.getPreview() ? "" : "one");
    response.setProperties(request.getProperties());
    return response;
  }),
  update: answer((request: messages.UpdateRequest) => {
    const response = new provider.UpdateResponse();
    if (!request.getPreview()) note("update", request.getUrn(), request.getNews());
    response.setProperties(request.getNews());
    return response;
  }),
  delete: answer((request: messages.DeleteRequest) => {
    note("delete", request.getUrn(), request.getProperties());
    return new empty.Empty();
  }),
  cancel: answer(() => new empty.Empty()),
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
