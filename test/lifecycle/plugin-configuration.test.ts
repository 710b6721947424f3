// Knows how the plugin takes its configuration, in every form in which engines and programs send it.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, failing, output, secret, startEngine, typedUnknowns, unknown } from "../support/engine.ts";
import { startGateway } from "../support/gateway.ts";
import { hydra } from "../support/hydra.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ config: null });
});
afterAll(() => engine[Symbol.asyncDispose]());

const { adminUrl } = hydra;

/** What a client is asked for with this configuration: the URL's answer, or why there is none. */
const reached = async (config: object) => {
  await engine.configure({ ...config });
  return engine.list("hydra:index:ClientLifespans", {}).then(
    () => "Hydra",
    (error: Error) => error.message,
  );
};

describe("CheckConfig", () => {
  it("returns every set key, the secret ones marked, whether the engine sent them so or not", async () => {
    const connections = JSON.stringify({ eu: { adminUrl } });
    const headers = JSON.stringify({ "X-Tenant": "a" });
    const plain = { adminUrl, version: "0.1.0", pluginDownloadURL: "https://example.com", timeout: "30", retries: "2" };
    const secrets = { accessToken: "an access token", headers, connections };
    expect(await engine.checkConfig({ ...plain, ...secrets })).toEqual({
      inputs: {
        ...plain,
        accessToken: secret("an access token"),
        headers: secret(headers),
        connections: secret(connections),
      },
      failures: [],
    });
    expect(await engine.checkConfig({ adminUrl: secret(adminUrl), password: secret("p"), username: "u" })).toEqual({
      inputs: { adminUrl: secret(adminUrl), password: secret("p"), username: "u" },
      failures: [],
    });
    const { inputs } = await engine.checkConfig({ clientKey: "key", clientCertificate: "certificate" });
    expect(inputs).toEqual({ clientKey: secret("key"), clientCertificate: "certificate" });
    expect((await engine.checkConfig({ oauth2ClientSecret: "s" })).inputs).toEqual({ oauth2ClientSecret: secret("s") });
  });

  it("takes null, an empty text and a secret null as unset", async () => {
    const unset = { publicUrl: null, accessToken: secret(null), username: "", password: secret(""), timeout: null };
    expect(await engine.checkConfig({ adminUrl, ...unset })).toEqual({
      inputs: { adminUrl, username: "", password: secret("") },
      failures: [],
    });
    expect(await engine.checkConfig({})).toEqual({ inputs: {}, failures: [] });
  });

  it("takes objects as they are and as JSON text, numbers and switches as values and as text", async () => {
    const nested = { eu: { adminUrl, timeout: 3, insecureSkipTlsVerify: true } };
    expect((await engine.checkConfig({ connections: nested, headers: { a: "b" } })).failures).toEqual([]);
    expect((await engine.checkConfig({ connections: JSON.stringify(nested) })).failures).toEqual([]);
    const natives = { timeout: 30, retries: 0, insecureSkipTlsVerify: false };
    expect((await engine.checkConfig({ ...natives, checkSecrets: true, publicUrl: adminUrl })).failures).toEqual([]);
  });

  it("names what is wrong, without a property whose value the engine would print", async () => {
    const { failures } = await engine.checkConfig({
      adminUrl: "https://user:password@hydra.example",
      acessToken: "a token under a wrong name",
      timeout: "soon",
      retries: 1.5,
      insecureSkipTlsVerify: "maybe",
      headers: "no JSON",
      connections: { eu: { publicUrl: adminUrl, accessToken: 3 } },
    });
    expect(failures).toEqual([
      [
        "",
        "hydra:adminUrl must be an http or https URL without user, query and fragment, such as http://127.0.0.1:4445",
      ],
      ["", 'hydra:headers must be an object of strings, such as {"X-Forwarded-Proto": "https"}'],
      ["", "hydra:insecureSkipTlsVerify must be true or false"],
      ["", "hydra:timeout must be a number"],
      ["", "hydra:retries must be a whole number"],
      ["connections.eu.adminUrl", "hydra:connections.eu.adminUrl is required"],
      ["connections.eu.accessToken", "hydra:connections.eu.accessToken must be a string"],
      ["", "hydra:acessToken is not a key of the configuration"],
    ]);
    expect((await engine.checkConfig({ adminUrl, username: "u" })).failures).toEqual([
      ["", "hydra:username needs hydra:password too"],
    ]);
    expect((await engine.checkConfig({ adminUrl, accessToken: "t", username: "u", password: "p" })).failures).toEqual([
      ["", "hydra:username excludes hydra:accessToken: a request has one Authorization header"],
    ]);
  });

  it("lets values pass that are not known yet, alone and beside what needs them", async () => {
    const unknowns = {
      username: "u",
      password: secret(unknown),
      timeout: typedUnknowns.number,
      insecureSkipTlsVerify: typedUnknowns.bool,
      headers: typedUnknowns.object,
      connections: { eu: { adminUrl: unknown } },
    };
    expect(await engine.checkConfig({ adminUrl: unknown, ...unknowns })).toEqual({
      inputs: {
        adminUrl: unknown,
        username: "u",
        password: secret(unknown),
        timeout: unknown,
        insecureSkipTlsVerify: unknown,
        headers: secret(unknown),
        connections: secret({ eu: { adminUrl: unknown } }),
      },
      failures: [],
    });
    const outputs = { adminUrl: output({}), password: output({ secret: true }), username: output({ value: "u" }) };
    expect(await engine.checkConfig(outputs)).toEqual({
      inputs: { adminUrl: unknown, password: secret(unknown), username: "u" },
      failures: [],
    });
  });
});

