// Knows that nothing a server answers brings a host down, leads a request astray or goes unexplained.

import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { apart, calls, expectRoutes, listings, questions } from "./call.ts";
import * as good from "./good.ts";
import { dynamic, plugin, type Run, received, sent } from "./host.ts";
import { spoiled, texts, values } from "./hostile.ts";
import { fuzz, type Outcome, outcomeOf } from "./run.ts";
import { type FalseServer, type Reply, startFalseServer } from "./server.ts";

let server: FalseServer;
let inDynamic: Run;
beforeAll(async () => {
  server = await startFalseServer();
  inDynamic = dynamic(server);
});
afterAll(() => server.close());

let current: ReturnType<typeof plugin>;
let uses = 0;

/** A plugin that fetches a token or not. A token that never ends would be the last one asked for. */
function anyPlugin() {
  if (uses++ % 50 > 0) return current;
  const grant = {
    oauth2TokenUrl: `${server.url}/token`,
    oauth2ClientId: "c",
    oauth2ClientSecret: "the grant's secret",
  };
  current = plugin({ adminUrl: server.url, retries: 0, ...(uses % 100 < 50 ? grant : {}) });
  return current;
}

const one = fc.oneof(
  { weight: 4, arbitrary: spoiled(good.client) },
  { weight: 4, arbitrary: spoiled(good.trust) },
  ...[good.keys, good.failure, good.inner, good.token, good.introspection, good.session].map((right) => spoiled(right)),
  values,
);
const json = fc
  .oneof({ weight: 3, arbitrary: one }, fc.array(one, { maxLength: 3 }))
  .map((value) => JSON.stringify(value) ?? "");
const bodies = fc.oneof(
  { weight: 8, arbitrary: json },
  texts,
  fc.constantFrom(
    "",
    "<html><title>no</title>",
    `{"a":`.repeat(50_000),
    `${"[".repeat(200_000)}${"]".repeat(200_000)}`,
    '{"client_id":"a","client_id":"b","__proto__":{"polluted":true}}',
    '{"expires_in":1e999,"access_token":"t"}',
  ),
);
const headers = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  fc
    .tuple(
      fc.constantFrom("link", "retry-after", "x-ratelimit-reset", "location", "content-type", "content-encoding"),
      texts,
    )
    .filter(([, value]) => value.length < 10_000)
    .map(([name, value]): Record<string, string> => ({ [name]: value })),
  fc
    .tuple(
      fc.constantFrom("", "page_token=a", "../../x", "a b", "é", "%zz"),
      fc.constantFrom("next", "prev"),
      fc.boolean(),
    )
    .map(([query, rel, far]) => ({
      link: `<${far ? "http://far.example" : ""}/admin/clients?${query}>; rel="${rel}"`,
    })),
);
const replies: fc.Arbitrary<Reply> = fc.record({
  status: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(200, 201) },
    // 429 is waited for, in another test.
    fc.constantFrom(204, 302, 307, 400, 401, 403, 404, 409, 418, 500, 502, 503, 504),
  ),
  headers,
  body: bodies,
});
const scripts = fc.array(replies, { minLength: 1, maxLength: 6 });
const right = (value: object) => fc.constant(value);
const cases = fc.record({ script: scripts, call: calls(right) });

/** What servers write may end in a terminal: nothing in it moves the cursor there. */
function expectLegible(outcome: Outcome): void {
  if ("message" in outcome) expect(/[\p{Cc}]/u.exec(outcome.message)?.[0]).toBe(undefined);
}

const salted = (script: readonly Reply[], salt: ReturnType<typeof apart>) =>
  script.map(({ body, ...rest }) => ({
    ...rest,
    body: body.replaceAll(good.trust.issuer, String(salt([good.trust.issuer])[0])),
  }));

describe("the answers of a server", () => {
  const tell =
    (run: () => Run) =>
    async ({ script, call }: typeof cases extends fc.Arbitrary<infer Case> ? Case : never) => {
      const salt = apart();
      server.script(salted(script, salt));
      const known = { ...call, id: call.id === "" || call.id.length > 100 ? "web" : call.id, timeout: 0, ignored: [] };
      const outcome = await outcomeOf(() => run()({ ...known, olds: salt(call.olds), news: salt(call.news) }));
      if (call.id === "web") expectLegible(outcome);
      expectRoutes(server.asked());
    };

  fuzz(
    "may be anything to a resource on the plugin",
    0.25,
    cases,
    tell(() => anyPlugin().run),
  );

  fuzz(
    "may be anything to a resource on the dynamic host",
    0.15,
    cases,
    tell(() => inDynamic),
  );

  const asking = fc.record({ script: scripts, question: fc.oneof(questions, listings) });

  fuzz("may be anything to a function and a list", 0.1, asking, async ({ script, question: { token, args } }) => {
    server.script(script);
    const { host } = anyPlugin();
    const work = async () => {
      if (!token.includes("get") && !token.includes("introspect")) return host.list(token, received(args));
      return sent((await host.invoke(token, received(args))).result);
    };
    await outcomeOf(work);
    expectRoutes(server.asked());
  });
});
