// The log of the engine that a plugin serves: how a provider shows warnings on a resource.

import { credentials, Metadata } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";

/** Shows a message on a resource. Settles in any case: a warning that nobody sees is no reason to fail. */
export type Warn = (urn: string, message: string) => Promise<void>;

const patience = 5_000;

/** Messages for the engine at an address; without an address there is nobody to tell. */
export function connectEngine(address: string): Warn {
  if (address === "") return async () => {};
  // The engine is on this machine, and what is told to it is for nobody else: gRPC would take the proxy of http_proxy.
  const direct = { "grpc.enable_http_proxy": 0 };
  const client = new engineGrpc.EngineClient(address, credentials.createInsecure(), direct);
  return (urn, message) => {
    const request = new engine.LogRequest();
    request.setSeverity(engine.LogSeverity.WARNING);
    request.setMessage(message);
    request.setUrn(urn);
    const limit = { deadline: Date.now() + patience };
    return new Promise((resolve) => client.log(request, new Metadata(), limit, () => resolve()));
  };
}
