// Knows what each rule of examples/guard-rails lets pass and what not, and that its README says the same.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { authenticationRules } from "../../examples/guard-rails/authentication-rule.ts";
import { grantRules } from "../../examples/guard-rails/grant-rule.ts";
import { lifespanRules } from "../../examples/guard-rails/lifespan-rule.ts";
import { redirectRules } from "../../examples/guard-rails/redirect-rule.ts";
import { kindOf, type Registration, type Rule } from "../../examples/guard-rails/rule.ts";

const rules = [...grantRules, ...redirectRules, ...authenticationRules, ...lifespanRules];

interface Case {
  passes: readonly Registration[];
  /** Each with what is said of it. */
  fails: readonly (readonly [Registration, ...string[]])[];
}

const spa = { tokenEndpointAuthMethod: "none", grantTypes: ["authorization_code", "refresh_token"] };
const redirect = (...redirectUris: string[]) => ({ redirectUris });
const origin = (...allowedCorsOrigins: string[]) => ({ tokenEndpointAuthMethod: "none", allowedCorsOrigins });
const unsafe = (uri: string) =>
  `redirectUris has ${uri}: use https, http://127.0.0.1 or http://[::1], or a scheme like com.example.app`;

const cases: Record<string, Case> = {
  "no-implicit-grant": {
    passes: [{}, spa, { responseTypes: ["code", "code id_token", "id_token"] }],
    fails: [
      [{ grantTypes: ["implicit"] }, "grantTypes has implicit: use authorization_code with PKCE"],
      ...["token", "id_token token", "code token"].map(
        (type) =>
          [
            { responseTypes: ["code", type] },
            `responseTypes has "${type}", which puts an access token into an address: use "code"`,
          ] as const,
      ),
    ],
  },
  "no-password-grant": {
    passes: [{}, { grantTypes: ["client_credentials"] }],
    fails: [[{ grantTypes: ["password"] }, "grantTypes has password: use authorization_code with PKCE"]],
  },
  "public-clients-use-pkce": {
    passes: [
      {},
      spa,
      { grantTypes: ["client_credentials"] },
      { tokenEndpointAuthMethod: "none", grantTypes: ["urn:ietf:params:oauth:grant-type:device_code"] },
    ],
    fails: [
      [
        { tokenEndpointAuthMethod: "none", grantTypes: ["authorization_code", "client_credentials"] },
        "grantTypes has client_credentials, but tokenEndpointAuthMethod is none: anybody could use it",
      ],
    ],
  },
  "restricted-audience": {
    passes: [{}, spa, { grantTypes: ["client_credentials"], audience: ["https://orders.example"] }],
    fails: [
      [
        { grantTypes: ["client_credentials"], audience: [] },
        "audience is empty: name the APIs that the client calls, so that no other one takes its tokens",
      ],
    ],
  },
  "https-redirect-uris": {
    passes: [
      {},
      redirect("https://shop.example/callback", "HTTPS://shop.example"),
      redirect("http://127.0.0.1/cb", "http://127.0.0.1:5555/cb", "http://[::1]:5555/cb", "http://localhost:3000"),
      redirect("com.example.app:/callback"),
    ],
    fails: [
      "http://shop.example/callback",
      "http://127.0.0.1.evil.example/callback",
      "http://127.0.0.1@evil.example/callback",
      "http://localhost.evil.example/",
      "shop:/callback",
      "javascript:alert(1)",
    ].map((uri) => [redirect("https://shop.example/callback", uri), unsafe(uri)] as const),
  },
  "exact-redirect-uris": {
    passes: [{}, redirect("https://shop.example/callback?tenant=a")],
    fails: ["https://*.shop.example/callback", "https://shop.example/*"].map(
      (uri) => [redirect(uri), `redirectUris has ${uri}: name each address`] as const,
    ),
  },
  "named-origins": {
    passes: [{}, origin("https://shop.example", "http://localhost:3000")],
    fails: [
      [origin("https://*.shop.example"), "allowedCorsOrigins has https://*.shop.example: name each origin"],
      [origin("*"), "allowedCorsOrigins has *: name each origin"],
      [origin("http://shop.example"), "allowedCorsOrigins has http://shop.example: use https"],
    ],
  },
  "no-secret-in-browsers": {
    passes: [{}, { clientSecret: "a secret" }, spa, { ...spa, clientSecret: "" }, origin("https://shop.example")],
    fails: [
      [
        { allowedCorsOrigins: ["https://shop.example"] },
        "allowedCorsOrigins is set: a client in browsers has tokenEndpointAuthMethod none; one with a server needs no origins",
      ],
      [{ ...spa, clientSecret: "a secret" }, "clientSecret is set, but tokenEndpointAuthMethod is none: leave it out"],
    ],
  },
  "asymmetric-authentication": {
    passes: [spa, { tokenEndpointAuthMethod: "private_key_jwt" }],
    fails: [
      [{}, "tokenEndpointAuthMethod is client_secret_basic: private_key_jwt leaves no secret at the server"],
      [
        { tokenEndpointAuthMethod: "client_secret_post" },
        "tokenEndpointAuthMethod is client_secret_post: private_key_jwt leaves no secret at the server",
      ],
    ],
  },
  "short-access-tokens": {
    passes: [
      {},
      { clientCredentialsGrantAccessTokenLifespan: "1h" },
      { clientCredentialsGrantAccessTokenLifespan: "59m59.999s", refreshTokenGrantRefreshTokenLifespan: "720h" },
    ],
    fails: [
      [{ jwtBearerGrantAccessTokenLifespan: "1h0m1s" }, "jwtBearerGrantAccessTokenLifespan is 1h0m1s: at most 1h"],
      [{ implicitGrantAccessTokenLifespan: "3600001ms" }, "implicitGrantAccessTokenLifespan is 3600001ms: at most 1h"],
    ],
  },
  "refresh-tokens-expire": {
    passes: [
      {},
      { refreshTokenGrantRefreshTokenLifespan: "720h" },
      { ...spa, refreshTokenGrantRefreshTokenLifespan: "24h", refreshTokenGrantIdTokenLifespan: "999h" },
    ],
    fails: [
      [
        { authorizationCodeGrantRefreshTokenLifespan: "8760h" },
        "authorizationCodeGrantRefreshTokenLifespan is 8760h: at most 720h",
      ],
      [
        { ...spa, refreshTokenGrantRefreshTokenLifespan: "25h" },
        "refreshTokenGrantRefreshTokenLifespan is 25h: at most 24h",
      ],
    ],
  },
};

