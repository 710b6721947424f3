// Knows how a Pulumi plugin does nothing: what it is asked for it says is so. The floor that a plugin is measured against.
const { Server, ServerCredentials } = require("@grpc/grpc-js");
const plugin = require("@pulumi/pulumi/proto/plugin_pb.js");
const grpc = require("@pulumi/pulumi/proto/provider_grpc_pb.js");
const provider = require("@pulumi/pulumi/proto/provider_pb.js");
const empty = require("google-protobuf/google/protobuf/empty_pb.js");
const struct = require("google-protobuf/google/protobuf/struct_pb.js");

const answer = (make) => (call, done) => done(null, make(call.request));
const nothing = answer(() => new empty.Empty());
let made = 0;

/** The inputs, with an id under the name that other resources refer to. */
function withId(properties, id) {
  return struct.Struct.fromJavaScript({ clientId: id, ...properties.toJavaScript() });
}

const server = new Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
server.addService(grpc.ResourceProviderService, {
  handshake: answer(() => {
    const response = new provider.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    return response;
  }),
  getPluginInfo: answer(() => {
    const response = new plugin.PluginInfo();
    response.setVersion("1.0.0");
    return response;
  }),
  checkConfig: answer((request) => {
    const response = new provider.CheckResponse();
    response.setInputs(request.getNews());
    return response;
  }),
  configure: answer(() => {
    const response = new provider.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    return response;
  }),
  check: answer((request) => {
    const response = new provider.CheckResponse();
    response.setInputs(request.getNews());
    return response;
  }),
  diff: answer(() => {
    const response = new provider.DiffResponse();
    response.setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE);
    return response;
  }),
  create: answer((request) => {
    const response = new provider.CreateResponse();
    const id = `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`;
    response.setId(id);
    response.setProperties(withId(request.getProperties(), id));
    return response;
  }),
  read: answer((request) => {
    const response = new provider.ReadResponse();
    response.setId(request.getId());
    response.setProperties(request.getProperties());
    response.setInputs(request.getInputs());
    return response;
  }),
  delete: nothing,
  cancel: nothing,
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
process.stdin.on("end", () => process.exit()).resume();
