// Knows the plugin as a process: what it says of itself, that no message brings it down, how it stops, what it shows.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import grpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as proto from "@pulumi/pulumi/proto/provider_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resources } from "../../provider/registry.ts";
import { listen } from "../../tools/port.mts";
import { type CallError, type Engine, errorOf, failing, secret, startEngine, urnOf } from "../support/engine.ts";
import { startFaultProxy } from "../support/fault.ts";
import { startGateway } from "../support/gateway.ts";
import { hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";

type Check = proto.CheckRequest;
type Checked = proto.CheckResponse;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const types = resources.map(({ type }) => type);

describe("the plugin", () => {
  it("says who it is and what it can do", async () => {
    expect(await engine.version()).toBe(version);
    expect((await engine.handshake()).toObject()).toEqual({
      acceptSecrets: true,
      acceptOutputs: true,
      acceptResources: false,
      acceptsByteString: false,
      acceptsOutputsInCall: false,
      acceptsOutputsInCheck: false,
      acceptsOutputsInInvoke: false,
      supportsAutonamingConfiguration: false,
    });
    expect(await engine.schema()).toBe(readFileSync("dist/schema.json", "utf8"));
    expect(await failing(engine.schema(1))).toEqual(["INVALID_ARGUMENT", "there is no version 1 of package schemas"]);
  });

  it("writes its port and nothing else", async () => {
    await engine.check("OAuth2Client", { nonsense: 1 });
    expect(engine.written()).toBe(`${engine.port}\n`);
  });

  it("maps the resources of Terraform's provider hydra, and of no other", async () => {
    const { client, call } = engine;
    const mapping = async (key: string, name: string) => {
      const request = new provider.GetMappingRequest();
      request.setKey(key);
      request.setProvider(name);
      const response = await call<proto.GetMappingRequest, proto.GetMappingResponse>(client.getMapping, request);
      return [response.getProvider(), Buffer.from(response.getData_asU8()).toString("utf8")];
    };
    const mappings = async (key: string) => {
      const request = new provider.GetMappingsRequest();
      request.setKey(key);
      const response = await call<proto.GetMappingsRequest, proto.GetMappingsResponse>(client.getMappings, request);
      return response.getProvidersList();
    };
    const known = ["hydra", readFileSync("dist/terraform/hydra.json", "utf8")];
    expect([await mapping("terraform", "hydra"), await mapping("terraform", "")]).toEqual([known, known]);
    expect([await mapping("terraform", "ory"), await mapping("pulumi", "hydra")]).toEqual([
      ["", ""],
      ["", ""],
    ]);
    expect([await mappings("terraform"), await mappings("pulumi")]).toEqual([["hydra"], []]);
  });

  it("leaves unimplemented what it has no use for", async () => {
    const { client, call } = engine;
    const codes = await Promise.all([
      errorOf(call(client.construct, new provider.ConstructRequest())),
      errorOf(call(client.call, new provider.CallRequest())),
      errorOf(call(client.parameterize, new provider.ParameterizeRequest())),
    ]);
    expect(codes.map(({ code }) => code)).toEqual(["UNIMPLEMENTED", "UNIMPLEMENTED", "UNIMPLEMENTED"]);
  });
});

describe("the engine's log", () => {
  const soon = new Date(Date.now() + 5_400_000).toISOString();
  const trust = { issuer: "idp", subject: "alice", jwk: generateKey().publicJwk, expiresAt: soon };
  const warning = {
    severity: 2,
    urn: urnOf("TrustedJwtIssuer"),
    message: "expiresAt: the trust expires in 2 hours; set a later date [trust-expires]",
  };

  it("gets warnings on the resource that they are about", async () => {
    const before = engine.logged.length;
    expect((await engine.check("TrustedJwtIssuer", trust)).failures).toEqual([]);
    expect(engine.logged.slice(before)).toEqual([warning]);
  });

  it("is the one that an attaching engine names", async () => {
    await using other = await startEngine({ address: "127.0.0.1:1", config: null });
    await other.attach(engine.logAddress);
    await other.configure({ adminUrl: hydra.adminUrl });
    const before = engine.logged.length;
    await other.check("TrustedJwtIssuer", trust);
    expect(engine.logged.slice(before)).toEqual([warning]);
  });

  it.each(["127.0.0.1:1", "no address:0"])("is no reason to fail when it does not answer at %s", async (address) => {
    await using other = await startEngine({ address });
    expect((await other.check("TrustedJwtIssuer", trust)).failures).toEqual([]);
    expect(await other.version()).toBe(version);
  });
});

describe("a message that no engine should send", () => {
  const wrong: Record<string, unknown> = {
    number: -1.5,
    text: "\u0000 \ud83d\ude00 __proto__",
    flag: true,
    list: [[], [null, 1]],
    object: { constructor: { prototype: 1 }, toString: "x", length: 3 },
    nothing: null,
    secret: secret([secret(null)]),
    reference: { "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e", urn: "x" },
  };

  const advice = "; install the version of the plugin that the program's package has [unknown-type]";

  it("without any content is answered, and the plugin goes on", async () => {
    const { client, call } = engine;
    const none = ["FAILED_PRECONDITION", `pulumi-hydra has no resource ""${advice}`];
    expect(await failing(call(client.check, new provider.CheckRequest()))).toEqual(none);
    expect(await failing(call(client.diff, new provider.DiffRequest()))).toEqual(none);
    expect(await failing(call(client.create, new provider.CreateRequest()))).toEqual(none);
    expect(await failing(call(client.read, new provider.ReadRequest()))).toEqual(none);
    expect(await failing(call(client.update, new provider.UpdateRequest()))).toEqual(none);
    expect(await failing(call(client.delete, new provider.DeleteRequest()))).toEqual(none);
    expect(await failing(call(client.invoke, new provider.InvokeRequest()))).toEqual([
      "FAILED_PRECONDITION",
      `pulumi-hydra has no function ""${advice}`,
    ]);
    expect((await call<Check, Checked>(client.checkConfig, new provider.CheckRequest())).getFailuresList()).toEqual([]);
    expect(
      (await call<proto.DiffRequest, proto.DiffResponse>(client.diffConfig, new provider.DiffRequest())).getChanges(),
    ).toBe(1);
    expect(await engine.version()).toBe(version);
  });

  it.each([
    "garbage",
    "urn:pulumi:a::b::c",
    "urn:pulumi:a::b::other:index:OAuth2Client::c",
    urnOf("hydra:index:Nothing"),
  ])("about %s is refused by name", async (urn) => {
    const request = new provider.CheckRequest();
    request.setUrn(urn);
    const type = (urn.split("::")[2] ?? "").replace(/^hydra:index:/, "");
    expect(await failing(engine.call(engine.client.check, request))).toEqual([
      "FAILED_PRECONDITION",
      `pulumi-hydra has no resource ${JSON.stringify(type)}${advice}`,
    ]);
  });

  it("about a resource below a component finds the resource", async () => {
    const request = new provider.CheckRequest();
    request.setUrn("urn:pulumi:dev::program::my:index:Component$hydra:index:ClientLifespans::a::b");
    const checked = await engine.call<Check, Checked>(engine.client.check, request);
    expect(checked.toObject().failuresList).toEqual([{ property: "clientId", reason: "clientId: is required" }]);
  });

  it.each(types)("with a value of the wrong type at every property of %s gives failures", async (type) => {
    const { resources } = JSON.parse(await engine.schema()) as {
      resources: Record<string, { inputProperties: Record<string, object>; requiredInputs: string[] }>;
    };
    const { inputProperties, requiredInputs } = resources[`hydra:index:${type}`] ?? {
      inputProperties: {},
      requiredInputs: [],
    };
    const names = Object.keys(inputProperties).filter((name) => name !== "connection");
    expect(names.length).toBeGreaterThan(4);
    for (const name of [...names, "nonsense", "constructor", "toString", "__clientId"]) {
      for (const value of Object.values(wrong)) {
        const { failures } = await engine.check(type, { [name]: value });
        // Whatever is wrong, it is said of this property or of one that is missing.
        const about = failures.map(([property, reason]) => (property || reason).split(/[.[:]/)[0]);
        const missing = [...requiredInputs, "subject", "clientId"];
        expect(about.filter((about) => about !== name && !missing.includes(String(about)))).toEqual([]);
      }
    }
    expect(await engine.version()).toBe(version);
  });

  it.each(types)("with a value of the wrong type in the recorded %s is compared all the same", async (type) => {
    const names = ["clientId", "redirectUris", "metadata", "jwk", "jwks", "scope", "__serverDefaults", "__jwkUnread"];
    const outcomes = new Set<string>();
    for (const name of names) {
      for (const value of Object.values(wrong)) {
        const olds = { clientId: "web", issuer: "idp", [name]: value };
        const call = engine.diff(type, "web", olds, { clientId: "web", issuer: "idp", jwk: { kid: "a" } });
        outcomes.add(
          await call.then(
            () => "compared",
            () => "an error",
          ),
        );
      }
    }
    expect([...outcomes]).toEqual(["compared"]);
    expect(await engine.version()).toBe(version);
  });

  it("with a value of no kind at all is an error", async () => {
    const request = new provider.CheckRequest();
    request.setUrn(urnOf("OAuth2Client"));
    const news = new struct.Struct();
    news.getFieldsMap().set("clientName", new struct.Value());
    request.setNews(news);
    expect((await errorOf(engine.call(engine.client.check, request))).code).toBe("INTERNAL");
    expect(await engine.version()).toBe(version);
  });

  it("with a property named __proto__ changes nothing", async () => {
    const polluted = JSON.parse('{"__proto__": {"clientName": "x", "polluted": true}, "contacts": []}') as object;
    const news = { ...polluted, clientId: "web", metadata: polluted };
    const { inputs, failures } = await engine.check("OAuth2Client", news);
    expect([inputs, failures]).toEqual([{ clientId: "web", contacts: [], metadata: { contacts: [] } }, []]);
    expect((await engine.checkConfig({ ...polluted, adminUrl: hydra.adminUrl })).failures).toEqual([
      ["", "hydra:contacts is not a key of the configuration"],
    ]);
    expect((await engine.check("OAuth2Client", { clientId: "web" })).inputs).toEqual({ clientId: "web" });
  });

  it("with a member named __proto__ in what a program asks for is refused by a check", async () => {
    const request = new provider.CheckRequest();
    request.setUrn("urn:pulumi:dev::program::hydra:index:OAuth2Client::web");
    request.setNews(struct.Struct.fromJavaScript({ metadata: { team: { _prototy_: 1 }, text: "__proto__" } }));
    // No JavaScript library writes such a name; a program in Python or Go does.
    const bytes = Buffer.from(request.serializeBinary());
    const send = (name: string) =>
      new Promise<InstanceType<typeof provider.CheckResponse>>((resolve, reject) => {
        const sent = Buffer.from(bytes.toString("latin1").replace("_prototy_", name), "latin1");
        const { path, responseDeserialize } = grpc.ResourceProviderService.check;
        engine.client.makeUnaryRequest(
          path,
          () => sent,
          responseDeserialize,
          request,
          (error, response) => (error || !response ? reject(error) : resolve(response)),
        );
      });
    const failures = async (name: string) =>
      (await send(name)).getFailuresList().map((failure) => [failure.getProperty(), failure.getReason()]);
    expect(await failures("_another_")).toEqual([]);
    const reason = "a member is named __proto__, which Pulumi loses; choose another name";
    expect(await failures("__proto__")).toEqual([["", reason]]);
  });

  it("with bytes that are no message is an error", async () => {
    const { client } = engine;
    const path = "/pulumirpc.ResourceProvider/Check";
    const answer = new Promise<string>((resolve) =>
      client.makeUnaryRequest(
        path,
        () => Buffer.from("ffffffffff", "hex"),
        (bytes: Buffer) => bytes,
        new any.Any(),
        (error) => resolve(error ? "an error" : "an answer"),
      ),
    );
    expect(await answer).toBe("an error");
    expect(await engine.version()).toBe(version);
  });
});

describe("Cancel", () => {
  it("ends what is under way within five seconds, and may come again", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using other = await startEngine({ config: { adminUrl: gateway.url } });
    gateway.answer("hang");
    const { publicJwk: jwk } = generateKey();
    const trust = { issuer: "idp", subject: "alice", jwk, expiresAt: "2099-01-31T00:00:00Z" };
    const state = { clientId: "web" };
    const calls = {
      create: other.create("OAuth2Client", { __clientId: randomUUID() }),
      named: other.create("OAuth2Client", { clientId: "web" }),
      trust: other.create("TrustedJwtIssuer", trust),
      // One change of a client waits for the other.
      lifespans: other.create("ClientLifespans", { clientId: "app" }),
      read: other.read("OAuth2Client", "web", state, {}),
      update: other.update("OAuth2Client", "web", state, { clientId: "web", owner: "me" }),
      delete: other.delete("OAuth2Client", "web", state),
      invoke: other.invoke("hydra:index:getOAuth2Client", { clientId: "web" }),
      list: other.list("hydra:index:OAuth2Client", {}),
    };
    const failures = Object.entries(calls).map(async ([name, call]) => [name, (await errorOf(call)).code] as const);
    await expect.poll(() => gateway.received.length, { timeout: 10_000 }).toBe(Object.keys(calls).length);
    const start = Date.now();
    await other.cancel();
    await other.cancel();
    const codes = Object.fromEntries(await Promise.all(failures));
    expect(Date.now() - start).toBeLessThan(5_000);
    const cancelled = "CANCELLED";
    expect(codes).toEqual({
      // Whether the server made it nobody knows.
      create: "UNKNOWN",
      // These had only looked so far.
      named: cancelled,
      trust: cancelled,
      lifespans: cancelled,
      read: cancelled,
      update: cancelled,
      delete: cancelled,
      invoke: cancelled,
      list: cancelled,
    });
    expect(await other.version()).toBe(version);
    await other.cancel();
  });

  it("lets what answers in time end by itself", async () => {
    await using other = await startEngine();
    const made = other.create("OAuth2Client", { __clientId: randomUUID() });
    await other.cancel();
    const { id, properties } = await made;
    await other.delete("OAuth2Client", id, properties);
  });
});

describe("an engine that attaches", () => {
  it("finds a plugin that works, though the engine before it had everything cancelled", async () => {
    await using other = await startEngine();
    await other.cancel();
    const list = () => other.list("hydra:index:OAuth2Client", { owner: "nobody" });
    const outcome = () =>
      list().then(
        () => "listed",
        ({ code }: CallError) => code,
      );
    await expect.poll(outcome, { timeout: 10_000 }).toBe("CANCELLED");
    await other.attach(engine.logAddress);
    expect(await list()).toEqual([]);
  });
});

describe("an engine that is gone", () => {
  it("takes an idle plugin along", async () => {
    await using other = await startEngine();
    other.process.stdin.end();
    expect(await Promise.race([other.exited, delay(5_000, "it still runs", { ref: false })])).toBe(0);
  });

  it("may give no input at all, as language hosts do, and takes the plugin along as its parent", async () => {
    const script = '"$0" 127.0.0.1:1 </dev/null & wait';
    const parent = spawn("sh", ["-c", script, join(process.cwd(), "pulumi-resource-hydra")], {
      env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
    });
    // The plugin holds this pipe too: it closes when both are gone.
    const closed = once(parent, "close");
    const [text] = (await once(parent.stdout, "data")) as [Buffer];
    const socket = connect(Number(text.toString()), "127.0.0.1");
    await once(socket, "connect");
    socket.destroy();
    parent.kill("SIGKILL");
    expect(await Promise.race([closed.then(() => "gone"), delay(8_000, "it still runs", { ref: false })])).toBe("gone");
  });

  it("leaves the plugin some seconds to end what is under way, and no more", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using other = await startEngine({ config: { adminUrl: gateway.url } });
    gateway.answer("hang");
    const deleted = failing(other.delete("OAuth2Client", "web", { clientId: "web" }));
    await expect.poll(() => gateway.received.length, { timeout: 10_000 }).toBe(1);
    const start = Date.now();
    other.process.stdin.end();
    expect(await other.exited).toBe(0);
    expect((await deleted)[0]).toBe("CANCELLED");
    expect(Date.now() - start).toBeGreaterThan(2_000);
    expect(Date.now() - start).toBeLessThan(6_000);
  });
});

