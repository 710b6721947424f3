// Calls of the engine as random data, and what has to be true of every one.

import * as fc from "fast-check";
import { expect } from "vitest";
import * as good from "./good.ts";
import { type Call, operations, type Properties, type Type, types, type Verb } from "./host.ts";
import { spoiled, texts } from "./hostile.ts";

/** Good arguments of each function. */
export const functions = {
  getOAuth2Client: { clientId: "web", connection: null },
  getOAuth2Clients: { clientName: "Web", owner: null, connection: null },
  getTrustedJwtIssuer: { id: good.trust.id, connection: null },
  getTrustedJwtIssuers: { issuer: good.trust.issuer, connection: null },
  introspectToken: { token: "a token", scope: null, connection: null },
  // Where an issuer would be is not asked: what is random there may be the address of a stranger.
  getJsonWebKeys: { set: "orders", connection: null },
  getConsentSessions: { subject: "alice", loginSessionId: "a session", connection: null },
};

/** What a plugin is asked beside what every host is asked. */
export interface Question {
  readonly token: string;
  readonly args: object;
  readonly limit: number;
}

export const questions: fc.Arbitrary<Question> = fc
  .constantFrom(...Object.entries(functions))
  .chain(([name, args]) =>
    fc.record({ token: fc.constant(`hydra:index:${name}`), args: spoiled(args), limit: fc.double() }),
  );

export const listings: fc.Arbitrary<Question> = fc.record({
  token: fc.constantFrom(...types.map((type) => `hydra:index:${type}`), "hydra:index:__proto__", ""),
  args: spoiled({ clientName: "Web", owner: null, issuer: good.trust.issuer, set: "orders", connection: null }),
  limit: fc.double(),
});

const ids = fc.oneof(fc.constantFrom("web", good.trust.id, "orders/k1"), texts);

/** Calls on resources; `how` makes inputs and states out of good ones. */
export function calls(how: (right: Readonly<Record<string, unknown>>) => fc.Arbitrary<object>): fc.Arbitrary<Call> {
  return fc.constantFrom<Type>(...types).chain((type) =>
    fc.record({
      type: fc.constant(type),
      verb: fc.constantFrom<Verb>(...operations),
      id: ids,
      olds: how(good.states[type]),
      news: how(good.inputs[type]),
      preview: fc.boolean(),
      timeout: fc.oneof(fc.constant(0), fc.constantFrom(1, 60, 5e6, 1e12, -1), fc.double()),
      ignored: fc.array(texts, { maxLength: 2 }),
    }),
  );
}

let count = 0;

/** Gives what a case is about a name of its own: what a process remembers of one issuer stays out of the next case. */
export function apart(): (value: object) => Properties {
  const name = `${good.trust.issuer}/${++count}`;
  return (value) => JSON.parse(JSON.stringify(value).replaceAll(`"${good.trust.issuer}"`, JSON.stringify(name)));
}

const segment = "(?!\\.{1,2}(?:[/?]|$))[^/?#]+";
const routes = [
  "clients",
  `clients/${segment}(?:/lifespans|/secrets/rotate)?`,
  "trust/grants/jwt-bearer/issuers",
  `trust/grants/jwt-bearer/issuers/${segment}`,
  `keys/${segment}(?:/${segment})?`,
  "oauth2/tokens",
  "oauth2/introspect",
  "oauth2/auth/sessions/(?:consent|login)",
];
const route = new RegExp(`^(?:/token|/admin/(?:${routes.join("|")}))(?:\\?[^#]*)?$`);

/** Nothing leads a request to another place than the ones that there are. */
export function expectRoutes(paths: readonly string[]): void {
  for (const path of paths) {
    if (!route.test(path)) throw new Error(`it asked for ${JSON.stringify(path)}`);
    decodeURIComponent(path.replace(/\?.*$/s, ""));
  }
}

/** A failed check says where and what. */
export function expectNamed(answer: unknown): void {
  const { failures } = answer as { failures: readonly { property: string; reason: string }[] };
  for (const { property, reason } of failures) {
    expect(reason).toMatch(/\S/);
    if (property !== "") expect(reason.startsWith(property)).toBe(true);
  }
}
