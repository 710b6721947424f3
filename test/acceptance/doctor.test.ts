// Knows what `pulumi-hydra doctor` says of ways to a real Hydra that work, and of ways that do not: the packed program, as people start it.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { run } from "../../tools/child.mts";
import { freePorts } from "../../tools/port.mts";
import { selfSigned } from "../support/certificate.ts";
import { startGateway } from "../support/gateway.ts";
import { hydra } from "../support/hydra.ts";
import { json, program } from "../support/program.ts";
import { workspace } from "../support/workspace.ts";
import { startForwardProxy } from "../transport/forward-proxy.ts";
import { startTerminator } from "../transport/terminator.ts";

const installation = inject("installation");
const command = join(installation.folder, "node_modules/pulumi-hydra/pulumi-hydra");

const everyStep = [
  ...["settings", "proxy", "name", "connection", "TLS", "credential", "admin API", "version", "public API"],
  ...["call limits", "clock", "read"],
];

interface Finding {
  readonly step: string;
  readonly state: "ok" | "warning" | "failed" | "skipped";
  readonly said: string;
  readonly advice?: string;
  readonly code?: string;
}

interface Report {
  readonly ok: boolean;
  readonly servers: readonly { readonly connection: string | null; readonly steps: readonly Finding[] }[];
}

/** What the doctor says with these settings in the environment, which hold `secrets`. */
async function doctor(settings: Record<string, string>, secrets: readonly string[] = [], ...args: string[]) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^PULUMI_HYDRA_|_proxy$/i.test(name));
  const env = { ...Object.fromEntries(inherited), PATH: installation.path, ...settings };
  const { code, stdout, stderr } = await run(command, ["doctor", "--json", ...args], { env, timeoutMs: 60_000 });
  for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
  return { code, stderr, ...diagnosis(stdout) };
}

function diagnosis(stdout: string) {
  const report = JSON.parse(stdout) as Report;
  const [server] = report.servers;
  const steps = server?.steps ?? [];
  const step = (name: string) => steps.find((one) => one.step === name);
  return { report, step, names: steps.map((one) => one.step), failed: steps.filter(({ state }) => state === "failed") };
}

const failure = (step: string, said: unknown, advice: unknown, code: string) => [
  { step, state: "failed", said, advice, code },
];

/** The steps that are done before one fails. */
const until = (step: string) => everyStep.slice(0, everyStep.indexOf(step) + 1);

