// Knows messages that no engine sends, and servers that hold what no engine expects: none of them brings the plugin down.
import { randomBytes, randomUUID } from "node:crypto";
import type { MethodDefinition } from "@grpc/grpc-js";
import grpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Engine,
  errorOf,
  failing,
  type Properties,
  secret,
  startEngine,
  typedUnknowns,
  unknown,
  urnOf,
} from "../support/engine.ts";
import { startGateway } from "../support/gateway.ts";
import { bare, startHost } from "../support/host.ts";
import { admin, hydra } from "../support/hydra.ts";

let engine: Engine;
/** Bytes of any kind may well be a configuration. */
let abused: Engine;
beforeAll(async () => {
  engine = await startEngine();
  abused = await startEngine();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await abused[Symbol.asyncDispose]();
});

const methods = Object.entries(
  grpc.ResourceProviderService as unknown as Record<string, MethodDefinition<object, object>>,
);

/** Sends bytes to a method: what became of it. */
function send({ path, responseStream }: MethodDefinition<object, object>, bytes: Buffer): Promise<string> {
  const { client } = abused;
  const serialize = () => bytes;
  const deserialize = (answer: Buffer) => answer;
  return new Promise((resolve) => {
    if (responseStream) {
      const stream = client.makeServerStreamRequest(path, serialize, deserialize, {});
      stream
        .on("data", () => {})
        .on("error", () => resolve("an error"))
        .on("end", () => resolve("an answer"));
    } else {
      client.makeUnaryRequest(path, serialize, deserialize, {}, (error) => resolve(error ? "an error" : "an answer"));
    }
  });
}

/** A length-delimited field of a protocol buffer. */
function field(number: number, content: Buffer): Buffer {
  const head = [number * 8 + 2];
  for (let rest = content.length; ; rest = Math.floor(rest / 128)) {
    head.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) return Buffer.concat([Buffer.from(head), content]);
  }
}

describe("a method of the protocol", () => {
  it.each(methods)("%s lives through bytes of any kind", async (_, method) => {
    const outcomes = new Set([await send(method, Buffer.alloc(0))]);
    for (const length of [1, 2, 3, 8, 64, 1_000]) outcomes.add(await send(method, randomBytes(length)));
    expect([...outcomes].filter((outcome) => !["an answer", "an error"].includes(outcome))).toEqual([]);
    expect(await abused.version()).toMatch(/^\d/);
  });

  it("lives through values nested without end", async () => {
    let value = Buffer.from([26, 1, 120]);
    for (let depth = 0; depth < 8_000; depth++) {
      const entry = Buffer.concat([field(1, Buffer.from("a")), field(2, value)]);
      value = field(5, field(1, entry)) as typeof value;
    }
    const news = field(1, Buffer.concat([field(1, Buffer.from("metadata")), field(2, value)]));
    const request = Buffer.concat([field(1, Buffer.from(urnOf("OAuth2Client"))), field(3, news)]);
    const check = methods.find(([name]) => name === "check")?.[1] as MethodDefinition<object, object>;
    expect(["an answer", "an error"]).toContain(await send(check, request));
    expect(await abused.version()).toMatch(/^\d/);
  });

  it("takes values as large as they come", async () => {
    const contacts = Array.from({ length: 5_000 }, (_, index) => `contact ${index}`);
    const metadata = { ...Object.fromEntries(contacts.map((name) => [name, 1])), text: "x".repeat(5_000_000) };
    const news = { clientId: "web", contacts, metadata };
    const { inputs, failures } = await engine.check("OAuth2Client", news);
    expect(failures).toEqual([]);
    expect(inputs).toEqual(news);
    const changed = { ...news, contacts: [...contacts, "another"] };
    expect((await engine.diff("OAuth2Client", "web", news, changed)).detail).toMatchObject({
      "contacts[5000]": "ADD",
    });
  });
});

