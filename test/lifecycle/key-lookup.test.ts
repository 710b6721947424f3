// Knows which keys the function getJsonWebKeys finds on Hydra and at issuers, and what it never sends, follows, waits for or shows.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listen } from "../../tools/port.mts";
import { type Certificate, selfSigned } from "../support/certificate.ts";
import { type Engine, type EngineOptions, failing, type Properties, startEngine } from "../support/engine.ts";
import { admin, hydra } from "../support/hydra.ts";
import { startForwardProxy } from "../transport/forward-proxy.ts";

const token = "hydra:index:getJsonWebKeys";
const credentials = { accessToken: "a credential of ours", headers: '{"X-Own": "another of ours"}' };

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ config: { adminUrl: hydra.adminUrl, ...credentials, timeout: "2" } });
});
afterAll(() => engine[Symbol.asyncDispose]());

const ask = async (args: Properties, by = engine) => {
  const { result, failures } = await by.invoke(token, args);
  expect(failures).toEqual([]);
  return result as { keys: Record<string, string>[]; signingKid?: string };
};
const refusal = async (args: Properties, by = engine) => (await failing(by.invoke(token, args)))[1];

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An issuer on this machine, which says what it is told to. Each path has its answer. */
async function startIssuer(routes: Record<string, Answer | object | string>, certificate?: Certificate) {
  const asked: IncomingMessage[] = [];
  const answer: Answer = (request, response) => {
    asked.push(request);
    const route = routes[request.url ?? ""];
    if (typeof route === "function") return route(request, response);
    if (route === undefined) return void response.writeHead(404).end("<html><title>Nothing</title></html>");
    response
      .setHeader("content-type", "application/json")
      .end(typeof route === "string" ? route : JSON.stringify(route));
  };
  const server = certificate ? createTlsServer({ ...certificate }, answer) : createServer(answer);
  server.on("tlsClientError", () => undefined);
  const port = await listen(server);
  return {
    port,
    url: `${certificate ? "https" : "http"}://127.0.0.1:${port}`,
    asked,
    routes,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const pair = (members: object) => ({
  ...generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }),
  ...members,
});
const publicOf = ({ d: _, ...rest }: Record<string, unknown>) => rest;

describe("getJsonWebKeys of a set", () => {
  it("gives the public keys, the newest first, without a word of what is private", async () => {
    const set = `keys-${randomUUID()}`;
    const keys = [pair({ kid: "a", alg: "ES256", use: "sig" }), pair({ kid: "b", alg: "ES256", use: "enc" })];
    for (const key of keys) await admin.put(`/admin/keys/${set}/${key.kid}`, key);
    await admin.put(`/admin/keys/${set}/c`, { kty: "oct", kid: "c", k: "c2VjcmV0LXNlY3JldA" });
    const found = await ask({ set });
    expect(found).toEqual({ keys: [...keys].reverse().map(publicOf) });
    await admin.delete(`/admin/keys/${set}`);
    expect(await refusal({ set })).toBe(
      `could not call getJsonWebKeys: set: there is no set "${set}", or it has no key [not-found]`,
    );
  });

  it("says which key Hydra signs with, where it does", async () => {
    const set = "hydra.jwt.access-token";
    const kid = randomUUID();
    await admin.post(`/admin/keys/${set}`, { alg: "EdDSA", use: "sig", kid });
    const found = await ask({ set });
    expect([found.keys[0]?.kid, found.signingKid]).toEqual([kid, kid]);
    await admin.delete(`/admin/keys/${set}/${kid}`);
    expect((await ask({ set: "hydra.openid.id-token" })).signingKid).toMatch(/./);
  });

  it("of a name with a slash is never another key", async () => {
    const set = `keys-${randomUUID()}`;
    await admin.put(`/admin/keys/${set}/k`, pair({ kid: "k" }));
    // v2.3.0 would answer with the key k of the other set.
    expect(await refusal({ set: `${set}/k` })).toMatch(
      /there is no set|this server cannot address a key whose set or kid contains a slash/,
    );
    await admin.delete(`/admin/keys/${set}`);
  });
});

