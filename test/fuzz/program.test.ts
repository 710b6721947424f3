// Knows that no program, state or configuration brings a host down, leads a request astray or goes unexplained.

import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as registry from "../../provider/registry.ts";
import { apart, calls, expectNamed, expectRoutes, functions, listings, questions } from "./call.ts";
import * as good from "./good.ts";
import { type Call, dynamic, plugin, type Run, received, sent } from "./host.ts";
import { spoiled, texts, values } from "./hostile.ts";
import { fuzz, outcomeOf } from "./run.ts";
import { type FalseServer, startFalseServer } from "./server.ts";

let server: FalseServer;
let hosts: Record<"plugin" | "dynamic", Run>;
let asked: ReturnType<typeof plugin>["host"];
beforeAll(async () => {
  server = await startFalseServer();
  const made = plugin({ adminUrl: server.url, retries: "0" });
  asked = made.host;
  hosts = { plugin: made.run, dynamic: dynamic(server) };
});
afterAll(() => server.close());

it("asks for every resource and function", () => {
  expect(Object.keys(good.inputs).sort()).toEqual(registry.resources.map(({ type }) => type).sort());
  expect(Object.keys(functions).sort()).toEqual(registry.functions.map(({ type }) => type).sort());
});

const reply = (status: number, body: object) => ({ status, headers: {}, body: JSON.stringify(body) });

/** What a friendly server would say to all that a call may ask. */
function friendly({ type, verb }: Call) {
  const one = type === "TrustedJwtIssuer" ? good.trust : good.client;
  if (type === "TrustedJwtIssuer" && verb === "create")
    return [reply(200, good.keys), reply(200, good.keys), reply(201, one)];
  if (type === "TrustedJwtIssuer" && verb === "read") return [reply(200, one), reply(200, good.keys)];
  if (type === "TrustedJwtIssuer") return [reply(200, [one])];
  if (type === "JsonWebKey")
    return verb === "create" ? [reply(404, good.absent), reply(200, good.key)] : [reply(200, good.keys)];
  return verb === "create" ? [reply(201, one)] : [reply(200, one), reply(200, one), reply(200, one)];
}

describe.each(["plugin", "dynamic"] as const)("a resource on the %s", (name) => {
  fuzz(`takes whatever a program passes, and a state has (${name})`, 0.15, calls(spoiled), async (call) => {
    const salted = apart();
    server.script(
      friendly(call).map(({ body, ...rest }) => ({ ...rest, body: JSON.stringify(salted(JSON.parse(body))) })),
    );
    const outcome = await outcomeOf(() => hosts[name]({ ...call, olds: salted(call.olds), news: salted(call.news) }));
    if ("value" in outcome && call.verb === "check") expectNamed(outcome.value);
    expectRoutes(server.asked());
  });
});

describe("the plugin", () => {
  fuzz("takes whatever a function is asked", 0.03, questions, async ({ token, args }) => {
    server.script([reply(200, token.endsWith("s") ? [good.client] : good.client)]);
    const outcome = await outcomeOf(async () => {
      const { result, failures } = await asked.invoke(token, received(args));
      return { result: sent(result), failures };
    });
    if ("value" in outcome) expectNamed(outcome.value);
    expectRoutes(server.asked());
  });

  fuzz("takes whatever a list is narrowed to", 0.02, listings, async ({ token, args }) => {
    server.script([reply(200, [good.client])]);
    await outcomeOf(() => asked.list(token, received(args)));
    expectRoutes(server.asked());
  });

  const settings = {
    adminUrl: "https://a.example",
    publicUrl: "https://a.example",
    accessToken: "a token",
    headers: { a: "b" },
    connections: { eu: { adminUrl: "https://b.example" } },
    timeout: 3,
    retries: "0",
    insecureSkipTlsVerify: false,
    checkSecrets: "true",
    version: "1",
  };
  const configurations = fc.record({
    before: spoiled(settings),
    after: spoiled(settings),
    connection: fc.oneof(texts, values),
  });

  fuzz("takes whatever it is configured with", 0.05, configurations, async ({ before, after, connection }) => {
    const { host } = plugin(settings);
    const [olds, news] = [received(before), received(after)];
    const checked = await outcomeOf(() => sent(host.checkConfig(news)));
    expect(checked).toHaveProperty("value");
    for (const { reason } of (checked as { value: { failures: { reason: string }[] } }).value.failures)
      expect(reason).toMatch(/^hydra:.+ \S/s);
    await outcomeOf(() => host.diffConfig("urn:pulumi:dev::program::pulumi:providers:hydra::it", olds, news));
    await outcomeOf(() => host.configure(news));
    const asked = { urn: "urn:pulumi:dev::program::hydra:index:OAuth2Client::web" };
    await outcomeOf(() => host.check(asked, {}, received({ connection }), new Uint8Array()));
  });
});
