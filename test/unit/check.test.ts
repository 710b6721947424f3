// Knows what a preview says of values that would be dead on arrival, or that one database keeps and another does not.

import { describe, expect, it } from "vitest";
import { inWords } from "../../provider/explained.ts";
import { failuresOf } from "../../provider/lifecycle/check.ts";
import { formatPath } from "../../provider/lifecycle/failure.ts";
import { nearest } from "../../provider/lifecycle/nearest.ts";
import { unknown, type Values } from "../../provider/lifecycle/value.ts";
import { clientLifespans } from "../../provider/resources/client-lifespans/definition.ts";
import { oauth2Client } from "../../provider/resources/oauth2-client/definition.ts";
import { clientWarnings } from "../../provider/resources/oauth2-client/rule.ts";
import { trustedJwtIssuer } from "../../provider/resources/trusted-jwt-issuer/definition.ts";
import { replacementWarnings, trustWarnings } from "../../provider/resources/trusted-jwt-issuer/rule.ts";

const said = (resource: Parameters<typeof failuresOf>[0], inputs: Values) =>
  failuresOf(resource, inputs).map(({ path, reason }) => `${formatPath(path)} ${reason}`);
const ofClient = (inputs: Values) => said(oauth2Client, inputs);
const jwk = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: "k1" };
const trust = { issuer: "i", subject: "s", expiresAt: "2030-01-01T00:00:00Z", jwk };
const ofTrust = (inputs: Values) => said(trustedJwtIssuer, { ...trust, ...inputs });

const [nul, half] = ["a\0b", "a\ud800b"];
const unstorable = "must not hold the NUL character or half of a surrogate pair: not every database keeps them";
const tooLong = "must have at most 255 characters: PostgreSQL and MySQL keep no more";

describe("what not every database keeps", () => {
  it.each([nul, half])("is refused in every string: %j", (odd) => {
    const names = Object.keys(oauth2Client.inputs.shape);
    const lists = ["contacts", "grantTypes", "responseTypes", "audience", "requestUris"];
    const texts = [
      "clientId",
      "clientSecret",
      "clientName",
      "owner",
      "scope",
      "jwksUri",
      "backchannelLogoutUri",
      "frontchannelLogoutUri",
    ];
    expect([...lists, ...texts].filter((name) => !names.includes(name))).toEqual([]);
    for (const name of texts) expect(ofClient({ [name]: `secret${odd}` })).toEqual([`${name} ${unstorable}`]);
    for (const name of lists) expect(ofClient({ [name]: ["good", odd] })).toEqual([`${name}[1] ${unstorable}`]);
    for (const name of [
      "tokenEndpointAuthMethod",
      "redirectUris",
      "allowedCorsOrigins",
      "postLogoutRedirectUris",
      "clientUri",
    ]) {
      const value = name.endsWith("s") ? [`https://a.example/${odd}`] : `https://a.example/${odd}`;
      expect(ofClient({ [name]: value }).length).toBeGreaterThan(0);
    }
    expect(ofTrust({ issuer: odd })).toEqual([`issuer ${unstorable}`]);
    expect(ofTrust({ subject: odd })).toEqual([`subject ${unstorable}`]);
    expect(ofTrust({ scope: [odd] })).toEqual([`scope[0] ${unstorable}`]);
    expect(ofTrust({ jwk: { ...jwk, kid: odd } })).toEqual([`jwk.kid ${unstorable}`]);
  });

  it("is refused of more than 255 characters, where a column has no more", () => {
    for (const [letter, count] of [
      ["i", 256],
      ["\u00fc", 256],
      ["\u{1d4b3}", 256],
      ["i", 300],
    ] as const) {
      const long = letter.repeat(count);
      expect(ofClient({ clientId: long })).toEqual([`clientId ${tooLong}`]);
      expect(said(clientLifespans, { clientId: long })).toEqual([`clientId ${tooLong}`]);
      expect(ofTrust({ issuer: long })).toEqual([`issuer ${tooLong}`]);
      expect(ofTrust({ subject: long })).toEqual([`subject ${tooLong}`]);
      expect(ofTrust({ jwk: { ...jwk, kid: long } })).toEqual([`jwk.kid ${tooLong}`]);
      const longest = letter.repeat(255);
      expect(ofClient({ clientId: longest })).toEqual([]);
      expect(ofTrust({ issuer: longest, subject: longest, jwk: { ...jwk, kid: longest } })).toEqual([]);
    }
  });
});