describe("getJsonWebKeys of an issuer", () => {
  it("reads the keys, or the discovery document first, and sends nothing of ours", async () => {
    const key = pair({ kid: "a" });
    await using issuer = await startIssuer({});
    Object.assign(issuer.routes, {
      "/keys?all=1": { keys: [key, { kty: "oct", kid: "b", k: "c2VjcmV0LXNlY3JldA" }] },
      "/tenant/.well-known/openid-configuration": {
        issuer: `${issuer.url}/tenant/`,
        jwks_uri: `${issuer.url}/keys?all=1`,
      },
    });
    expect(await ask({ uri: `${issuer.url}/keys?all=1` })).toEqual({ keys: [publicOf(key)] });
    expect(await ask({ issuer: `${issuer.url}/tenant/` })).toEqual({ keys: [publicOf(key)] });
    expect(issuer.asked.map(({ url }) => url)).toEqual([
      "/keys?all=1",
      "/tenant/.well-known/openid-configuration",
      "/keys?all=1",
    ]);
    for (const { headers, method } of issuer.asked) {
      expect(method).toBe("GET");
      expect(Object.keys(headers).sort()).toEqual(["accept", "connection", "host"]);
    }
  });

  it("believes a discovery document of that very issuer alone, and an https address in it", async () => {
    await using issuer = await startIssuer({});
    const place = "/.well-known/openid-configuration";
    issuer.routes[place] = { issuer: "https://other.example", jwks_uri: `${issuer.url}/keys` };
    expect(await refusal({ issuer: issuer.url })).toContain(
      `issuer: the discovery document at ${issuer.url}${place} is of the issuer "https://other.example"`,
    );
    for (const uri of [undefined, 7, "http://far.example/keys", "https://u:p@far.example/keys", "file:///etc/passwd"]) {
      issuer.routes[place] = { issuer: issuer.url, jwks_uri: uri };
      expect(await refusal({ issuer: issuer.url })).toContain("names no https URL of keys (jwks_uri)");
    }
    expect(issuer.asked.map(({ url }) => url)).toEqual(Array(6).fill(place));
  });

  it("follows redirects on the same host, and none to another", async () => {
    await using other = await startIssuer({ "/keys": { keys: [] } });
    await using issuer = await startIssuer({ "/keys": { keys: [] } });
    const to =
      (location: string): Answer =>
      (_, response) =>
        void response.writeHead(302, { location }).end();
    issuer.routes["/moved"] = to("/keys");
    issuer.routes["/round"] = to("/round");
    expect(await ask({ uri: `${issuer.url}/moved` })).toEqual({ keys: [] });
    expect(await refusal({ uri: `${issuer.url}/round` })).toContain("it redirects more than 3 times");
    const away = [`${other.url}/keys`, "http://far.example/keys", "file:///etc/passwd", "ftp://127.0.0.1/x"];
    for (const location of away) {
      issuer.routes["/away"] = to(location);
      expect(await refusal({ uri: `${issuer.url}/away` })).toBe(
        `could not call getJsonWebKeys: could not read ${issuer.url}/away: it redirects to ${location}, and only redirects on the same host are followed; give that URL, if you trust that host [keys-unread]`,
      );
    }
    expect(other.asked).toEqual([]);
  });

  it("refuses other addresses before anything is sent", async () => {
    const reason =
      "must be a URL that begins with https://, without user and password; http:// is for this machine alone";
    for (const uri of [
      "http://idp.example/keys",
      "https://u:p@idp.example",
      "file:///etc/passwd",
      "/keys",
      "http://127.0.0.1.example/",
    ]) {
      const { failures } = await engine.invoke(token, { uri });
      expect(failures).toEqual([["uri", `uri: ${reason}`]]);
      expect((await engine.invoke(token, { issuer: uri })).failures).toEqual([["issuer", `issuer: ${reason}`]]);
    }
    expect((await engine.invoke(token, {})).failures).toEqual([
      ["set", "set: is required unless uri or issuer says where the keys are"],
    ]);
    expect((await engine.invoke(token, { set: "a", issuer: "https://idp.example" })).failures).toEqual([
      ["issuer", "issuer: excludes set: ask for one of them"],
    ]);
  });

  it("waits and reads no longer than it is allowed, and tries again what may pass", async () => {
    await using issuer = await startIssuer({
      "/never": () => undefined,
      "/endless": (_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"keys":[');
        const more = () => response.write("1,".repeat(50_000), () => setImmediate(more));
        more();
      },
      "/page": "<html><title>Sign in</title></html>",
      "/list": [],
      "/odd": { keys: ["key"] },
      "/deep": `{"keys":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
    });
    let left = 2;
    issuer.routes["/busy"] = (_, response) =>
      left-- > 0 ? void response.writeHead(503).end() : void response.end('{"keys":[]}');
    expect(await ask({ uri: `${issuer.url}/busy` })).toEqual({ keys: [] });
    const began = Date.now();
    const said = async (path: string) =>
      (await refusal({ uri: `${issuer.url}${path}` }))
        .replace(`could not call getJsonWebKeys: `, "")
        .replaceAll(issuer.url, "");
    expect(await said("/never")).toBe("could not read /never: no answer within 2 s [keys-unread]");
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(await said("/endless")).toContain("the response is larger than 1 MiB");
    expect(await said("/page")).toBe(
      "could not read /page: the response is not JSON (200); check the URL [keys-unread]",
    );
    expect(await said("/nothing")).toBe("could not read /nothing: Nothing (404); check the URL [keys-unread]");
    const unlike = (path: string) =>
      `the document at ${path} is not a JSON Web Key Set (RFC 7517, 5); check the URL [keys-unread]`;
    expect([await said("/list"), await said("/odd")]).toEqual([unlike("/list"), unlike("/odd")]);
    expect(await said("/deep")).toBe(
      "could not read /deep: the response is not JSON (200); check the URL [keys-unread]",
    );
    expect(await refusal({ uri: "http://127.0.0.1:1/keys" })).toContain(
      "check that 127.0.0.1:1 runs and that the URL is right",
    );
  }, 60_000);

  it("trusts the authorities that the server is trusted by, and always verifies", async () => {
    const certificate = selfSigned();
    await using issuer = await startIssuer({ "/keys": { keys: [] } }, certificate);
    const uri = `${issuer.url}/keys`;
    const with_ = (config: Properties, env: EngineOptions["env"] = {}) =>
      startEngine({ config: { adminUrl: hydra.adminUrl, ...config }, env: { ...env } });
    await using trusting = await with_({ caCertificate: certificate.cert });
    expect(await ask({ uri }, trusting)).toEqual({ keys: [] });
    await using careless = await with_({ insecureSkipTlsVerify: "true" });
    for (const by of [engine, careless]) {
      expect(await refusal({ uri }, by)).toContain(
        "if this is your server, set hydra:caCertificate to the certificate of its authority",
      );
    }
  });

  it("goes through the proxy of the environment, whose credentials stay with it", async () => {
    const certificate = selfSigned({ names: ["idp.test"] });
    await using issuer = await startIssuer({ "/keys": { keys: [] } }, certificate);
    await using proxy = await startForwardProxy({ port: issuer.port, credentials: "user:password" });
    await using through = await startEngine({
      config: { adminUrl: hydra.adminUrl, caCertificate: certificate.cert },
      env: { https_proxy: `http://user:password@${proxy.host}` },
    });
    expect(await ask({ uri: "https://idp.test/keys" }, through)).toEqual({ keys: [] });
    expect(proxy.asked.map(({ line }) => line)).toEqual(["CONNECT idp.test:443"]);
    expect(issuer.asked[0]?.headers["proxy-authorization"]).toBe(undefined);
  });
});