describe("pulumi-hydra doctor", () => {
  it("is content with a server that is guarded by a token and reached by TLS of its own authority", async () => {
    const token = `token-${randomUUID()}`;
    await using guard = await startGateway({
      target: hydra.adminUrl,
      refuse: ({ authorization }) => (authorization === `Bearer ${token}` ? undefined : { status: 401, body: "no" }),
    });
    await using server = await startTerminator({ target: guard.url });
    const found = await doctor(
      {
        PULUMI_HYDRA_ADMIN_URL: server.url,
        PULUMI_HYDRA_PUBLIC_URL: hydra.publicUrl,
        PULUMI_HYDRA_ACCESS_TOKEN: token,
        PULUMI_HYDRA_CA_CERTIFICATE: server.certificate.cert,
      },
      [token],
    );
    expect([found.code, found.report.ok, found.names, found.failed]).toEqual([0, true, everyStep, []]);
    expect(found.step("settings")?.said).toBe(
      `PULUMI_HYDRA_ADMIN_URL ${server.url} (environment), PULUMI_HYDRA_PUBLIC_URL ${hydra.publicUrl} (environment), ` +
        "PULUMI_HYDRA_ACCESS_TOKEN (environment), PULUMI_HYDRA_CA_CERTIFICATE (environment)",
    );
    expect(found.step("proxy")?.said).toBe("none: https_proxy is not set");
    expect(found.step("connection")?.said).toMatch(/^127\.0\.0\.1:\d+ answers, after \d+ ms$/);
    // It ends tomorrow.
    expect(found.step("TLS")).toEqual({
      step: "TLS",
      state: "warning",
      said: expect.stringMatching(/^TLSv1\.3; CN=pulumi-hydra test \w+ \(until \d{4}-\d\d-\d\d\)$/),
      advice: "renew the certificate that expires in 0 days: after that, nothing works",
      code: "tls-expired",
    });
    expect(found.step("credential")?.said).toBe("the server answers a request with PULUMI_HYDRA_ACCESS_TOKEN");
    expect(found.step("public API")?.said).toBe(`PULUMI_HYDRA_PUBLIC_URL leads to the issuer ${hydra.publicUrl}`);
    expect(found.step("call limits")?.said).toBe("the answers announce none");
    expect(found.step("clock")?.said).toMatch(/^this machine and the server differ by \d+ s$/);
    expect([...new Set(server.received.map(({ method }) => method))]).toEqual(["GET"]);
  });

  it("says what the answers of a server show that it lacks, not what its number means", async () => {
    const { step } = await doctor({ PULUMI_HYDRA_ADMIN_URL: hydra.adminUrl });
    const old = hydra.version === "v2.3.0";
    const said = String(step("version")?.said);
    expect(said).toMatch(/^Hydra \S+; /);
    expect([...said.matchAll(/with a slash/g)]).toHaveLength(old ? 2 : 0);
    // Only a write shows whether a server keeps previous secrets.
    expect(said).not.toContain("rotat");
  });

  it("says so where the name leads nowhere", async () => {
    const found = await doctor({ PULUMI_HYDRA_ADMIN_URL: "https://nobody.invalid:4445" });
    expect(found.failed).toEqual(
      failure(
        "name",
        expect.stringMatching(/^getaddrinfo (ENOTFOUND|EAI_AGAIN) nobody\.invalid$/),
        "check that Hydra runs and that PULUMI_HYDRA_ADMIN_URL is right",
        "unreachable",
      ),
    );
    expect([found.code, found.names]).toEqual([7, [...until("name"), "the rest"]]);
    expect(found.step("the rest")).toEqual({
      step: "the rest",
      state: "skipped",
      said: "connection, TLS, credential, admin API, version, public API, call limits, clock, read",
    });
  });

  it("says so where nothing listens", async () => {
    const [port] = await freePorts();
    const found = await doctor({ PULUMI_HYDRA_ADMIN_URL: `http://127.0.0.1:${port}` });
    expect(found.failed).toEqual(
      failure(
        "connection",
        `connect ECONNREFUSED 127.0.0.1:${port}`,
        "check that Hydra runs and that PULUMI_HYDRA_ADMIN_URL is right",
        "unreachable",
      ),
    );
    expect([found.code, found.names]).toEqual([7, [...until("connection"), "the rest"]]);
  });

  it("shows the certificate of an authority that is not known", async () => {
    await using server = await startTerminator({ target: hydra.adminUrl });
    const found = await doctor({ PULUMI_HYDRA_ADMIN_URL: server.url });
    expect(found.failed).toEqual(
      failure(
        "TLS",
        expect.stringMatching(
          /^self-signed certificate;.* the server shows CN=pulumi-hydra test \w+ \(until \d{4}-\d\d-\d\d\)$/,
        ),
        "if this is your server, set PULUMI_HYDRA_CA_CERTIFICATE to the certificate of its authority",
        "tls-untrusted",
      ),
    );
    expect([found.code, server.received]).toEqual([7, []]);
  });

  it("shows when a certificate has expired, and whether it is not looked at", async () => {
    const certificate = selfSigned({ until: Date.now() - 3_600_000 });
    await using server = await startTerminator({ target: hydra.adminUrl, certificate });
    const settings = { PULUMI_HYDRA_ADMIN_URL: server.url, PULUMI_HYDRA_CA_CERTIFICATE: certificate.cert };
    const found = await doctor(settings);
    const day = new Date(Date.now() - 3_600_000).toISOString().slice(0, 10);
    expect(found.failed).toEqual(
      failure(
        "TLS",
        expect.stringMatching(new RegExp(`^certificate has expired; the server shows CN=.* \\(until ${day}\\)$`)),
        "renew the server's certificate, or check the clock",
        "tls-expired",
      ),
    );
    const unverified = await doctor({ ...settings, PULUMI_HYDRA_INSECURE_SKIP_TLS_VERIFY: "true" });
    expect([unverified.code, unverified.step("TLS")?.state, unverified.step("TLS")?.said]).toEqual([
      0,
      "warning",
      expect.stringContaining("; not verified"),
    ]);
  });

  it("names the credential that is wrong, and that none was sent", async () => {
    const [token, wrong] = [`token-${randomUUID()}`, `wrong-${randomUUID()}`];
    await using guard = await startGateway({
      target: hydra.adminUrl,
      // As servers do that repeat what they were sent.
      refuse: ({ authorization }) =>
        authorization === `Bearer ${token}` ? undefined : { status: 401, body: `no such token: ${authorization}` },
    });
    const settings = { PULUMI_HYDRA_ADMIN_URL: guard.url };
    const found = await doctor({ ...settings, PULUMI_HYDRA_ACCESS_TOKEN: wrong }, [wrong]);
    expect(found.failed).toEqual(
      failure(
        "credential",
        "no such token: Bearer [secret] (401 GET /admin/clients?page_size=1); the request used PULUMI_HYDRA_ACCESS_TOKEN",
        "check that credential, or the gateway in front of the admin API",
        "unauthorized",
      ),
    );
    expect([found.code, found.names]).toEqual([7, [...until("credential"), "the rest"]]);
    const without = await doctor(settings);
    expect(without.failed[0]?.advice).toBe("configure some, such as PULUMI_HYDRA_ACCESS_TOKEN");
  });

  it("tries a token endpoint once, and says what it answers", async () => {
    await using endpoint = await startGateway({ target: hydra.publicUrl });
    endpoint.answer({
      status: 401,
      headers: { "content-type": "application/json" },
      body: json({ error: "invalid_client", error_description: "Client authentication failed" }),
    });
    const secret = `secret-${randomUUID()}`;
    const settings = {
      PULUMI_HYDRA_ADMIN_URL: hydra.adminUrl,
      PULUMI_HYDRA_OAUTH2_TOKEN_URL: `${endpoint.url}/oauth2/token`,
      PULUMI_HYDRA_OAUTH2_CLIENT_ID: "ops",
      PULUMI_HYDRA_OAUTH2_CLIENT_SECRET: secret,
    };
    const refused = await doctor(settings, [secret]);
    expect(refused.failed).toEqual(
      failure(
        "credential",
        "no token for the admin API: Client authentication failed (401 POST /oauth2/token); the request used PULUMI_HYDRA_OAUTH2_CLIENT_ID, PULUMI_HYDRA_OAUTH2_CLIENT_SECRET",
        "check that credential, or the gateway in front of the admin API",
        "unauthorized",
      ),
    );
    endpoint.answer({ status: 503, body: "later" });
    const begun = endpoint.received.length;
    expect((await doctor(settings, [secret])).failed[0]?.said).toBe(
      "no token for the admin API: later (503 POST /oauth2/token)",
    );
    expect(endpoint.received.length - begun).toBe(1);
  });

  it("knows the public API, and what is no Hydra", async () => {
    const publicApi = await doctor({ PULUMI_HYDRA_ADMIN_URL: hydra.publicUrl });
    expect(publicApi.failed).toEqual(
      failure(
        "admin API",
        expect.stringMatching(
          new RegExp(`^this is the public API of an OpenID provider, with the issuer ${hydra.publicUrl} \\(404 GET `),
        ),
        "set PULUMI_HYDRA_ADMIN_URL to the URL of Hydra's admin API; its port defaults to 4445",
        "not-hydra",
      ),
    );
    await using other = await startGateway({ target: hydra.adminUrl });
    other.answer({ status: 200, body: "<html><title>Welcome to nginx!</title></html>" });
    const page = await doctor({ PULUMI_HYDRA_ADMIN_URL: other.url });
    expect(page.failed).toEqual(
      failure(
        "admin API",
        "the response is not JSON (200 GET /admin/clients?page_size=1); the response did not come from Hydra's admin API",
        "check PULUMI_HYDRA_ADMIN_URL (host, port, base path)",
        "not-hydra",
      ),
    );
    await using kratos = await startGateway({
      target: hydra.adminUrl,
      refuse: ({ path }) => (path === "/version" ? undefined : { status: 404, body: "404 page not found" }),
    });
    const product = await doctor({ PULUMI_HYDRA_ADMIN_URL: kratos.url });
    expect(product.failed[0]?.said).toBe(
      `the server says that it has version ${hydra.version}, and has no list of OAuth 2.0 clients (404 GET /admin/clients?page_size=1)`,
    );
    expect([publicApi.code, page.code, product.code]).toEqual([7, 7, 7]);
    const wrongPublic = await doctor({
      PULUMI_HYDRA_ADMIN_URL: hydra.adminUrl,
      PULUMI_HYDRA_PUBLIC_URL: hydra.adminUrl,
    });
    expect([wrongPublic.code, wrongPublic.failed[0]?.step]).toEqual([7, "public API"]);
  });

  it("tells a proxy that refuses from a server that does", async () => {
    const password = `password-${randomUUID()}`;
    await using server = await startTerminator({ target: hydra.adminUrl });
    await using refusing = await startForwardProxy({ port: server.port, refuses: 403 });
    const settings = {
      PULUMI_HYDRA_ADMIN_URL: "https://hydra.test",
      PULUMI_HYDRA_CA_CERTIFICATE: server.certificate.cert,
    };
    const found = await doctor({ ...settings, https_proxy: `http://ops:${password}@${refusing.host}` }, [password]);
    expect(found.step("proxy")?.said).toBe(`${refusing.host}, by https_proxy`);
    expect(found.failed).toEqual(
      failure(
        "tunnel",
        `the proxy ${refusing.host} does not connect to hydra.test (403)`,
        "allow it at the proxy, or name the host in no_proxy",
        "proxy-refused",
      ),
    );
    expect([found.code, server.received]).toEqual([7, []]);
    await using willing = await startForwardProxy({ port: server.port });
    const good = await doctor({ ...settings, https_proxy: `http://${willing.host}` });
    const [first = "", ...rest] = everyStep;
    expect([good.code, good.failed, good.names]).toEqual([
      0,
      [],
      [first, ...rest.slice(0, 3), "tunnel", ...rest.slice(3)],
    ]);
    expect(good.step("tunnel")?.said).toBe("the proxy connects to hydra.test");
  });

  it("takes the settings of a stack, as the provider does, and shows no secret of it", async () => {
    const token = `token-${randomUUID()}`;
    await using guard = await startGateway({
      target: hydra.adminUrl,
      refuse: ({ authorization }) => (authorization === `Bearer ${token}` ? undefined : { status: 401, body: "no" }),
    });
    const eu = json({ eu: { adminUrl: guard.url, accessToken: token }, us: { adminUrl: "http://127.0.0.1:1" } });
    await using stack = await workspace({
      files: program(),
      config: {
        "hydra:adminUrl": guard.url,
        "hydra:accessToken": { secret: token },
        "hydra:connections": { secret: eu },
      },
    });
    const look = async (...args: string[]) => {
      const { code, stdout, stderr } = await stack.shell(`${command} doctor ${args.join(" ")} || exit $?`);
      expect(stdout + stderr).not.toContain(token);
      return { code, stdout, stderr };
    };
    const all = await look("--stack", "dev");
    expect(all.code).toBe(7);
    expect(all.stdout).toMatch(
      new RegExp(`^settings +ok +hydra:adminUrl ${guard.url} \\(the stack\\), hydra:accessToken \\(the stack\\)$`, "m"),
    );
    expect(all.stdout).toMatch(/^credential +ok +the server answers a request with hydra:accessToken$/m);
    const [top = "", ofEu = "", ofUs = ""] = all.stdout.split(/^connection \w+\n/m);
    expect([top, ofEu, ofUs].map((part) => part.includes("failed"))).toEqual([false, false, true]);
    expect(ofUs).toContain("check that Hydra runs and that hydra:connections.us.adminUrl is right");
    expect((await look("--stack", "dev", "--connection", "eu")).code).toBe(0);
    const unknown = await look("--stack", "dev", "--connection", "asia", "--json");
    expect(diagnosis(unknown.stdout).failed).toEqual([
      {
        step: "settings",
        state: "failed",
        said: 'hydra:connections has no connection "asia"',
        advice: "add it there, or correct the name",
        code: "connection-unknown",
      },
    ]);
    // A credential in plain text is warned of, until the command of the warning has encrypted it.
    await stack.setConfig({ "hydra:accessToken": token });
    const readable = async () => {
      const { report } = diagnosis((await look("--stack", "dev", "--json")).stdout);
      return report.servers.flatMap(({ steps }) => steps.filter(({ code }) => code === "secret-plain"));
    };
    const [warning, ...same] = await readable();
    expect([warning?.state, warning?.said, same.length]).toEqual([
      "warning",
      "hydra:accessToken is in the stack's configuration in plain text",
      0,
    ]);
    const [, encrypting = ""] = /^run `(.*)`$/.exec(warning?.advice ?? "") ?? [];
    expect((await stack.shell(`printf ${token} | ${encrypting} --stack dev`)).code).toBe(0);
    expect(await readable()).toEqual([]);
    await stack.setConfig({ "hydra:acessToken": { secret: token } });
    const misspelt = await look("--stack", "dev", "--json");
    expect(diagnosis(misspelt.stdout).failed[0]?.said).toBe("hydra:acessToken is not a key of the configuration");
    const none = await look("--stack", "none");
    expect([none.code, none.stderr]).toEqual([
      1,
      "pulumi-hydra: `pulumi config --stack none` failed: error: no stack named 'none' found; run the command in the folder of the program [stack-unread]\n",
    ]);
    const both = await look("--stack", "dev", "--admin-url", guard.url);
    expect([both.code, both.stderr]).toEqual([
      1,
      "pulumi-hydra: --admin-url excludes --stack: credentials of one server are not sent to another; see `npx pulumi-hydra --help` [usage]\n",
    ]);
  });

  it("is what a failure of the way names, on both hosts", async () => {
    await using stack = await workspace({
      files: program('new hydra.OAuth2Client("web", {});'),
      config: { "hydra:adminUrl": "http://127.0.0.1:1", "hydra:retries": "0" },
    });
    const { code, diagnostics } = await stack.up();
    expect(code).not.toBe(0);
    expect(diagnostics.map(({ message }) => message).join("\n")).toContain(
      "to test each step of the way to Hydra, run `npx pulumi-hydra doctor --stack <stack>`",
    );
    const { stderr } = await run(command, ["adopt", "--admin-url", "http://127.0.0.1:1"], {
      env: { ...process.env, PATH: installation.path, PULUMI_HYDRA_RETRIES: "0" },
    });
    expect(stderr).toContain("; to test each step of the way to Hydra, run `npx pulumi-hydra doctor` [unreachable]\n");
  });
});