describe("an operation", () => {
  const types = ["OAuth2Client", "ClientLifespans", "TrustedJwtIssuer"];
  const collections = ["/admin/clients", "/admin/trust/grants/jwt-bearer/issuers"];

  it.each(types)("on %s without any property writes to nothing but the object", async (type) => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using other = await startEngine({ config: { adminUrl: gateway.url } });
    const calls = [
      () => other.create(type, {}),
      () => other.update(type, "none", {}, {}),
      () => other.read(type, "none", {}, {}),
      () => other.delete(type, "none", {}),
    ];
    for (const call of calls) await call().catch(() => undefined);
    const written = gateway.received.filter(({ method }) => method !== "GET" && method !== "POST");
    const objects = ["/admin/clients/none", "/admin/clients/none/lifespans", `${collections[1]}/none`];
    expect(written.map(({ path }) => path).filter((path) => !objects.includes(path))).toEqual([]);
    expect(await other.version()).toMatch(/^\d/);
  });

  it.each(types)("on %s of an odd id reaches that object or none", async (type) => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using other = await startEngine({ config: { adminUrl: gateway.url } });
    for (const id of [
      "",
      ".",
      "..",
      "a/b",
      "a/../b",
      "?page_size=1",
      "#",
      "%2e%2e",
      "\u0000",
      " ",
      "x".repeat(5_000),
    ]) {
      const [before, object] = [gateway.received.length, encodeURIComponent(id)];
      await other.read(type, id, { clientId: id }, {}).catch(() => undefined);
      await other.delete(type, id, { clientId: id }).catch(() => undefined);
      const paths = gateway.received.slice(before).map(({ path }) => path.replace(/\/lifespans$/, ""));
      const reached = paths.filter((path) => !collections.some((collection) => path === `${collection}/${object}`));
      // Without a recorded issuer, a trust is looked for in the list.
      expect(reached.filter((path) => !path.startsWith(`${collections[1]}?`))).toEqual([]);
      expect(["", ".", ".."].includes(id) ? paths.filter((path) => !path.includes("?")) : []).toEqual([]);
    }
  });

  it("with a value that is not known yet does nothing", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using other = await startEngine({ config: { adminUrl: gateway.url } });
    const tooEarly = (what: string, name: string) => [
      "FAILED_PRECONDITION",
      `could not ${what}: ${name}: its value is not known yet [input-invalid]`,
    ];
    for (const value of [unknown, ...Object.values(typedUnknowns)]) {
      const [type, state] = ["OAuth2Client", { clientId: "web", metadata: { deep: [value] } }];
      const names = { create: "clientName", read: "metadata", update: "metadata", delete: "metadata", list: "owner" };
      const calls = {
        create: other.create(type, { clientName: value }),
        read: other.read(type, "web", state, {}),
        update: other.update(type, "web", { clientId: "web" }, state),
        delete: other.delete(type, "web", state),
        list: other.list(`hydra:index:${type}`, { owner: value }),
      };
      for (const [verb, call] of Object.entries(calls)) {
        const object = ["create", "list"].includes(verb) ? type : `${type} "web"`;
        const name = names[verb as keyof typeof names];
        expect(await failing(call)).toEqual(tooEarly(`${verb} ${object}`, name));
      }
      const asked = other.invoke("hydra:index:getOAuth2Client", { clientId: value });
      expect(await failing(asked)).toEqual(tooEarly("call getOAuth2Client", "clientId"));
    }
    expect(gateway.received).toEqual([]);
  });

  it("without a request at all in its parts is refused by name", async () => {
    const request = new provider.InvokeRequest();
    request.setTok("hydra:index:getOAuth2Client");
    const answer = await engine.call<typeof request, InstanceType<typeof provider.InvokeResponse>>(
      engine.client.invoke,
      request,
    );
    expect(answer.getFailuresList().map((failure) => failure.getReason())).toEqual(["clientId: is required"]);
    const list = new provider.ListRequest();
    list.setToken("hydra:index:TrustedJwtIssuer");
    list.setLimit(-1);
    list.setPageSize(-1);
    list.setContinuationToken("x");
    const ended = new Promise<string>((resolve) =>
      engine.client
        .list(list)
        .on("data", () => {})
        .on("error", ({ message }: Error) => resolve(message))
        .on("end", () => resolve("the end")),
    );
    expect(await ended).toBe("the end");
  });
});