describe.each(rules)("$name", ({ name, violations }: Rule) => {
  const { passes, fails } = cases[name] ?? { passes: [], fails: [] };

  it("lets pass what keeps to it", () => {
    expect(passes.length).toBeGreaterThan(0);
    expect(passes.map((registration) => violations(registration))).toEqual(passes.map(() => []));
  });

  it("says of each that does not what is wrong and what to do", () => {
    expect(fails.length).toBeGreaterThan(0);
    expect(fails.map(([registration]) => violations(registration))).toEqual(fails.map(([, ...said]) => said));
  });
});

describe("the pack", () => {
  it("knows the resources by their types on both hosts, and no others", () => {
    expect(
      [
        "hydra:index:OAuth2Client",
        "pulumi-nodejs:dynamic/hydra:OAuth2Client",
        "hydra:index:ClientLifespans",
        "pulumi-nodejs:dynamic/hydra:ClientLifespans",
        "hydra:index:TrustedJwtIssuer",
        "other:index:OAuth2Client",
        "pulumi-nodejs:dynamic/other:OAuth2Client",
      ].map(kindOf),
    ).toEqual(["OAuth2Client", "OAuth2Client", "ClientLifespans", "ClientLifespans", undefined, undefined, undefined]);
  });

  it("has in its README what its rules say", () => {
    const rows = rules.map(({ name, clause, level, summary }) => `| \`${name}\` | ${clause} | ${level} | ${summary} |`);
    const readme = readFileSync("examples/guard-rails/README.md", "utf8");
    expect(readme.split("\n").filter((line) => line.startsWith("| `"))).toEqual(rows);
  });
});
