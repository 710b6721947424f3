// Knows to whom the plugin shows its credentials, over which lines, and what it says when they are not enough.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selfSigned } from "../support/certificate.ts";
import { type Engine, failing, secret, startEngine } from "../support/engine.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { hydra } from "../support/hydra.ts";

let engine: Engine;
let gateway: Gateway;
beforeAll(async () => {
  engine = await startEngine({ config: null });
  gateway = await startGateway({ target: hydra.adminUrl });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

const token = "a-token-for-the-admin-api";

/** Reads a client with this configuration. */
const reading = async (config: object) => {
  await engine.configure({ adminUrl: gateway.url, retries: 0, ...config });
  gateway.received.length = 0;
  return engine.read("OAuth2Client", "web", { clientId: "web" });
};

describe("an answer 401 or 403", () => {
  const { cert, key } = selfSigned();
  const cases: [string, object, string][] = [
    ["none", {}, "the request had no credentials; configure some, such as hydra:accessToken"],
    ["a token", { accessToken: token }, "the request used hydra:accessToken; "],
    ["a password", { username: "user", password: "password" }, "the request used hydra:username, hydra:password; "],
    ["headers", { headers: { "X-Api-Key": "the-api-key" } }, "the request used hydra:headers; "],
    ["a certificate", { clientCertificate: cert, clientKey: key }, "the request used hydra:clientCertificate; "],
    [
      "a token and headers",
      { accessToken: token, headers: { "X-Api-Key": "the-api-key" } },
      "the request used hydra:accessToken, hydra:headers; ",
    ],
  ];

  it.each(cases)("names the credentials that were sent and never their value: %s", async (_, config, said) => {
    for (const status of [401, 403]) {
      // What was sent comes back in the answer.
      gateway.answer((received) => ({ status, body: `no entry for ${JSON.stringify(received)}` }));
      const [code, message] = await failing(reading(config));
      expect(code).toBe("FAILED_PRECONDITION");
      expect(message).toContain(`(${status} GET /admin/clients/web); ${said}`);
      for (const value of [token, "password", btoa("user:password"), "the-api-key"])
        expect(message.replaceAll("hydra:password", "")).not.toContain(value);
    }
  });

  it("names the grant whose token was refused, and not the token", async () => {
    await using issuer = await startGateway({ target: hydra.publicUrl });
    const granted = { access_token: "the-granted-token", token_type: "bearer", expires_in: 3600 };
    issuer.answer({ status: 200, body: JSON.stringify(granted) });
    gateway.answer((received) => ({ status: 401, body: JSON.stringify({ error: JSON.stringify(received) }) }));
    const grant = {
      oauth2TokenUrl: `${issuer.url}/token`,
      oauth2ClientId: "the-client",
      oauth2ClientSecret: "the-secret",
    };
    const [, message] = await failing(reading(grant));
    expect(gateway.received[0]?.authorization).toBe("Bearer the-granted-token");
    expect(message).toContain("Bearer [secret]");
    expect(message).toContain("the request used hydra:oauth2ClientId, hydra:oauth2ClientSecret; ");
    expect(message).not.toContain("the-granted-token");

    issuer.answer((received) => ({ status: 401, body: `${JSON.stringify(received)} is not the-secret` }));
    const [, refused] = await failing(reading(grant));
    expect(refused).toContain("(401 POST /token); the request used hydra:oauth2ClientId, hydra:oauth2ClientSecret; ");
    expect(refused).not.toMatch(/the-secret|dGhlLWNsaWVudDp0aGUtc2VjcmV0/);
  });

  it("names the key of the connection that was used", async () => {
    gateway.answer({ status: 403, body: "no" });
    await engine.configure({ connections: { eu: { adminUrl: gateway.url, accessToken: token, retries: 0 } } });
    const [, message] = await failing(engine.read("OAuth2Client", "web", { clientId: "web", connection: "eu" }));
    expect(message).toContain("the request used hydra:connections.eu.accessToken; check that credential");
  });
});

describe("credentials", () => {
  it.each([301, 302, 303, 307, 308])("do not follow a redirect (%d) to another host", async (status) => {
    await using trap = await startGateway({ target: hydra.adminUrl });
    gateway.answer({ status, headers: { location: `${trap.url}/?t=${token}` }, body: "" });
    const [, message] = await failing(reading({ accessToken: token, headers: { "X-Api-Key": "the-api-key" } }));
    expect(message).toContain(`it redirects to ${trap.url}/?t=[secret], which is not followed`);
    expect([gateway.received.length, trap.received]).toEqual([1, []]);
  });

  it("do not follow the next page of a list to another host", async () => {
    await using trap = await startGateway({ target: hydra.adminUrl });
    await engine.configure({ adminUrl: gateway.url, accessToken: token });
    gateway.received.length = 0;
    gateway.answer(() => {
      gateway.answer({ status: 200, headers: { link: `<${trap.url}/x>; rel="first"` }, body: '[{"client_id":"b"}]' });
      return { status: 200, headers: { link: `<${trap.url}/x?page=2>; rel="next"` }, body: '[{"client_id":"a"}]' };
    });
    expect(await engine.list("hydra:index:OAuth2Client", {})).toHaveLength(2);
    expect(gateway.received.map(({ path }) => path)).toEqual(["/admin/clients?page_size=500", "/admin/clients?page=2"]);
    expect(trap.received).toEqual([]);
  });

  it("do not follow the token endpoint to another host", async () => {
    await using trap = await startGateway({ target: hydra.adminUrl });
    gateway.answer({ status: 307, headers: { location: trap.url }, body: "" });
    const grant = { oauth2TokenUrl: gateway.url, oauth2ClientId: "c", oauth2ClientSecret: "the-secret" };
    expect((await failing(reading(grant)))[1]).toContain(`it redirects to ${trap.url}, which is not followed`);
    expect([gateway.received.length, trap.received]).toEqual([1, []]);
  });

  it("are one: an Authorization header of one's own excludes the others", async () => {
    const headers = { authorization: "Bearer mine" };
    expect((await engine.checkConfig({ adminUrl: gateway.url, accessToken: token, headers })).failures).toEqual([
      ["", "hydra:headers excludes hydra:accessToken: a request has one Authorization header"],
    ]);
  });

  it("come from the configuration, never out of a file", async () => {
    const { failures } = await engine.checkConfig({
      adminUrl: gateway.url,
      caCertificate: "/etc/ssl/ca.pem",
      clientCertificate: "client.pem",
      clientKey: secret("file:///client.key"),
    });
    expect(failures).toEqual(
      ["caCertificate", "clientCertificate", "clientKey"].map((key) => [
        "",
        `hydra:${key} must be PEM text (-----BEGIN …), not a path`,
      ]),
    );
  });

  it("that cannot stand in a header are told before they are sent", async () => {
    const { failures } = await engine.checkConfig({
      adminUrl: gateway.url,
      accessToken: "token\n",
      username: "a:b",
      password: "p",
      headers: { "X-Key": "a\r\nX-Other: b", "No name": "x" },
    });
    expect(failures.map(([, reason]) => reason)).toEqual([
      "hydra:accessToken must be a single line of ASCII characters; is there a line break at its end?",
      "hydra:username must not hold a colon (RFC 7617, 2)",
      "hydra:headers.No name is not a valid header name",
      "hydra:headers.X-Key must be one line of a header's characters",
    ]);
  });
});

describe("an unsafe line", () => {
  const on = (connection: string | undefined) => (connection === undefined ? {} : { connection });
  const warned = async (config: object, ...connections: (string | undefined)[]) => {
    await engine.configure({ ...config });
    engine.logged.length = 0;
    for (const connection of connections)
      await engine.check("OAuth2Client", { tokenEndpointAuthMethod: "none", ...on(connection) });
    // The log is told without waiting; a warning of ours at the end says that all have come.
    await engine.check("TrustedJwtIssuer", {
      issuer: "i",
      allowAnySubject: true,
      jwk: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: "k" },
      expiresAt: "2000-01-01T00:00:00Z",
      ...on(connections[0]),
    });
    return engine.logged.slice(0, -1).map(({ severity, message }) => [severity, message]);
  };
  const plain = (key: string, host: string) => [
    2,
    `${key} is plain http to ${host}, which exposes every secret and token on the network; use https [plain-http]`,
  ];

  it.each([
    "http://127.0.0.1:4445",
    "http://127.1.2.3",
    "http://localhost:4445",
    "http://[::1]:4445",
    "https://a.example",
  ])("is not one to %s", async (adminUrl) => {
    expect(await warned({ adminUrl }, undefined)).toEqual([]);
  });

  it("warns of plain http once for each server, by whatever name", async () => {
    const far = { adminUrl: "http://far.example:4445" };
    expect(
      await warned(
        { adminUrl: "http://near.example", connections: { a: far, b: far } },
        undefined,
        "a",
        "b",
        undefined,
        "a",
      ),
    ).toEqual([plain("hydra:adminUrl", "near.example"), plain("hydra:connections.a.adminUrl", "far.example:4445")]);
  });

  it("warns of a token endpoint and of a public API that secrets travel to", async () => {
    const config = {
      adminUrl: "https://a.example",
      oauth2TokenUrl: "http://b.example/token",
      oauth2ClientId: "c",
      oauth2ClientSecret: "s",
      publicUrl: "http://c.example",
    };
    expect(await warned(config, undefined)).toEqual([
      plain("hydra:oauth2TokenUrl", "b.example"),
      plain("hydra:publicUrl", "c.example"),
    ]);
  });

  it("warns loudly where certificates are not verified", async () => {
    expect(
      await warned({ adminUrl: "https://a.example", insecureSkipTlsVerify: "true" }, undefined, undefined),
    ).toEqual([
      [
        2,
        "TLS VERIFICATION IS OFF (hydra:insecureSkipTlsVerify): any certificate is accepted, so anyone on the way can read and change " +
          "every request, secrets and tokens included; trust your own authority with hydra:caCertificate instead [tls-unverified]",
      ],
    ]);
  });
});