describe("the configuration", () => {
  const wrong: unknown[] = [
    -1.5,
    true,
    [[1]],
    { a: { b: [null] } },
    secret([secret("planted secret")]),
    "planted secret",
    [unknown],
  ];

  it("of the wrong type at any key is refused or taken, and no value is repeated", async () => {
    await using other = await startEngine({ config: null });
    const { config } = JSON.parse(await other.schema()) as { config: { variables: object } };
    const keys = [...Object.keys(config.variables), "nonsense", "constructor", "__proto__"];
    expect(keys.length).toBeGreaterThan(15);
    const said: string[] = [];
    for (const key of keys) {
      for (const value of wrong) {
        const news = { adminUrl: "http://127.0.0.1:1", retries: 0, [key]: value };
        const { failures } = await other.checkConfig(news);
        await other.configure(news);
        const [, message] = await failing(other.read("OAuth2Client", "web", { clientId: "web" }, {}));
        said.push(...failures.flat(), message);
      }
    }
    expect(said.filter((text) => /planted|defect/.test(text))).toEqual([]);
    expect(other.written()).toBe(`${other.port}\n`);
  });

  it("may be absent", async () => {
    await using other = await startEngine({ config: null });
    await other.call(other.client.configure, new provider.ConfigureRequest());
    expect((await errorOf(other.read("OAuth2Client", "web", {}, {}))).message).toContain("hydra:adminUrl is not set");
  });
});

describe.each(["plugin", "dynamic"] as const)("on the %s host, what a server holds of Pulumi's marks", (name) => {
  const marker = Object.keys(secret(null)).find((member) => member !== "value") as string;
  const marks: Record<string, unknown> = {
    secret: secret("x"),
    file: { [marker]: "c44067f5952c0a294b673a41bacd8c17", hash: "x", path: "/etc/hostname" },
    unknown,
    others: Object.values(typedUnknowns),
  };

  it("is never taken for one", async () => {
    await using host = await startHost(name);
    const id = randomUUID();
    const owner = `owner-${randomUUID()}`;
    const written = { client_id: id, client_name: unknown, owner, metadata: marks };
    expect((await admin.post("/admin/clients", written)).status).toBe(201);
    const found = await host.read("OAuth2Client", { id, state: { clientId: id, clientName: "Web" } }, { clientId: id });
    const expected: Properties = {
      secret: { value: "x" },
      file: { hash: "x", path: "/etc/hostname" },
      unknown: null,
      others: [null, null, null, null],
    };
    for (const values of [found?.state ?? {}, found?.inputs ?? {}]) {
      expect(values).toMatchObject({ clientId: id, metadata: expected });
      expect(JSON.stringify(bare(values))).not.toMatch(
        new RegExp([marker, unknown, ...Object.values(typedUnknowns)].join("|")),
      );
      expect("clientName" in values).toBe(false);
    }
    if (name === "plugin") {
      const { result } = await host.engine.invoke("hydra:index:getOAuth2Clients", { owner });
      expect(result).toMatchObject({ clients: [{ clientId: id, metadata: expected }] });
    }
    // What nobody can tell from an unset value is drift, and put back.
    const held = { id, state: found?.state ?? {} };
    const news = { clientId: id, clientName: "Web" };
    expect((await host.diff("OAuth2Client", held, news)).changes).toBe("SOME");
    const repaired = await host.update("OAuth2Client", held, news);
    expect(repaired.state).toMatchObject({ clientName: "Web" });
    await host.delete("OAuth2Client", repaired);
  });
});
