// Failures as gRPC errors: what the engine keeps of a resource depends on how it is told.

import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import rpcStatus from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";

/** An error with nothing attached: the engine keeps what it had recorded. */
export function failure(message: string, code: status = status.FAILED_PRECONDITION): Partial<ServiceError> {
  return { code, details: message, message };
}

/** The resource exists, but is not as asked: the engine keeps it, with these properties, and tries again next time. */
export function partialFailure(
  message: string,
  id: string,
  properties: Record<string, NonNullable<unknown>>,
  reasons: readonly string[],
): Partial<ServiceError> {
  const detail = new provider.ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(struct.Struct.fromJavaScript(properties));
  detail.setReasonsList([...reasons]);
  const packed = new any.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const whole = new rpcStatus.Status();
  whole.setCode(status.UNKNOWN);
  whole.setMessage(message);
  whole.addDetails(packed);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
  return { code: status.UNKNOWN, details: message, message, metadata };
}