describe("what is dead on arrival", () => {
  it.each([
    ["client_credential", "client_credentials"],
    ["client-credentials", "client_credentials"],
    ["clientcredentials", "client_credentials"],
    ["authorisation_code", "authorization_code"],
    ["Authorization Code", "authorization_code"],
    ["refresh_tokens", "refresh_token"],
    ["implict", "implicit"],
    ["urn:ietf:params:oauth:grant-type:jwt_bearer", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
    ["urn:ietf:params:oauth:grant_type:device_code", "urn:ietf:params:oauth:grant-type:device_code"],
  ])("a misspelt grant: %s", (grant, meant) => {
    expect(ofClient({ grantTypes: ["implicit", grant] })).toEqual([
      `grantTypes[1] is not a grant that Hydra knows; did you mean ${meant}?`,
    ]);
  });

  it("no grant that may be known to others", () => {
    const grantTypes = ["authorization_code", "urn:example:grant", "magic", "", "password"];
    expect(ofClient({ grantTypes })).toEqual([]);
    expect(ofClient({ grantTypes: [unknown, "implicit"] })).toEqual([]);
  });

  it("client_secret_jwt and a misspelt method", () => {
    expect(ofClient({ tokenEndpointAuthMethod: "client_secret_jwt" })).toEqual([
      "tokenEndpointAuthMethod is a method that Hydra does not have: use one of client_secret_basic, client_secret_post, private_key_jwt, none",
    ]);
    expect(ofClient({ tokenEndpointAuthMethod: "client-secret-post" })).toEqual([
      "tokenEndpointAuthMethod is not a method that Hydra knows; did you mean client_secret_post?",
    ]);
    for (const method of ["client_secret_basic", "client_secret_post", "none", "tls_client_auth", ""]) {
      expect(ofClient({ tokenEndpointAuthMethod: method })).toEqual([]);
    }
  });

  it.each(["localhost:3000/callback", "localhost:3000", "app.example:443?a", "a:80#b"])(
    "a URI without a scheme: %s",
    (uri) => {
      const reason = "needs a scheme before the host: write http:// or https:// before it";
      const others = { redirectUris: ["http://localhost:3000/cb"] };
      expect(ofClient({ redirectUris: [uri] })[0]).toBe(`redirectUris[0] ${reason}`);
      expect(ofClient({ ...others, postLogoutRedirectUris: [uri] })).toEqual([`postLogoutRedirectUris[0] ${reason}`]);
      for (const name of ["jwksUri", "backchannelLogoutUri", "frontchannelLogoutUri"]) {
        expect(ofClient({ [name]: uri })).toEqual([`${name} ${reason}`]);
      }
    },
  );

  it.each([
    "http://localhost:3000/callback",
    "com.example.app:/cb",
    "com.example.app:cb",
    "com.example.app://cb",
    "urn:ietf:wg:oauth:2.0:oob",
    "https://a.example/\u00e4?b=%zz",
    "http://[::1]:80/",
    "https://user@a.example:8443/",
  ])("no URI that Hydra reads: %s", (uri) => {
    expect(ofClient({ redirectUris: [uri] })).toEqual([]);
  });

  it.each([
    "https://a b/",
    "https://a.example:x/",
    "http://a:*/cb",
    "https://a.example/%zz",
    "http://127.0.0.1:80:80/",
    "https://a.example/\n",
    "https://a\\b/",
    "https://a%20b/",
  ])("a URI that Hydra cannot read: %j", (uri) => {
    expect(ofClient({ redirectUris: [uri] })).toEqual([
      "redirectUris[0] cannot be read as a URI: look at its host, its port and its escapes (%)",
    ]);
  });

  it.each([
    ["1d", "24h"],
    ["30 days", "720h"],
    ["2w", "336h"],
    ["1.5d", "36h"],
    ["1d12h", "24h12h"],
    ["-7d", "-168h"],
  ])("a duration in days: %s", (written, hours) => {
    expect(ofClient({ clientCredentialsGrantAccessTokenLifespan: written })).toEqual([
      `clientCredentialsGrantAccessTokenLifespan must be in hours, because Hydra has no unit for days: write "${hours}"`,
    ]);
  });

  it.each(["30", "", "1y", "d", "1e3d", `${"9".repeat(50)}d`, "1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d"])(
    "a duration that is none: %s",
    (written) => {
      expect(ofClient({ clientCredentialsGrantAccessTokenLifespan: written })).toEqual([
        'clientCredentialsGrantAccessTokenLifespan must be a duration such as "30m", "1h30m" or "720h" (units: ns, us, ms, s, m, h)',
      ]);
    },
  );

  const form = "must be an origin such as https://app.example: http or https, without user, path, query and fragment";
  const port = "must have a number as its port, or none: Hydra takes * in the host alone";
  it.each([
    ["https://b\u00fccher.example", "must be written as browsers send it: https://xn--bcher-kva.example"],
    ["https://b\u00fccher.example:8443/", "must be written as browsers send it: https://xn--bcher-kva.example:8443"],
    ["http://localhost:*", port],
    ["http://localhost:3000*", port],
    ["https://a:b:c", port],
    ["https://b%C3%BCcher.example", form],
    ["https://a b", form],
    ["https://a\\b", form],
    ["https://[zz]", form],
    ["https://[::1", form],
    ["https://", form],
    ["null", form],
    ["https://a.example/path", form],
  ])("an origin that Hydra refuses or rewrites: %s", (origin, reason) => {
    expect(ofClient({ allowedCorsOrigins: [origin] })).toEqual([`allowedCorsOrigins[0] ${reason}`]);
  });

  it.each([
    "https://*.a.example",
    "https://*",
    "https://a_b",
    "https://[::1]:80",
    "HTTPS://A.example//",
    "https://a.example:",
  ])("no origin that Hydra takes: %s", (origin) => {
    expect(ofClient({ allowedCorsOrigins: [origin] })).toEqual([]);
  });

  it("a member of metadata that is lost on the way", () => {
    const reason = "is a name that Pulumi loses on the way to the provider; choose another";
    expect(ofClient({ metadata: JSON.parse('{"a":[{"__proto__":1}],"b":{"__proto__":{}},"__proto__":null}') })).toEqual(
      [`metadata.a[0].__proto__ ${reason}`, `metadata.b.__proto__ ${reason}`, `metadata.__proto__ ${reason}`],
    );
    expect(ofClient({ metadata: { proto: 1, constructor: 2, a: "__proto__" } })).toEqual([]);
  });
});

describe("a name that is misspelt", () => {
  it.each([
    ["clientNmae", "clientName"],
    ["clientnaem", "clientName"],
    ["client_name", "clientName"],
    ["redirectUrls", "redirectUris"],
    ["redirectUri", "redirectUris"],
    ["grantType", "grantTypes"],
    ["scopes", "scope"],
    ["jwk", "jwks"],
  ])("%s is understood", (written, meant) => {
    expect(ofClient({ [written]: "x" })).toEqual([
      `${written} is not a property of this resource; did you mean ${meant}?`,
    ]);
  });

  it.each(["", "x", "foo", "clientele", "x".repeat(1_000_000)])("%.20s is like none", (written) => {
    expect(ofClient({ [written]: "x" })).toHaveLength(1);
    expect(nearest(written, Object.keys(oauth2Client.inputs.shape))).toBeUndefined();
  });

  it("is taken for the nearest of several", () => {
    expect(nearest("jwksUrl", ["jwks", "jwksUri", "logoUri"])).toBe("jwksUri");
    expect(nearest("tosUris", ["logoUri", "tosUri"])).toBe("tosUri");
  });
});

describe("a warning", () => {
  it("tells of commas between scope values", () => {
    expect(clientWarnings({ scope: "read,write" }).map(inWords)).toEqual([
      "scope: spaces separate scope values (RFC 6749, 3.3); Hydra reads values with commas between them as one value [likely-mistake]",
    ]);
    expect([clientWarnings({ scope: "read write" }), clientWarnings({ scope: unknown }), clientWarnings({})]).toEqual([
      [],
      [],
      [],
    ]);
    const expiresAt = "2999-01-01T00:00:00Z";
    for (const scope of [["read,write"], ["read", "a b"]]) {
      expect(trustWarnings({ scope, expiresAt }).map(inWords)).toEqual([
        "scope: a value of the list holds a space or a comma; write each scope value as a separate item [likely-mistake]",
      ]);
    }
    expect(trustWarnings({ scope: ["read", "write"], expiresAt })).toEqual([]);
  });

  const created = Date.parse("2026-01-01T10:00:00Z");
  const after = (ms: number) => new Date(created + ms).toISOString();
  const [minute, day] = [60_000, 86_400_000];
  const state = { createdAt: after(0), expiresAt: after(30 * day - 5_000) };

  it("tells of a replacement that comes at each up, because the date is computed from the current time", () => {
    for (const later of [minute, 5 * minute, day, 20 * day]) {
      const now = created + later;
      const found = replacementWarnings(["expiresAt"], { expiresAt: after(later + 30 * day) }, state, now);
      expect(found.map(inWords)).toEqual([
        "expiresAt: it is as far from now as it was when the trust was created. A program that computes it from the current time " +
          "replaces the trust at each `up`; write a fixed date [likely-mistake]",
      ]);
    }
  });

  it.each<[string, readonly string[], Values, Values]>([
    ["another date", ["expiresAt"], { expiresAt: after(90 * day) }, state],
    ["a date that is a little later", ["expiresAt"], { expiresAt: after(30 * day) }, state],
    ["the date that was", ["expiresAt"], { expiresAt: state.expiresAt }, state],
    ["other changes", ["scope", "expiresAt"], { expiresAt: after(31 * day) }, state],
    ["no change", [], { expiresAt: after(31 * day) }, state],
    ["a date that is not known", ["expiresAt"], { expiresAt: unknown }, state],
    ["a state without a date", ["expiresAt"], { expiresAt: after(31 * day) }, {}],
  ])("does not tell that of %s", (_, changed, inputs, recorded) => {
    expect(replacementWarnings(changed, inputs, recorded, created + day)).toEqual([]);
  });
});
