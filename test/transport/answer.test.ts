// Knows what becomes of answers that Hydra never gives, and of what could not be sent, on the packed plugin.
import { randomUUID } from "node:crypto";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selfSigned } from "../support/certificate.ts";
import { type Engine, failing } from "../support/engine.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { admin, hydra } from "../support/hydra.ts";
import { startPacked } from "./way.ts";

let engine: Engine;
let gateway: Gateway;
beforeAll(async () => {
  engine = await startPacked({ config: null });
  gateway = await startGateway({ target: hydra.adminUrl });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

const html = (status: number) => ({ status, body: `<html><head><title>${status} No</title></head></html>` });

/** What a person reads when a client is read and this is answered, and how often it was asked for. */
async function said(answer: Parameters<Gateway["answer"]>[0], config: object = {}) {
  await engine.configure({ adminUrl: gateway.url, retries: 1, ...config });
  gateway.received.length = 0;
  gateway.answer(answer);
  const [, message] = await failing(engine.read("OAuth2Client", "web", { clientId: "web" }));
  return { asked: gateway.received.length, message };
}

/** What follows where the way to Hydra is what fails. */
const doctor = "; to test each step of the way to Hydra, run `npx pulumi-hydra doctor --stack <stack>` [not-hydra]";

const place = 'could not read OAuth2Client "web": ';

describe("an answer of something before Hydra", () => {
  it.each([
    [402, 1, "the service behind that URL asks for payment; check the account and its plan"],
    [405, 1, "a gateway before Hydra does not allow this method; allow GET, POST, PUT, PATCH and DELETE"],
    [410, 1, "this address is no longer served; check where the admin API has moved to"],
    [413, 1, "a gateway before Hydra limits the size of requests; raise its limit, or make the resource smaller"],
    [414, 1, "a gateway before Hydra limits the length of URLs; raise its limit, or choose a shorter id"],
    [421, 2, "the gateway sent the request to the wrong server; check its routes"],
    [
      431,
      1,
      "a gateway before Hydra limits the size of headers; make hydra:headers or the token shorter, or raise its limit",
    ],
    [451, 1, "the service refuses for legal reasons; ask its operator"],
    [499, 2, "a gateway gave up before Hydra answered; look at the server's load, or raise the gateway's time limit"],
    [418, 1, `the response did not come from Hydra's admin API; check hydra:adminUrl (host, port, base path)${doctor}`],
  ])("%d is asked for %d times and told in true words", async (status, asked, advice) => {
    expect(await said(html(status))).toEqual({
      asked,
      message: `${place}${status} No (${status} GET /admin/clients/web); ${advice}${status === 418 ? "" : " [gateway]"}`,
    });
  });

  it("407 names the variable of the proxy", async () => {
    expect((await said(html(407))).message).toContain("; the proxy needs a user and a password: set http_proxy to ");
  });

  it.each([425, 520, 521, 522, 523, 524, 525, 526, 527, 530])("%d may be another one next time", async (status) => {
    expect((await said(html(status))).asked).toBe(2);
  });

  it("304 is no redirect", async () => {
    const { message } = await said({ status: 304, body: "" });
    expect(message).toBe(
      `${place}no explanation (304 GET /admin/clients/web); a cache between the provider and Hydra answered; exclude the admin API from it [gateway]`,
    );
  });

  it("that is not text shows no binary rubbish", async () => {
    const body = gzipSync("secret rubbish").toString("latin1");
    expect((await said({ status: 400, body })).message).toContain(`${place}a body that is not text (400 GET `);
  });
});

describe("a compressed answer that nobody asked for", () => {
  it("is read where the provider can, and refused in words where not", async () => {
    const id = randomUUID();
    await admin.post("/admin/clients", { client_id: id });
    const { body } = await admin.get(`/admin/clients/${id}`);
    const text = JSON.stringify(body);
    await engine.configure({ adminUrl: gateway.url, retries: 1 });
    for (const [coding, bytes] of [
      ["gzip", gzipSync(text)],
      ["deflate", deflateSync(text)],
      ["br", brotliCompressSync(text)],
    ] as const) {
      gateway.answer({ status: 200, headers: { "content-encoding": coding }, body: bytes });
      expect((await engine.read("OAuth2Client", id, { clientId: id })).id).toBe(id);
    }
    const unreadable = (coding: string) => said({ status: 200, headers: { "content-encoding": coding }, body: text });
    expect(await unreadable("zstd")).toEqual({
      asked: 1,
      message: expect.stringContaining('the response is encoded as "zstd", which was not asked for ('),
    });
    expect((await unreadable("gzip")).message).toContain("the response says that it is encoded as gzip, and is not (");
    // A small answer may stand for a very large one.
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const { message } = await said({ status: 200, headers: { "content-encoding": "gzip" }, body: bomb });
    expect(message).toContain("the response is larger than 32 MiB (");
  });
});

describe("what could not be sent", () => {
  const { cert, key } = selfSigned();
  const other = selfSigned();
  const adminUrl = "https://127.0.0.1:1";
  const broken = (pem: string) => pem.replace(/\n.{40}/, "\n");
  it.each<[string, object, string]>([
    [
      "another key",
      { clientCertificate: cert, clientKey: other.key },
      "clientKey is not the key of hydra:clientCertificate",
    ],
    [
      "half a key",
      { clientCertificate: cert, clientKey: broken(key) },
      "clientKey holds no private key that can be read; is it whole?",
    ],
    [
      "a key as certificate",
      { clientCertificate: key, clientKey: key },
      "clientCertificate holds no certificate (-----BEGIN CERTIFICATE-----)",
    ],
    [
      "half an authority",
      { caCertificate: broken(cert) },
      "caCertificate holds a certificate that cannot be read; is it whole?",
    ],
  ])("is told at check: %s", async (_, config, reason) => {
    const { failures } = await engine.checkConfig({ adminUrl, ...config });
    expect(failures.map(([, said]) => said)).toEqual([`hydra:${reason}`]);
    await engine.configure({ adminUrl, ...config });
    const [code, message] = await failing(engine.create("OAuth2Client", { __clientId: randomUUID() }));
    expect([code, message]).toEqual([
      "FAILED_PRECONDITION",
      `could not create OAuth2Client: hydra:${reason} [setting-invalid]`,
    ]);
  });

  it.each([
    ...[
      "Connection",
      "Expect",
      "Host",
      "HTTP2-Settings",
      "Keep-Alive",
      "TE",
      "Trailer",
      "Transfer-Encoding",
      "Upgrade",
    ],
    ...["Proxy-Authorization", "Proxy-Connection", "Content-Encoding", "Content-Length", "Content-Type"],
    ...["Accept", "Accept-Encoding", "If-Match", "If-Modified-Since", "If-None-Match", "Range"],
  ])("is refused at check: the header %s, in whatever letters", async (header) => {
    const reason = "cannot be set: the provider manages this header itself";
    for (const name of [header, header.toLowerCase(), header.toUpperCase()]) {
      const config = { adminUrl, headers: { "X-Good": "yes", [name]: "100-continue" } };
      const { failures } = await engine.checkConfig(config);
      expect(failures.map(([, said]) => said)).toEqual([`hydra:headers.${name} ${reason}`]);
      const named = await engine.checkConfig({ adminUrl, connections: JSON.stringify({ eu: config }) });
      expect(named.failures.map(([, said]) => said)).toEqual([`hydra:connections.eu.headers.${name} ${reason}`]);
      await engine.configure(config);
      expect(await failing(engine.create("OAuth2Client", { __clientId: randomUUID() }))).toEqual([
        "FAILED_PRECONDITION",
        `could not create OAuth2Client: hydra:headers.${name} ${reason} [setting-invalid]`,
      ]);
    }
  });

  it("is no header that only looks like one of those", async () => {
    const names = [
      "Authorization",
      "Content-Language",
      "Te-Id",
      "Upgrade-Insecure-Requests",
      "X-Forwarded-Host",
      "X-If",
    ];
    const headers = Object.fromEntries(names.map((name) => [name, "1"]));
    expect((await engine.checkConfig({ adminUrl, headers })).failures).toEqual([]);
  });

  it("is told at once and never in doubt: a name that does not resolve", async () => {
    await engine.configure({ adminUrl: "https://hydra.invalid", retries: 8 });
    const from = performance.now();
    const [code, message] = await failing(engine.create("OAuth2Client", { __clientId: randomUUID() }));
    expect([code, message]).toEqual([
      "FAILED_PRECONDITION",
      expect.stringMatching(
        /getaddrinfo (ENOTFOUND|EAI_AGAIN) hydra\.invalid .*; check that Hydra runs and that hydra:adminUrl is right; to test each step of the way /,
      ),
    ]);
    expect(performance.now() - from).toBeLessThan(5_000);
  });
});

describe("many calls at once", () => {
  it("share sixty-four connections", async () => {
    let [open, most] = [0, 0];
    await using counted = await startGateway({ target: hydra.adminUrl });
    counted.onConnection((socket) => {
      most = Math.max(most, ++open);
      socket.once("close", () => open--);
    });
    await engine.configure({ adminUrl: counted.url });
    const query = { clientName: "nobody has this name" };
    await Promise.all(Array.from({ length: 400 }, () => engine.list("hydra:index:OAuth2Client", query)));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(64);
  });
});
