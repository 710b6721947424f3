// Knows how a Pulumi plugin does nothing: what it is asked for it says is so. The floor that a plugin is measured against.
const { Server, ServerCredentials } = require("@grpc/grpc-js");
const plugin = require("@pulumi/pulumi/proto/plugin_pb.js");
const grpc = require("@pulumi/pulumi/proto/provider_grpc_pb.js");
const provider = require("@pulumi/pulumi/proto/provider_pb.js");
const empty = require("google-protobuf/google/protobuf/empty_pb.js");
const struct = require("google-protobuf/google/protobuf/struct_pb.js");

/** Asked to, it records what a client of ours leaves in the state: properties of the same names and lengths, secrets as secrets. */
const records = process.env.ECHO_RECORDS !== undefined;
const isClient = (request) => records && request.getUrn().includes("OAuth2Client");
const text = (length) => "x".repeat(length);
const secret = (length) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value: text(length),
});

/** What a server fills in, and what a client is told once. */
function filled() {
  return {
    __clientId: true,
    clientSecret: secret(43),
    clientSecretExpiresAt: 0,
    createdAt: text(20),
    registrationAccessToken: secret(94),
    registrationClientUri: text(80),
    subjectType: text(6),
    tokenEndpointAuthMethod: text(19),
    updatedAt: text(27),
    userinfoSignedResponseAlg: text(4),
  };
}

const answer = (make) => (call, done) => done(null, make(call.request));
const nothing = answer(() => new empty.Empty());
let made = 0;

const idOf = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** The inputs, with an id under the name that other resources refer to. */
function outputsOf(request, id) {
  const properties = { clientId: id, ...request.getProperties().toJavaScript() };
  return struct.Struct.fromJavaScript(isClient(request) ? { ...properties, ...filled() } : properties);
}

/** The inputs, with the id that was chosen for a client. */
function inputsOf(request) {
  if (!isClient(request)) return request.getNews();
  return struct.Struct.fromJavaScript({ ...request.getNews().toJavaScript(), __clientId: idOf(0) });
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
    response.setInputs(inputsOf(request));
    return response;
  }),
  diff: answer(() => {
    const response = new provider.DiffResponse();
    response.setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE);
    return response;
  }),
  create: answer((request) => {
    const response = new provider.CreateResponse();
    const id = idOf(++made);
    response.setId(id);
    response.setProperties(outputsOf(request, id));
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