describe("a signal", () => {
  it("that ends the plugin lets it answer what is under way", async () => {
    await using proxy = await startFaultProxy(hydra.adminUrl);
    await using other = await startEngine({ config: { adminUrl: proxy.url } });
    const terminated = new Promise<boolean>((resolve) =>
      proxy.onStage((stage) => void (stage === "done" && resolve(other.process.kill("SIGTERM")))),
    );
    const id = randomUUID();
    const made = await other.create("OAuth2Client", { __clientId: id });
    expect([await terminated, made.id, await other.exited]).toEqual([true, id, 0]);
  });

  it("ends a plugin that has nothing to do at once, called for or not: the engine waits for that", async () => {
    await using other = await startEngine();
    expect(await other.version()).toBe(version);
    other.process.kill("SIGINT");
    expect(await other.exited).toBe(0);
  });
});

describe("what the plugin writes, logs and answers in errors", () => {
  const loudest = { GRPC_TRACE: "all", GRPC_VERBOSITY: "DEBUG", NODE_DEBUG: "*", DEBUG: "*" };
  const planted = () => `planted-${randomUUID()}`;

  it("holds no secret over the whole life of a client, at the highest verbosity", async () => {
    const [token, header] = [planted(), planted()];
    const [clientSecret, next, inMetadata] = [planted(), planted(), planted()];
    await using other = await startEngine({
      env: { ...loudest, PULUMI_HYDRA_ACCESS_TOKEN: token },
      config: {
        adminUrl: hydra.adminUrl,
        headers: JSON.stringify({ "X-Secret": header }),
      },
    });
    const metadata = secret({ inMetadata });
    const { inputs } = await other.check("OAuth2Client", { clientSecret: secret(clientSecret), metadata });
    const { id, properties } = await other.create("OAuth2Client", inputs);
    await other.diff("OAuth2Client", id, properties, inputs);
    await other.read("OAuth2Client", id, properties, inputs);
    const news = { ...inputs, clientSecret: secret(next) };
    const updated = await other.update("OAuth2Client", id, properties, news);
    const generated = await other.create("OAuth2Client", { __clientId: randomUUID(), keepRegistrationToken: true });
    await other.invoke("hydra:index:getOAuth2Client", { clientId: id });
    await failing(other.create("OAuth2Client", { ...inputs, clientId: id }));
    await other.delete("OAuth2Client", id, updated);
    await other.delete("OAuth2Client", generated.id, generated.properties);
    await failing(other.update("OAuth2Client", id, updated, news));
    const { registrationAccessToken } = generated.properties;
    const marks = [properties.clientSecret, generated.properties.clientSecret, registrationAccessToken];
    const made = marks.map((mark) => (mark as { value: string }).value);
    const secrets = [token, header, clientSecret, next, inMetadata, ...made];
    const written = other.written() + JSON.stringify(other.logged);
    expect(written).toContain("D ");
    expect(secrets.filter((text) => written.includes(text))).toEqual([]);
  });

  it("holds no secret that a server repeats", async () => {
    // It answers with all that it was sent.
    const echo = createServer((incoming, outgoing) => {
      let body = "";
      incoming.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      incoming.on("end", () => {
        const error_description = `${incoming.url} ${incoming.rawHeaders.join(" ")} ${body}`;
        outgoing.writeHead(400, { "content-type": "application/json", "x-echo": incoming.rawHeaders.join(" ") });
        outgoing.end(JSON.stringify({ error: "invalid_request", error_description }));
      });
    });
    const port = await listen(echo);
    const [token, header, clientSecret, other] = [planted(), planted(), planted(), planted()];
    await using engine = await startEngine({
      env: loudest,
      config: {
        adminUrl: `http://127.0.0.1:${port}`,
        accessToken: secret(token),
        headers: JSON.stringify({ "X-Secret": header }),
      },
    });
    const news = { clientId: "web", clientSecret: secret(clientSecret), metadata: secret({ a: { b: [other] } }) };
    const state = { ...news, registrationAccessToken: secret(other) };
    const said = await Promise.all([
      failing(engine.create("OAuth2Client", news)),
      failing(engine.read("OAuth2Client", "web", state, news)),
      failing(engine.update("OAuth2Client", "web", state, { ...news, owner: "me" })),
      failing(engine.delete("OAuth2Client", "web", state)),
      failing(engine.invoke("hydra:index:introspectToken", { token: secret(other) })),
      failing(engine.list("hydra:index:OAuth2Client", {})),
    ]);
    echo.closeAllConnections();
    echo.close();
    expect(said.map(([, message]) => message.includes("(400 "))).toEqual([true, true, true, true, true, true]);
    const shown = JSON.stringify([said, engine.logged]) + engine.written();
    expect([token, header, clientSecret, other].filter((text) => shown.includes(text))).toEqual([]);
  });

  it("holds no secret that was written where none belongs", async () => {
    await using other = await startEngine({ env: loudest });
    const text = planted();
    const wrong = { clientSecrett: text, clientUri: [text], contacts: text, jwks: text, redirectUris: [{ text }] };
    const { failures } = await other.check("OAuth2Client", { ...wrong, [text]: 1, connection: text });
    expect(failures.length).toBeGreaterThan(4);
    const configured = await other.checkConfig({ adminUrl: text, headers: text, timeout: text, acessToken: text });
    expect(configured.failures.length).toBe(4);
    const trust = await other.check("TrustedJwtIssuer", {
      issuer: "idp",
      subject: "a",
      jwk: { d: text },
      expiresAt: text,
    });
    const shown = JSON.stringify([configured.failures, trust.failures, other.logged]) + other.written();
    expect(shown).not.toContain(text);
  });
});