describe("DiffConfig", () => {
  const none = { changes: "NONE", diffs: [] };

  it("ignores the engine's own keys, unset ones, the marks of secrets and the order of members", async () => {
    expect(
      await engine.diffConfig(
        { adminUrl, version: "0.1.0", pluginDownloadURL: "https://a.example", accessToken: secret("t") },
        { accessToken: "t", username: "", publicUrl: null, version: "0.2.0", __internal: {}, adminUrl },
      ),
    ).toMatchObject(none);
    const servers = { eu: { adminUrl, timeout: 3 } };
    expect(
      await engine.diffConfig({ connections: servers }, { connections: { eu: { timeout: 3, adminUrl } } }),
    ).toMatchObject(none);
  });

  it("names what differs and replaces nothing", async () => {
    const [olds, news] = [
      { adminUrl, accessToken: "t", retries: "1", username: "u" },
      { adminUrl: `${adminUrl}/`, accessToken: "next", retries: "1", timeout: "3", password: unknown },
    ];
    expect(await engine.diffConfig(olds, news)).toEqual({
      changes: "SOME",
      diffs: ["accessToken", "adminUrl", "username", "password", "timeout"],
      replaces: [],
      stables: [],
      deleteBeforeReplace: false,
      hasDetail: false,
      detail: {},
    });
  });
});

