// Knows what exports of stacks say about the objects of a server, and which servers they mean.
import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { hereOf, knowledgeOf, liveClient, liveTrust } from "../../provider/cli/managed.ts";
import { readExports } from "../../provider/cli/stack-export.ts";
import { fingerprintOf } from "../../provider/configuration/connect.ts";
import { explanationOf, inWords } from "../../provider/explained.ts";

type Json = Record<string, unknown>;

const here = "http://hydra.example:4445";
const folder = mkdtempSync(join(tmpdir(), "exports-"));
const nothing = Readable.from([]);

async function file(text: string, name = `${randomBytes(4).toString("hex")}.json`): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

const exported = (resources: readonly Json[], more: Json = {}) =>
  file(JSON.stringify({ version: 3, deployment: { manifest: {}, resources, ...more } }));

const urn = (type: string, name: string) => `urn:pulumi:dev::program::${type}::${name}`;

const resource = (type: string, id: string, more: Json = {}): Json => ({
  urn: urn(`acme:index:Team$${type}`, id),
  type,
  id,
  custom: true,
  ...more,
});

const plugin = (url: string | undefined): Json => ({
  ...resource("pulumi:providers:hydra", "p1", { inputs: url === undefined ? {} : { adminUrl: url } }),
  urn: urn("pulumi:providers:hydra", "default"),
});

const ofPlugin = { provider: `${urn("pulumi:providers:hydra", "default")}::p1` };

const client = (id: string, more: Json = {}) => resource("hydra:index:OAuth2Client", id, { ...ofPlugin, ...more });

/** What is known, and what was said. */
async function judge(files: readonly string[], { url = here, servers = [] as readonly string[] } = {}) {
  const said: string[] = [];
  const recorded = await readExports(files, nothing);
  const { isHere } = hereOf(recorded, url, servers, { say: (text) => void said.push(text) });
  const knowledge = knowledgeOf(recorded, isHere);
  return { of: knowledge, client: (id: string) => knowledge(liveClient({ client_id: id })), said };
}

const managed = { managed: true, notes: [] };
const unmanaged = { managed: false, notes: [] };

describe("an export", () => {
  it("has the objects of both hosts, inside of components, and those whose deletion is pending", async () => {
    const dynamic = resource("pulumi-nodejs:dynamic/hydra:OAuth2Client", "dynamic");
    const { client: of } = await judge([
      await exported([client("plugin"), dynamic, client("ending", { delete: true })]),
    ]);
    expect(["plugin", "dynamic", "ending", "nobody"].map(of)).toEqual([managed, managed, managed, unmanaged]);
  });

  it("has no objects of other packages, and none that it only reads", async () => {
    const path = await exported([
      resource("other:index:OAuth2Client", "other"),
      resource("hydra:index:TrustedJwtIssuer", "trust"),
      client("read", { external: true }),
    ]);
    const { client: of } = await judge([path]);
    expect(["other", "trust"].map(of)).toEqual([unmanaged, unmanaged]);
    expect(of("read")).toEqual({ managed: false, notes: [`${path} reads it, and does not manage it`] });
  });

  it("does not manage a client by its lifespans alone", async () => {
    const lifespans = resource("hydra:index:ClientLifespans", "web");
    const path = await exported([lifespans]);
    const { client: of } = await judge([path]);
    expect(of("web")).toEqual({ managed: false, notes: [`its lifespans are managed in ${path}`] });
  });

  it("does not manage what was being created when its operation ended", async () => {
    const creating = (inputs: Json) => ({ type: "creating", resource: { ...client(""), inputs } });
    const path = await exported([], {
      pending_operations: [
        creating({ __clientId: "generated" }),
        creating({ clientId: "named", __clientId: "" }),
        { type: "updating", resource: client("updated") },
      ],
    });
    const { client: of } = await judge([path]);
    const pending = { managed: false, notes: [`its creation is pending in ${path}`] };
    expect(["generated", "named", "updated"].map(of)).toEqual([pending, pending, unmanaged]);
  });

  it("knows a trust by its id, and by issuer, key and subject when it was recreated", async () => {
    const outputs = { issuer: "idp", subject: "alice", jwk: { kid: "main" } };
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
    const trust = (id: string, state: Json) => resource("hydra:index:TrustedJwtIssuer", id, { outputs: state });
    const { of } = await judge([
      await exported([
        trust("one", outputs),
        trust("two", { issuer: secret, subject: "bob", jwk: secret }),
        trust("unsaid", { issuer: "idp", subject: secret, jwk: { kid: "main" } }),
        trust("three", { issuer: "idp", allowAnySubject: true, jwk: { kid: "main" } }),
      ]),
    ]);
    const live = (id: string, wire: Json) => of(liveTrust({ id, public_key: { kid: "main" }, ...wire })).managed;
    expect(live("one", { issuer: "renamed", subject: "x" })).toBe(true);
    expect(live("new", { issuer: "idp", subject: "alice" })).toBe(true);
    expect(live("new", { issuer: "idp", subject: "", allow_any_subject: true })).toBe(true);
    expect(live("new", { issuer: "idp", subject: "alice", public_key: { kid: "other" } })).toBe(false);
    expect(live("new", { issuer: "idp", subject: "carol" })).toBe(false);
    expect(live("new", { issuer: "idp", subject: "" })).toBe(false);
    expect(live("two", { issuer: "idp2", subject: "bob" })).toBe(true);
    expect(live("new", { issuer: "", subject: "bob", public_key: {} })).toBe(false);
  });

  it("of a stack without resources has nothing", async () => {
    const paths = await Promise.all(
      [
        '{"version":3,"deployment":{"manifest":{}}}',
        '\ufeff{"version":3,"deployment":{"manifest":{},"resources":null}}',
      ].map((text) => file(text)),
    );
    expect((await judge(paths)).client("web")).toEqual(unmanaged);
  });

  it("comes from the standard input once", async () => {
    const input = Readable.from([JSON.stringify({ deployment: { manifest: {}, resources: [client("web")] } })]);
    const [found] = await readExports(["-"], input);
    expect([found?.id, found?.file]).toEqual(["web", "the standard input"]);
    await expect(readExports(["-", "-"], nothing)).rejects.toThrow(
      "the standard input is one export: give `--state -` once",
    );
  });

  it("that is none is refused by its name, and nothing of it is repeated", async () => {
    const how = "write it with `pulumi stack export --file <file>` [file-unread]";
    const refusal = (path: string) =>
      readExports([path], nothing).then(String, (error: unknown) => inWords(explanationOf(error)));
    const text = await file("geheim, not JSON", "text\u202e.json");
    expect(await refusal(text)).toBe(
      `${text.replace("\u202e", "\\u202e")} is not the export of a stack: it is not JSON; ${how}`,
    );
    for (const json of [
      "null",
      "[]",
      "{}",
      '{"deployment":3}',
      '{"checkpoint":{"latest":{"resources":[]}}}',
      '{"deployment":{"resources":[]}}',
    ]) {
      const path = await file(json);
      expect(await refusal(path)).toBe(`${path} is not the export of a stack: it has no deployment; ${how}`);
    }
    const missing = join(folder, "missing.json");
    expect(await refusal(missing)).toBe(`${missing} cannot be read (ENOENT); ${how}`);
    expect(await refusal(folder)).toBe(`${folder} cannot be read (EISDIR); ${how}`);
  });
});

