// Knows what each rule lets pass and what it finds, and what policies make of the rules.
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findings, rules } from "../../provider/audit/audit.ts";
import { identityOf } from "../../provider/audit/key-rule.ts";
import { type Context, type Kind, kinds, longest } from "../../provider/audit/rule.ts";
import { formatPath } from "../../provider/lifecycle/failure.ts";
import { policies } from "../../sdk/policy.ts";

type State = Readonly<Record<string, unknown>>;

interface Case {
  /** The kind that the states are of; a client unless it is another one. */
  readonly kind?: Kind;
  readonly passes: readonly State[];
  /** Each with what is found, as people read it. */
  readonly fails: readonly (readonly [State, ...string[]])[];
}

const now = Date.parse("2026-11-26T12:00:00Z");

const spa = {
  tokenEndpointAuthMethod: "none",
  grantTypes: ["authorization_code", "refresh_token"],
  redirectUris: ["https://shop.example/callback"],
};
const machine = { grantTypes: ["client_credentials"] };
const redirect = (...redirectUris: string[]) => ({ redirectUris });
const origin = (...allowedCorsOrigins: string[]) => ({ tokenEndpointAuthMethod: "none", allowedCorsOrigins });
const unsafe = (uri: string, shown = uri): [State, string] => [
  redirect("https://shop.example/callback", uri),
  `redirectUris[1]: ${shown} is not protected on its way`,
];
const elsewhere = (host: string, shown = host): [State, string] => [
  redirect(`https://${host}/callback`),
  `redirectUris[0]: ${shown} is another machine in each network`,
];

const ec = publicKey("ec", { namedCurve: "P-256" }, "ec");
const other = publicKey("ec", { namedCurve: "P-256" }, "other");
const rsa = publicKey("rsa", { modulusLength: 2048 }, "rsa");
const short = publicKey("rsa", { modulusLength: 1024 }, "short");
const keys = (...all: State[]) => ({ clientId: "web", jwks: { keys: all } });
const owners = new Map([
  [String(identityOf(ec)), new Set(['client "web"', 'issuer "https://idp.example"', 'client "app"'])],
  [String(identityOf(other)), new Set(['client "web"'])],
]);
const context: Context = { now, longest, owners };

function publicKey(type: "ec" | "rsa", options: object, kid: string): State {
  const generate = generateKeyPairSync as (type: string, options: object) => ReturnType<typeof generateKeyPairSync>;
  const { publicKey } = generate(type, options) as unknown as { publicKey: import("node:crypto").KeyObject };
  return { ...publicKey.export({ format: "jwk" }), kid };
}

