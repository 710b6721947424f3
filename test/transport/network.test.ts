// Knows how the packed package gets through proxies and TLS to a real Hydra, in each way in which it is used.
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selfSigned } from "../support/certificate.ts";
import { errorOf } from "../support/engine.ts";
import { hydra } from "../support/hydra.ts";
import { pluginProgram, program } from "../support/program.ts";
import { errorsOf, recorded } from "../support/state.ts";
import { expectDeployed, start } from "../support/turn.ts";
import { type ForwardProxy, startForwardProxy } from "./forward-proxy.ts";
import { startTerminator, type Terminator } from "./terminator.ts";
import { startPacked, wayNames, ways } from "./way.ts";

const forwarded = { "X-Forwarded-Proto": "https" };
const headers = JSON.stringify(forwarded);
const adminPort = Number(new URL(hydra.adminUrl).port);

let front: Terminator;
let folder: string;
beforeAll(async () => {
  front = await startTerminator({ target: hydra.adminUrl });
  folder = await mkdtemp(join(tmpdir(), "transport-"));
});
afterAll(async () => {
  await front[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const trusting = (server: Terminator = front) => ({ headers, retries: "0", caCertificate: server.certificate.cert });

describe.each(wayNames)("%s", (name) => {
  const reach = ways[name];

  it("reaches https through a proxy, told in lower or upper case, with or without scheme and credentials", async () => {
    await using proxy = await startForwardProxy({ port: front.port, credentials: "user:pass word" });
    const named = `user:pass%20word@${proxy.host}`;
    const config = { ...trusting(), adminUrl: "https://hydra.test" };
    for (const env of [{ HTTPS_PROXY: `http://${named}` }, { https_proxy: named }]) {
      front.received.length = proxy.asked.length = 0;
      expect(await reach({ config, env })).toBe(undefined);
      expect(new Set(proxy.asked.map(({ line }) => line))).toEqual(new Set(["CONNECT hydra.test:443"]));
      expect(front.received.length).toBeGreaterThan(0);
      expect(front.received.map((arrived) => arrived.headers["proxy-authorization"])).toEqual(
        front.received.map(() => undefined),
      );
    }
    await using open = await startForwardProxy({ port: front.port });
    expect(await reach({ config, env: { HTTPS_PROXY: open.host } })).toBe(undefined);
    expect(open.asked.map((asked) => asked.headers["proxy-authorization"])).toEqual(open.asked.map(() => undefined));
  });

  it("reaches plain http through a proxy by whole URLs", async () => {
    await using proxy = await startForwardProxy({ port: adminPort, credentials: "user:password" });
    const config = { adminUrl: "http://hydra.test:4445", retries: "0" };
    expect(await reach({ config, env: { http_proxy: `user:password@${proxy.host}` } })).toBe(undefined);
    expect(proxy.asked[0]?.line).toMatch(/^(GET|POST) http:\/\/hydra\.test:4445\/admin\/clients/);
    expect(proxy.asked[0]?.headers).toMatchObject({ host: "hydra.test:4445" });
  });

  it("keeps what is for this machine from a proxy, and what no_proxy names", async () => {
    await using proxy = await startForwardProxy({ port: adminPort, refuses: 502 });
    const everything = { HTTP_PROXY: proxy.host, HTTPS_PROXY: proxy.host };
    expect(await reach({ config: { adminUrl: hydra.adminUrl, retries: "0" }, env: everything })).toBe(undefined);
    expect(await reach({ config: { ...trusting(), adminUrl: front.url }, env: everything })).toBe(undefined);
    expect(proxy.asked).toEqual([]);
    for (const [url, none] of [
      ["http://hydra.test:1", "hydra.test"],
      ["http://hydra.test:1", "other.test,.test"],
      ["http://hydra.test:1", "hydra.test:1"],
      ["http://0.0.0.0:1", "0.0.0.0/8"],
    ] as const) {
      const said = await reach({ config: { adminUrl: url, retries: "0" }, env: { ...everything, NO_PROXY: none } });
      expect(said).toMatch(/ECONNREFUSED|ENOTFOUND|EAI_AGAIN/);
    }
    expect(proxy.asked).toEqual([]);
    await reach({
      config: { adminUrl: "http://hydra.test:1", retries: "0" },
      env: { ...everything, NO_PROXY: "hydra.test:2" },
    });
    expect(proxy.asked.length).toBeGreaterThan(0);
  });

  it("tells at once, and in words, what a proxy does not allow", async () => {
    const config = { ...trusting(), retries: "8", adminUrl: "https://hydra.test" };
    await using closed = await startForwardProxy({ port: front.port, refuses: 403 });
    const refused = await reach({ config, env: { HTTPS_PROXY: `http://user:a-password@${closed.host}` } });
    expect(refused).toContain(`the proxy ${closed.host} does not connect to hydra.test (403) (`);
    expect(refused).toMatch(/\); allow it at the proxy, or name the host in no_proxy; to test each step of the way /);
    expect(closed.asked).toHaveLength(1);
    await using guarded = await startForwardProxy({ port: front.port, credentials: "user:right" });
    const wrong = await reach({ config, env: { HTTPS_PROXY: `http://user:wrong-password@${guarded.host}` } });
    expect(wrong).toContain(
      "; the proxy needs a user and a password: set https_proxy to http://user:password@host:port",
    );
    expect(wrong).not.toContain("wrong-password");
    expect(guarded.asked).toHaveLength(1);
    const plain = await reach({
      config: { ...config, adminUrl: "http://hydra.test" },
      env: { HTTP_PROXY: guarded.host },
    });
    expect(plain).toContain(
      "; the proxy needs a user and a password: set http_proxy to http://user:password@host:port",
    );
    const socks = await reach({ config, env: { HTTPS_PROXY: "socks5://127.0.0.1:1080" } });
    expect(socks).toContain("https_proxy names a proxy of the kind socks5; only http and https proxies can be used");
  });

  it("trusts caCertificate beside NODE_EXTRA_CA_CERTS and the system's authorities", async () => {
    const unknown = selfSigned();
    const file = join(folder, `${name}.pem`);
    await writeFile(file, front.certificate.cert);
    const config = { headers, retries: "8", adminUrl: front.url };
    expect(await reach({ config })).toContain(
      "; if this is your server, set hydra:caCertificate".replace(
        "hydra:caCertificate",
        name === "adopt" ? "PULUMI_HYDRA_CA_CERTIFICATE" : "hydra:caCertificate",
      ),
    );
    expect(await reach({ config: { ...config, caCertificate: front.certificate.cert } })).toBe(undefined);
    const other = { ...config, caCertificate: unknown.cert };
    expect(await reach({ config: other, env: { NODE_EXTRA_CA_CERTS: file } })).toBe(undefined);
    expect(await reach({ config: other, env: { NODE_OPTIONS: "--use-system-ca", SSL_CERT_FILE: file } })).toBe(
      undefined,
    );
    expect(await reach({ config: other })).toContain("set ");
  });

  it("speaks HTTP/2 where the server does, through a proxy too", async () => {
    await using newer = await startTerminator({ target: hydra.adminUrl, protocol: "h2" });
    expect(await reach({ config: { ...trusting(newer), adminUrl: newer.url } })).toBe(undefined);
    await using proxy = await startForwardProxy({ port: newer.port });
    const config = { ...trusting(newer), adminUrl: "https://hydra.test" };
    expect(await reach({ config, env: { https_proxy: proxy.host } })).toBe(undefined);
    expect(new Set(newer.received.map(({ version }) => version))).toEqual(new Set(["2.0"]));
    expect(new Set(front.received.map(({ version }) => version))).toEqual(new Set(["1.1"]));
  });

  it("presents its client certificate, and says what a server wants that does not accept it", async () => {
    const [own, stranger] = [selfSigned(), selfSigned()];
    const spelled = (key: string) =>
      name === "adopt"
        ? `PULUMI_HYDRA_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
        : `hydra:${key}`;
    for (const protocol of ["http/1.1", "h2"] as const) {
      await using guarded = await startTerminator({ target: hydra.adminUrl, clients: [own.cert], protocol });
      const config = { ...trusting(guarded), retries: "8", adminUrl: guarded.url };
      expect(await reach({ config: { ...config, clientCertificate: own.cert, clientKey: own.key } })).toBe(undefined);
      expect(await reach({ config })).toContain(
        `; if the server asks for a client certificate, set ${spelled("clientCertificate")} and its key`,
      );
      const wrong = { ...config, clientCertificate: stranger.cert, clientKey: stranger.key };
      expect(await reach({ config: wrong })).toContain(
        `; the server does not accept ${spelled("clientCertificate")}; `,
      );
    }
  });
});

describe("a proxy that does not connect", () => {
  const adminUrl = "https://hydra.test";
  const refusal = ({ host }: ForwardProxy, status: number) =>
    `the proxy ${host} does not connect to hydra.test (${status}) (`;

  it.each([403, 407, 502])("by %d leaves nothing in doubt", async (status) => {
    await using proxy = await startForwardProxy({ refuses: status });
    await using engine = await startPacked({ config: { ...trusting(), adminUrl }, env: { https_proxy: proxy.host } });
    const id = randomUUID();
    for (const call of [
      engine.create("OAuth2Client", { __clientId: id }),
      engine.update("OAuth2Client", id, { clientId: id }, { __clientId: id, clientName: "Web" }),
      engine.delete("OAuth2Client", id, { clientId: id }),
    ]) {
      const { code, message, kept } = await errorOf(call);
      expect([code, kept]).toEqual(["FAILED_PRECONDITION", undefined]);
      expect(message).toContain(refusal(proxy, status));
    }
  });
});

describe.each(Object.entries({ dynamic: program, plugin: pluginProgram }))(
  "a proxy that refuses, on the %s host",
  (_, write) => {
    it("fails the command at once, and leaves nothing to clear before it lets through", async () => {
      const clients = ["web", "shop"].map((name) => `new hydra.OAuth2Client("${name}", { clientName: "${name}" });`);
      const config = {
        "hydra:adminUrl": "https://hydra.test",
        "hydra:caCertificate": front.certificate.cert,
        "hydra:headers": headers,
      };
      await using closed = await startForwardProxy({ refuses: 403 });
      await using open = await startForwardProxy({ port: front.port });
      await using stack = await start(write(...clients), config, { HTTPS_PROXY: closed.host });
      const refused = await stack.up();
      expect(refused.code).not.toBe(0);
      expect(errorsOf(refused).join("\n")).toContain(`the proxy ${closed.host} does not connect to hydra.test (403)`);
      expect(errorsOf(refused).filter((message) => message.includes("[in-doubt]"))).toEqual([]);
      expect(Object.keys(await recorded(stack))).toEqual([]);
      expect((await stack.deployment()).pending_operations).toEqual([]);
      stack.env.HTTPS_PROXY = open.host;
      expect(await expectDeployed(stack, ["OAuth2Client shop", "OAuth2Client web"])).toEqual({
        "OAuth2Client shop": "create",
        "OAuth2Client web": "create",
      });
      stack.env.HTTPS_PROXY = closed.host;
      const kept = await stack.destroy();
      expect(kept.code).not.toBe(0);
      expect(Object.keys(await recorded(stack)).sort()).toEqual(["OAuth2Client shop", "OAuth2Client web"]);
      stack.env.HTTPS_PROXY = open.host;
      expect((await stack.destroy()).code).toBe(0);
    });
  },
);

describe("warnings to the engine", () => {
  it("never take a proxy", async () => {
    await using proxy = await startForwardProxy({ port: 1 });
    const env = {
      http_proxy: `http://${proxy.host}`,
      grpc_proxy: `http://${proxy.host}`,
      https_proxy: `http://${proxy.host}`,
    };
    await using engine = await startPacked({ env, config: { adminUrl: "http://hydra.test", retries: "0" } });
    await engine.check("OAuth2Client", { clientName: "Web" }, {}, randomBytes(32));
    await expect
      .poll(() => engine.logged.map(({ message }) => message))
      .toEqual([expect.stringContaining("is plain http to hydra.test")]);
    expect(proxy.asked).toEqual([]);
  });
});