describe("the server of an export", () => {
  const other = "https://other.example/hydra";
  const named = (id: string, connection: string, url: string) =>
    client(id, { outputs: { connection, __server: fingerprintOf(url) } });

  it("is the one that is asked when there is one alone, however its URL is written", async () => {
    const path = await exported([plugin(other), client("web")]);
    const { client: of, said } = await judge([path]);
    expect([of("web"), said]).toEqual([
      managed,
      [`the exports name one server, ${other}: the command assumes that this is ${here}`],
    ]);
    const same = await judge([await exported([plugin(`${here}/admin/`), client("web")])]);
    expect([same.client("web"), same.said]).toEqual([managed, []]);
  });

  it("is told by its URL, in one export or in several", async () => {
    const ours = await exported([plugin(here), client("ours"), named("eu", "eu", other)]);
    const theirs = await exported([plugin("http://third.example"), client("theirs")]);
    const { client: of } = await judge([ours, theirs]);
    expect(of("ours")).toEqual(managed);
    expect(of("eu")).toEqual({ managed: false, notes: [`${ours} has it on another server, eu`] });
    expect(of("theirs")).toEqual({
      managed: false,
      notes: [`${theirs} has it on another server, http://third.example`],
    });
    const atOther = await judge([ours, theirs], { url: other });
    expect([atOther.client("ours").managed, atOther.client("eu")]).toEqual([false, managed]);
  });

  it("is told by the provider of dynamic resources too", async () => {
    const provider = {
      ...resource("pulumi:providers:pulumi-nodejs", "p2", { inputs: { "hydra:adminUrl": other } }),
      urn: urn("pulumi:providers:pulumi-nodejs", "default"),
    };
    const one = resource("pulumi-nodejs:dynamic/hydra:OAuth2Client", "one", {
      provider: `${urn("pulumi:providers:pulumi-nodejs", "default")}::p2`,
    });
    const path = await exported([provider, one, plugin(here), client("web")]);
    const { client: of } = await judge([path]);
    expect([of("one").managed, of("web")]).toEqual([false, managed]);
  });

  it("may be this one where the export says nothing of it", async () => {
    const path = await exported([plugin(undefined), client("unplaced"), named("eu", "eu", other)]);
    const { client: of } = await judge([path]);
    expect([of("unplaced"), of("eu").managed]).toEqual([managed, false]);
  });

  it("has to be named where several are known, and none is this one", async () => {
    const path = await exported([plugin("http://a.example"), client("a"), named("eu", "eu", other)]);
    await expect(judge([path])).rejects.toThrow(`the exports have no server ${here}, but eu, http://a.example`);
    for (const servers of [["eu"], [`${other}/`]]) {
      const { client: of } = await judge([path], { servers });
      expect([of("eu"), of("a").managed]).toEqual([managed, false]);
    }
    const both = await judge([path], { servers: ["eu", "http://a.example"] });
    expect([both.client("eu"), both.client("a")]).toEqual([managed, managed]);
    await expect(judge([path], { servers: ["us"] })).rejects.toThrow(
      "the exports have no server of that name, but eu, http://a.example",
    );
    const unplaced = await exported([client("web")]);
    await expect(judge([unplaced], { servers: ["us"] })).rejects.toThrow("the exports have no server of that name");
  });
});