describe("Configure", () => {
  it("says what the plugin can do", async () => {
    const response = await engine.configure({ adminUrl });
    expect(response.toObject()).toEqual({
      acceptsecrets: true,
      supportspreview: true,
      acceptresources: false,
      acceptoutputs: true,
      supportsAutonamingConfiguration: false,
    });
  });

  it.each([
    ["texts", { adminUrl, timeout: "20", retries: "1", headers: '{"X-Tenant":"a"}' }],
    ["values", { adminUrl, timeout: 20, retries: 1, headers: { "X-Tenant": "a" } }],
    ["secrets", { adminUrl: secret(adminUrl), headers: secret('{"X-Tenant":"a"}'), accessToken: secret("t") }],
    ["unset ones", { adminUrl, accessToken: secret(null), username: null, password: "", connections: null }],
    ["a path", { adminUrl: `${adminUrl}/admin/` }],
    ["the engine's keys", { adminUrl, version: "0.1.0", __internal: {} }],
  ])("takes %s", async (_, config) => {
    expect(await reached(config)).toBe("Hydra");
  });

  it("asks the server once where `pulumi new` tries the credentials out, and never otherwise", async () => {
    await using gateway = await startGateway({ target: adminUrl });
    const config = { adminUrl: gateway.url, accessToken: secret("a token") };
    await engine.configure(config, "default", "some-id");
    expect(gateway.received).toEqual([]);
    await engine.configure(config, "default", "preflight");
    expect(gateway.received.map(({ authorization }) => authorization)).toEqual(["Bearer a token"]);
    const nowhere = { adminUrl: "http://127.0.0.1:9", accessToken: secret("a token") };
    expect(await failing(engine.configure(nowhere, "default", "preflight"))).toEqual([
      "FAILED_PRECONDITION",
      expect.stringMatching(/^could not reach Hydra: .*127\.0\.0\.1:9/),
    ]);
    expect(await failing(engine.configure({}, "default", "preflight"))).toEqual([
      "FAILED_PRECONDITION",
      expect.stringContaining("hydra:adminUrl is not set"),
    ]);
  });

  it("sends credentials and headers as they were configured", async () => {
    await using gateway = await startGateway({ target: adminUrl });
    const used = async (config: object) => {
      await reached({ adminUrl: gateway.url, ...config });
      return gateway.received.at(-1)?.authorization;
    };
    expect(await used({ accessToken: secret("a token") })).toBe("Bearer a token");
    expect(await used({ username: "u", password: secret("p") })).toBe(`Basic ${btoa("u:p")}`);
    expect(await used({})).toBe(null);
  });

  it("tells what is missing or wrong when a server is needed, and repeats no value", async () => {
    expect(await reached({})).toBe(
      "could not list ClientLifespans: hydra:adminUrl is not set; run `pulumi config set hydra:adminUrl <url of Hydra's admin API>` or set PULUMI_HYDRA_ADMIN_URL [setting-missing]",
    );
    expect(await reached({ adminUrl: "ftp://user:password@hydra.example", timeout: 0 })).toBe(
      "could not list ClientLifespans: hydra:adminUrl must be an http or https URL without user, query and fragment, such as http://127.0.0.1:4445; hydra:timeout must be from 0.1 to 3600 [setting-invalid]",
    );
    expect(await failing(engine.check("OAuth2Client", { connection: "eu" }))).toEqual([
      "FAILED_PRECONDITION",
      'could not check OAuth2Client: hydra:connections has no connection "eu"; add it there, or correct the name [connection-unknown]',
    ]);
  });

  it("leads a resource to the server that its connection names", async () => {
    await using gateway = await startGateway({ target: adminUrl });
    await engine.configure({ adminUrl, connections: JSON.stringify({ eu: { adminUrl: gateway.url } }) });
    const { id, properties } = await engine.create("OAuth2Client", {
      __clientId: crypto.randomUUID(),
      connection: "eu",
    });
    expect(properties.connection).toBe("eu");
    expect(gateway.received.map(({ method }) => method)).toEqual(["POST"]);
    await engine.delete("OAuth2Client", id, properties);
    expect(gateway.received.map(({ method }) => method)).toEqual(["POST", "DELETE"]);
  });
});

describe("the environment", () => {
  it("stands in for what is unset, as `pulumi do` leaves it, and gives way to what is set", async () => {
    await using other = await startEngine({
      config: null,
      env: { PULUMI_HYDRA_ADMIN_URL: adminUrl, PULUMI_HYDRA_TIMEOUT: "20" },
    });
    await other.configure({ adminUrl: null, accessToken: secret(null), timeout: null });
    expect(await other.list("hydra:index:OAuth2Client", { clientName: "nobody has this name" })).toEqual([]);
    await other.configure({ adminUrl: "http://127.0.0.1:1", retries: 0 });
    expect(await failing(other.list("hydra:index:OAuth2Client", {}))).toEqual([
      "FAILED_PRECONDITION",
      expect.stringContaining("ECONNREFUSED 127.0.0.1:1"),
    ]);
  });
});
