#!/usr/bin/env node
// Knows how a Pulumi plugin does nothing: what it is asked for it says is so. The floor that a plugin is measured against.
const { Server, ServerCredentials } = require("@grpc/grpc-js");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb.js");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb.js");
const proto = require("@pulumi/pulumi/proto/provider_pb.js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");

/** Answers with a message that has these members. */
const answer =
  (Message, membersOf = () => ({})) =>
  (call, done) => {
    const message = new Message();
    for (const [name, value] of Object.entries(membersOf(call.request))) message[`set${name}`](value);
    done(null, message);
  };

let made = 0;

/** The inputs, with an id under the name that other resources refer to. */
function create(request) {
  const id = `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`;
  return { Id: id, Properties: Struct.fromJavaScript({ clientId: id, ...request.getProperties().toJavaScript() }) };
}

const read = (asked) => ({ Id: asked.getId(), Properties: asked.getProperties(), Inputs: asked.getInputs() });
const check = answer(proto.CheckResponse, (request) => ({ Inputs: request.getNews() }));
const server = new Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
server.addService(ResourceProviderService, {
  handshake: answer(proto.ProviderHandshakeResponse, () => ({ AcceptSecrets: true })),
  getPluginInfo: answer(PluginInfo, () => ({ Version: "1.0.0" })),
  checkConfig: check,
  configure: answer(proto.ConfigureResponse, () => ({ Acceptsecrets: true, Supportspreview: true })),
  check,
  diff: answer(proto.DiffResponse, () => ({ Changes: proto.DiffResponse.DiffChanges.DIFF_NONE })),
  create: answer(proto.CreateResponse, create),
  read: answer(proto.ReadResponse, read),
  delete: answer(Empty),
  cancel: answer(Empty),
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
process.stdin.on("end", () => process.exit()).resume();