const cases: Record<string, Case> = {
  "no-implicit-grant": {
    passes: [{}, spa, { responseTypes: ["code", "code id_token", "id_token"] }],
    fails: [
      [{ grantTypes: ["code", "implicit"] }, "grantTypes[1]: implicit puts access tokens into URLs"],
      ...["token", "id_token token", "code token"].map((type): [State, string] => [
        { responseTypes: ["code", type] },
        `responseTypes[1]: "${type}" puts an access token into a URL`,
      ]),
    ],
  },
  "no-password-grant": {
    passes: [{}, machine],
    fails: [[{ grantTypes: ["password"] }, "grantTypes[0]: password gives people's passwords to the client"]],
  },
  "public-clients-use-pkce": {
    passes: [
      {},
      spa,
      machine,
      { tokenEndpointAuthMethod: "none", grantTypes: ["urn:ietf:params:oauth:grant-type:device_code"] },
    ],
    fails: [
      [
        { tokenEndpointAuthMethod: "none", grantTypes: ["authorization_code", "client_credentials"] },
        "grantTypes[1]: anybody can use client_credentials, because tokenEndpointAuthMethod is none",
      ],
    ],
  },
  "restricted-audience": {
    passes: [{}, spa, { ...machine, audience: ["https://orders.example"] }],
    fails: [
      [{ ...machine, audience: [] }, "audience: is empty: any API takes the client's tokens"],
      [machine, "audience: is empty: any API takes the client's tokens"],
    ],
  },
  "matching-grants": {
    passes: [
      spa,
      machine,
      // Hydra gives `code` to every client.
      { ...machine, responseTypes: ["code"] },
      { ...spa, scope: "openid offline_access" },
      { ...spa, scope: "offline" },
      { ...spa, grantTypes: ["authorization_code", "implicit"], responseTypes: ["code id_token", "id_token"] },
      { grantTypes: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"] },
    ],
    fails: [
      [{}, "grantTypes: authorization_code needs a redirect URI"],
      [{ grantTypes: ["implicit"], redirectUris: [] }, "grantTypes[0]: implicit needs a redirect URI"],
      [{ grantTypes: ["client_credentials", "refresh_token"] }, "grantTypes[1]: no other grant brings a refresh token"],
      [{ ...spa, scope: "openid offlinex" }, "grantTypes[1]: no refresh token comes without offline_access in scope"],
      [
        { ...spa, responseTypes: ["code", "id_token", "code token"] },
        'responseTypes[1]: "id_token" needs the grant implicit',
        'responseTypes[2]: "code token" needs the grant implicit',
      ],
      [
        { ...machine, responseTypes: ["code id_token"] },
        'responseTypes[0]: "code id_token" needs the grant authorization_code and implicit',
      ],
      [{ ...spa, ...machine }, "redirectUris: no grant of the client sends anybody there"],
    ],
  },
  "https-redirect-uris": {
    passes: [
      {},
      redirect("https://shop.example/callback", "HTTPS://shop.example", "https://*.shop.example"),
      redirect("http://127.0.0.1/cb", "http://127.0.0.1:5555/cb", "http://[::1]:5555/cb", "http://LOCALHOST:3000"),
      redirect("com.example.app:/callback"),
    ],
    fails: [
      unsafe("http://shop.example/callback"),
      unsafe("http://127.0.0.1.evil.example/callback"),
      unsafe("http://127.0.0.1@evil.example/callback", "http://evil.example/callback"),
      unsafe("http://localhost.evil.example/"),
      unsafe("http://localhost\\@evil.example/", "http://evil.example/"),
      unsafe("shop:/callback"),
      unsafe("javascript:alert(1)"),
      unsafe("http://shop.example/cb?key=geheim#x", "http://shop.example/cb?…"),
      unsafe("user:geheim@shop.example/cb?a=b", "user:…@shop.example/cb?…"),
    ],
  },
  "exact-redirect-uris": {
    passes: [{}, redirect("https://shop.example/callback?tenant=a"), redirect("https://shop.example/?pattern=*")],
    fails: ["https://*.shop.example/callback", "https://shop.example/*"].map((uri): [State, string] => [
      redirect(uri),
      `redirectUris[0]: ${uri} is a pattern`,
    ]),
  },
  "public-redirect-hosts": {
    passes: [
      {},
      redirect("https://shop.example/callback", "http://127.0.0.1:5555/cb", "http://localhost", "http://[::1]/cb"),
      redirect("com.example.app:/callback", "https://10.example/", "https://11.0.0.1/", "https://172.32.0.1/"),
      redirect("https://localshop.example/", "https://[2001:db8::1]/", "https://100.128.0.1/"),
    ],
    fails: [
      ...["10.1.2.3", "192.168.0.1", "172.16.0.1", "172.31.255.255", "169.254.169.254", "100.64.0.1"].map((host) =>
        elsewhere(host),
      ),
      ...["[fd00::1]", "[fe80::1]", "intranet", "shop.local", "shop.corp", "a.b.internal", "shop.home.arpa"].map(
        (host) => elsewhere(host),
      ),
      elsewhere("10.1.2.3:8443", "10.1.2.3"),
      elsewhere("user@intranet", "intranet"),
      elsewhere("167772161"),
      elsewhere("0x0a.1"),
      elsewhere("shop.local."),
    ],
  },
  "no-secrets-in-addresses": {
    passes: [
      {},
      redirect("https://shop.example/callback?tenant=a&state=b&tokens=3", "com.example.app:/callback?token="),
      { jwksUri: "https://user@shop.example/keys" },
      { clientUri: "https://shop.example/?q=secret" },
      { backchannelLogoutUri: "" },
    ],
    fails: [
      [
        redirect("https://a.example", "https://a.example/?x=1&apiKey=geheim"),
        "redirectUris[1]: its parameter apiKey looks like a secret",
      ],
      [{ jwksUri: "https://user:geheim@a.example/keys" }, "jwksUri: there is a password before the host"],
      ...["client_secret", "access_token", "X-Amz-Signature", "sig", "PASSWORD", "db.password"].map(
        (name): [State, string] => [
          { backchannelLogoutUri: `https://a.example/?${name}=geheim` },
          `backchannelLogoutUri: its parameter ${name} looks like a secret`,
        ],
      ),
    ],
  },
  "named-origins": {
    passes: [{}, origin("https://shop.example", "http://localhost:3000")],
    fails: [
      [origin("https://*.shop.example"), "allowedCorsOrigins[0]: https://*.shop.example is a pattern"],
      [origin("*"), "allowedCorsOrigins[0]: * is a pattern"],
      [origin("http://shop.example"), "allowedCorsOrigins[0]: http://shop.example is not protected on its way"],
    ],
  },
  "no-secret-in-browsers": {
    passes: [{}, { clientSecret: "geheim" }, spa, { ...spa, clientSecret: "" }, origin("https://shop.example")],
    fails: [
      [
        { allowedCorsOrigins: ["https://shop.example"] },
        "allowedCorsOrigins: scripts may call, and the client has a secret",
      ],
      [{ ...spa, clientSecret: "geheim" }, "clientSecret: is set, and tokenEndpointAuthMethod is none"],
    ],
  },
  "asymmetric-authentication": {
    passes: [spa, { tokenEndpointAuthMethod: "private_key_jwt" }],
    fails: [
      [{}, "tokenEndpointAuthMethod: client_secret_basic sends the secret"],
      [
        { tokenEndpointAuthMethod: "client_secret_post" },
        "tokenEndpointAuthMethod: client_secret_post sends the secret",
      ],
    ],
  },
  "https-keys": {
    passes: [{}, { jwksUri: "" }, { jwksUri: "https://shop.example/keys" }],
    fails: [
      [{ jwksUri: "http://shop.example/keys?a=b" }, "jwksUri: http://shop.example/keys?… is not protected on its way"],
    ],
  },
  "consent-for-others": {
    passes: [
      spa,
      { ...spa, skipConsent: false },
      { ...spa, skipConsent: true, metadata: { firstParty: true } },
      { ...machine, skipConsent: true },
    ],
    fails: [undefined, null, {}, "text", [1], { firstParty: "yes" }, { firstParty: false }].map(
      (metadata): [State, string] => [
        { ...spa, skipConsent: true, metadata },
        "skipConsent: nobody is asked for consent, and metadata does not say firstParty",
      ],
    ),
  },
  "short-access-tokens": {
    passes: [
      {},
      { clientCredentialsGrantAccessTokenLifespan: "1h" },
      { clientCredentialsGrantAccessTokenLifespan: "59m59.999s", refreshTokenGrantRefreshTokenLifespan: "720h" },
      // Expired from the first second.
      { clientCredentialsGrantAccessTokenLifespan: "-5m" },
    ],
    fails: [
      [{ jwtBearerGrantAccessTokenLifespan: "1h0m1s" }, "jwtBearerGrantAccessTokenLifespan: 1h0m1s is longer than 1h"],
      [
        { implicitGrantAccessTokenLifespan: "3600001ms" },
        "implicitGrantAccessTokenLifespan: 3600001ms is longer than 1h",
      ],
    ],
  },
  "refresh-tokens-expire": {
    passes: [
      {},
      { refreshTokenGrantRefreshTokenLifespan: "720h" },
      { refreshTokenGrantRefreshTokenLifespan: "0s" },
      { ...spa, refreshTokenGrantRefreshTokenLifespan: "24h", refreshTokenGrantIdTokenLifespan: "999h" },
    ],
    fails: [
      [
        { authorizationCodeGrantRefreshTokenLifespan: "8760h" },
        "authorizationCodeGrantRefreshTokenLifespan: 8760h is longer than 720h",
      ],
      [
        { ...spa, refreshTokenGrantRefreshTokenLifespan: "25h" },
        "refreshTokenGrantRefreshTokenLifespan: 25h is longer than 24h",
      ],
      [{ refreshTokenGrantRefreshTokenLifespan: "-1ns" }, "refreshTokenGrantRefreshTokenLifespan: -1ns means never"],
    ],
  },
  "named-subjects": {
    kind: "TrustedJwtIssuer",
    passes: [{ subject: "alice" }, { subject: "alice", allowAnySubject: false }],
    fails: [[{ allowAnySubject: true }, "allowAnySubject: the issuer vouches for everybody"]],
  },
  "no-expired-trusts": {
    kind: "TrustedJwtIssuer",
    passes: [{ expiresAt: "2026-11-26T12:00:01Z" }, { expiresAt: "2026-11-26T12:00:00-01:00" }],
    fails: ["2026-11-26T12:00:00Z", "2020-01-01T00:00:00Z"].map((expiresAt): [State, string] => [
      { expiresAt },
      `expiresAt: it expired at ${expiresAt}, and Hydra may still issue tokens for it`,
    ]),
  },
  "trusts-expire": {
    kind: "TrustedJwtIssuer",
    passes: [{ expiresAt: "2028-11-25T12:00:00Z" }, { expiresAt: "2020-01-01T00:00:00Z" }],
    fails: ["2028-11-25T12:00:01Z", "2099-01-01T00:00:00Z"].map((expiresAt): [State, string] => [
      { expiresAt },
      `expiresAt: ${expiresAt} is more than 730 days away`,
    ]),
  },
  "https-issuers": {
    kind: "TrustedJwtIssuer",
    passes: ["https://idp.example", "idp", "http", "http://localhost:8080", "urn:idp"].map((issuer) => ({ issuer })),
    fails: [[{ issuer: "HTTP://idp.example/realms/a?b=c" }, "issuer: HTTP://idp.example/realms/a?… is plain HTTP"]],
  },
  "no-private-keys": {
    passes: [{}, { jwks: {} }, keys(ec, rsa), { jwk: ec }],
    fails: [
      [keys(ec, { ...rsa, d: "geheim", p: "geheim" }), 'jwks.keys[1]: key "rsa" has private members: d, p'],
      [{ jwk: { kty: "oct", k: "geheim" } }, "jwk: a key without kid has private members: k"],
    ],
  },
  "strong-key-algorithms": {
    passes: [
      { publicKey: { ...rsa, alg: "RS256" } },
      { alg: "ES256", set: "orders" },
      keys(ec, { ...rsa, alg: "RS256" }, { ...ec, alg: "ES256" }, { ...ec, alg: 7 }),
      { jwk: { ...rsa, alg: "PS512" } },
    ],
    fails: [
      ...["none", "HS256", "HS512", "RS1", "RSA1_5"].map((alg): [State, string] => [
        keys(ec, { ...rsa, alg }),
        `jwks.keys[1]: key "rsa" is for ${alg}`,
      ]),
      [{ jwk: { ...rsa, alg: "HS384" } }, 'jwk: key "rsa" is for HS384'],
      [{ publicKey: { ...rsa, alg: "RS1" }, alg: "RS256" }, 'publicKey: key "rsa" is for RS1'],
      [{ privateKey: { ...rsa, alg: "RS1", d: "geheim" } }, 'privateKey: key "rsa" is for RS1'],
      [{ privateKey: { ...rsa, d: "geheim" }, alg: "none" }, 'privateKey: key "rsa" is for none'],
    ],
  },
  "long-rsa-keys": {
    passes: [keys(ec, rsa), { jwk: rsa }, { jwk: { kid: "all that the server shows" } }],
    fails: [
      [keys(rsa, short), 'jwks.keys[1]: key "short" has 1024 bits'],
      [{ jwk: short }, 'jwk: key "short" has 1024 bits'],
      [{ publicKey: short, privateKey: short }, 'publicKey: key "short" has 1024 bits'],
      [{ privateKey: { ...short, d: "geheim" } }, 'privateKey: key "short" has 1024 bits'],
    ],
  },
  "keys-have-one-owner": {
    passes: [keys(other, rsa), { issuer: "idp", jwk: { kid: "all that the server shows" } }],
    fails: [
      [keys(other, ec), 'jwks.keys[1]: key "ec" is the key of client "app" too and 1 more'],
      [{ issuer: "idp", jwk: { ...other, kid: "b" } }, 'jwk: key "b" is the key of client "web" too'],
    ],
  },
  "keys-are-renewed": {
    passes: [
      { createdAt: "2020-01-01T00:00:00Z", updatedAt: "2024-11-26T12:00:00Z", jwks: { keys: [ec] } },
      { createdAt: "2020-01-01T00:00:00Z" },
      { jwk: ec },
    ],
    fails: [
      [
        { createdAt: "2020-01-01T00:00:00Z", updatedAt: "2024-11-25T11:00:00Z", jwks: { keys: [ec, rsa] } },
        'jwks.keys[0]: key "ec" has been there since 2024-11-25T11:00:00Z',
        'jwks.keys[1]: key "rsa" has been there since 2024-11-25T11:00:00Z',
      ],
      [{ createdAt: "2020-01-01T00:00:00Z", jwk: ec }, 'jwk: key "ec" has been there since 2020-01-01T00:00:00Z'],
    ],
  },
};

describe.each(rules)("$name", (rule) => {
  const { kind = "OAuth2Client", passes, fails } = cases[rule.name] ?? { passes: [], fails: [] };
  const said = (state: State) =>
    findings(rule, kind, state, context).map(({ path, found }) => `${formatPath(path)}: ${found}`);

  it("lets pass what keeps to it", () => {
    expect(passes.length).toBeGreaterThan(0);
    expect(passes.map(said)).toEqual(passes.map(() => []));
  });

  it("says of each that does not what is wrong, without what may be secret", () => {
    expect(fails.length).toBeGreaterThan(0);
    expect(fails.map(([state]) => said(state))).toEqual(fails.map(([, ...expected]) => expected));
    expect(JSON.stringify(fails.map(([state]) => said(state)))).not.toContain("geheim");
  });

  it("finds nothing in another kind of resource", () => {
    const others = kinds.filter((other) => !rule.kinds.includes(other));
    expect(others.flatMap((other) => fails.flatMap(([state]) => findings(rule, other, state, context)))).toEqual([]);
  });
});

describe("the rules", () => {
  it("have names of their own, each with its cases", () => {
    expect(rules.map(({ name }) => name).sort()).toEqual(Object.keys(cases).sort());
    expect(rules.map(({ name }) => name).filter((name) => !/^[a-z]+(-[a-z0-9]+)+$/.test(name))).toEqual([]);
  });

  it("cite a section of a standard", () => {
    const standard = /^(RFC (9700|8725)|OpenID Connect (Core|Registration)), \d+(\.\d+)*$/;
    expect(rules.map(({ clause }) => clause).filter((clause) => !standard.test(clause))).toEqual([]);
  });

  it("take the bounds that they are given", () => {
    const strict = { ...context, longest: { ...longest, accessTokenHours: 0.5, keyDays: 1 } };
    const found = rules.flatMap((rule) => [
      ...findings(rule, "ClientLifespans", { implicitGrantAccessTokenLifespan: "31m" }, strict),
      ...findings(rule, "TrustedJwtIssuer", { expiresAt: "2026-11-28T12:00:00Z" }, strict),
    ]);
    expect(found.map(({ found }) => found)).toEqual([
      "31m is longer than 0.5h",
      "2026-11-28T12:00:00Z is more than 1 days away",
    ]);
  });
});

describe("the policies", () => {
  const validate = (type: string, props: State, options = {}) => {
    const said: string[] = [];
    for (const policy of policies(options)) {
      const validations = [policy.validateResource ?? []].flat();
      const args = { type, props } as unknown as Parameters<(typeof validations)[number]>[0];
      for (const validation of validations) void validation(args, (text) => void said.push(`${policy.name}: ${text}`));
    }
    return said;
  };
  const bad = { refreshTokenGrantAccessTokenLifespan: "2h" };

  it("are the rules that need no live server, under their names", () => {
    expect(policies().map(({ name }) => name)).toEqual(rules.filter(({ live }) => !live).map(({ name }) => name));
    expect(rules.filter(({ live }) => live).map(({ name }) => name)).toEqual([
      "keys-have-one-owner",
      "keys-are-renewed",
    ]);
    expect(policies().find(({ name }) => name === "no-implicit-grant")).toMatchObject({
      description: "No URL contains an access token (RFC 9700, 2.1.2)",
      enforcementLevel: "mandatory",
    });
    expect(new Set(policies().map(({ enforcementLevel }) => enforcementLevel))).toEqual(
      new Set(["mandatory", "advisory"]),
    );
  });

  it("know the resources by their types on both hosts, and no others", () => {
    const types = ["hydra:index:ClientLifespans", "pulumi-nodejs:dynamic/hydra:ClientLifespans"];
    const line = "short-access-tokens: refreshTokenGrantAccessTokenLifespan: 2h is longer than 1h; ";
    for (const type of types) {
      expect(validate(type, bad)).toEqual([
        `${line}shorten the lifespan; the client can get new access tokens with a refresh token`,
      ]);
    }
    const others = [
      "other:index:ClientLifespans",
      "pulumi-nodejs:dynamic/other:ClientLifespans",
      "hydra:index:Nothing",
    ];
    expect(others.flatMap((type) => validate(type, bad))).toEqual([]);
  });

  it("take the bounds of a house", () => {
    expect(validate("hydra:index:ClientLifespans", bad, { longest: { accessTokenHours: 2 } })).toEqual([]);
    expect(validate("hydra:index:ClientLifespans", bad, { longest: { keyDays: 1 } })).toHaveLength(1);
  });

  it("read no value of a preview that they do not need", () => {
    const props = Object.defineProperty({ ...bad }, "clientId", {
      enumerable: true,
      get: () => {
        throw new Error("not known yet");
      },
    });
    expect(validate("hydra:index:ClientLifespans", props)).toHaveLength(1);
  });
});
