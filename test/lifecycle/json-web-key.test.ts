// Knows the life of a key, call by call on both hosts, and that no answer of the provider holds a private part.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { errorOf, failing, type Properties, secret, unknown } from "../support/engine.ts";
import { startFaultProxy } from "../support/fault.ts";
import { startGateway } from "../support/gateway.ts";
import { bare, type Held, type Host, startHost } from "../support/host.ts";
import { admin, hydra } from "../support/hydra.ts";

const type = "JsonWebKey";
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "k"];

/** Sets of these tests. */
const sets: string[] = [];
const newSet = (more = "") => {
  sets.push(`keys-${randomUUID()}${more}`);
  return sets.at(-1) as string;
};
afterEach(async () => {
  for (const set of sets.splice(0)) await admin.delete(`/admin/keys/${encodeURIComponent(set)}`);
});

type Jwk = Record<string, string>;
const path = (set: string, kid: string) => `/admin/keys/${encodeURIComponent(set)}/${encodeURIComponent(kid)}`;
const keysIn = async (set: string) =>
  ((await admin.get(`/admin/keys/${encodeURIComponent(set)}`)).body.keys ?? []) as Jwk[];
const live = async (set: string, kid: string) =>
  (((await admin.get(path(set, kid))).body.keys ?? []) as Jwk[])[0] as Jwk;
const isThere = async (set: string, kid: string) => (await admin.get(path(set, kid))).status === 200;
const publicOf = (jwk: Jwk) =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !privateMembers.includes(name)));
const ecKey = (members: object = {}): Jwk => ({
  ...(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }) as Jwk),
  ...members,
});
const rsaKey = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }) as Jwk;
/** Only v2.3.0 has no way to names with a slash. */
const hasSlashes = !hydra.version.startsWith("v2.");

/** Nothing private of these keys stands in a text. */
function expectPublic(text: string, ...keys: readonly Jwk[]): void {
  for (const key of keys) {
    for (const name of privateMembers) if (key[name] !== undefined) expect(text).not.toContain(key[name]);
  }
}

describe.each(["plugin", "dynamic"] as const)("on the %s host", (name) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(name);
  });
  afterAll(() => host[Symbol.asyncDispose]());

  const checked = async (news: Properties, olds: Properties = {}, by = host) => {
    const { inputs, failures } = await by.check(type, news, olds);
    expect(failures).toEqual([]);
    return inputs;
  };
  const made = async (news: Properties, by = host) => {
    const inputs = await checked(news, {}, by);
    return { inputs, held: await by.create(type, inputs) };
  };
  const planned = async (held: Held, inputs: Properties) => {
    const { changes, replaces, deleteBeforeReplace } = await host.diff(type, held, inputs);
    return [changes, replaces, deleteBeforeReplace];
  };
  const nothing = ["NONE", [], false];
  /** The same of a key with a kid of the program's own: where the program asks for a replacement, it cannot be beside it. */
  const inItsPlace = ["NONE", [], true];
  const told = () => host.engine.written() + host.engine.logged.map(({ message }) => message).join("\n");

  it("Hydra generates a key under a kid of ours, and nothing private of it is recorded", async () => {
    const set = newSet();
    for (const alg of ["ES256", "ES384", "ES512", "EdDSA", "PS256", "RS512"]) {
      const { inputs, held } = await made({ set, alg });
      const kid = String(inputs.__kid);
      expect(kid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const key = await live(set, kid);
      expect(key).toMatchObject({ kid, alg, use: "sig", d: expect.any(String) });
      expect(held).toEqual({
        id: `${set}/${kid}`,
        state: { set, kid, alg, use: "sig", publicKey: publicOf(key), __kid: true },
      });
      expect(await planned(held, await checked({ set, alg }, inputs))).toEqual(nothing);
      const read = await host.read(type, held, inputs);
      expect(read).toEqual({ ...held, inputs: { set, alg, __kid: kid } });
      expectPublic(JSON.stringify([held, read]), key);
    }
  });

  it("every change replaces it: the new key first, unless both have one name", async () => {
    const set = newSet();
    const news = { set, kid: "a", alg: "ES256" };
    const { inputs, held } = await made(news);
    const change = async (more: object) => planned(held, await checked({ ...news, ...more }, inputs));
    expect(await change({ kid: "b" })).toEqual(["SOME", ["kid"], false]);
    expect(await change({ set: `${set}2` })).toEqual(["SOME", ["set"], false]);
    expect(await change({ alg: "ES384" })).toEqual(["SOME", ["alg"], true]);
    expect(await change({ use: "enc" })).toEqual(["SOME", ["use"], true]);
    expect(await change({ privateKey: ecKey() })).toEqual(["SOME", ["privateKey"], true]);
    expect(await change({ kid: null, alg: "ES384" })).toEqual(["SOME", ["alg"], false]);
    // An unset kid keeps the one that is recorded, and "sig" is what an unset use is.
    expect(await planned(held, await checked({ set, alg: "ES256", use: "sig" }, inputs))).toEqual(nothing);
  });

  it("is found gone, or another key, and only the recorded one is deleted", async () => {
    const set = newSet();
    const { inputs, held } = await made({ set, kid: "a", alg: "ES256" });
    const other = ecKey({ kid: "a", alg: "ES256", use: "sig" });
    expect((await admin.put(path(set, "a"), other)).status).toBe(200);

    // What was replaced on the server is spared until a refresh records it.
    await host.delete(type, held);
    expect(await isThere(set, "a")).toBe(true);
    await expect
      .poll(told)
      .toContain(
        `the provider did not delete the key "${set}/a": the server has another key under this set and kid now`,
      );
    const drifted = (await host.read(type, held, inputs)) as Held & { inputs: Properties };
    expect(bare(drifted.state)).toEqual({ ...held.state, publicKey: publicOf(other), __kidChanged: true });
    expectPublic(JSON.stringify(drifted) + told(), other);
    expect(await planned(drifted, inputs)).toEqual(["SOME", ["kid"], true]);
    const again = await host.read(type, drifted, inputs);
    expect(again?.state).toEqual(drifted.state);

    await host.delete(type, drifted);
    expect(await isThere(set, "a")).toBe(false);
    expect(await host.read(type, drifted, inputs)).toBe(undefined);
    await host.delete(type, drifted);
  });

  it("a pending deletion leaves the key alone that has its name by now", async () => {
    const set = newSet();
    const news = { set, kid: "a", alg: "ES256" };
    const old = await made(news);
    await admin.delete(path(set, "a"));
    const next = await made(news);
    await host.delete(type, old.held);
    expect(await live(set, "a")).toMatchObject(next.held.state.publicKey as object);
    // After a refresh, the present key is recorded in what is to be deleted, too.
    await using later = await startHost(name);
    await later.check(type, news, next.inputs, "web");
    await later.diff(type, next.held, next.inputs, "web");
    await later.delete(type, next.held, "web");
    expect(await isThere(set, "a")).toBe(true);
  });

  it("a pending deletion leaves a key of the program's own alone that was created again since", async () => {
    const set = newSet();
    const news = { set, privateKey: secret(ecKey({ kid: "own", use: "sig" })) };
    const old = await made(news);
    await admin.delete(path(set, "own"));
    const next = await made(news);
    await host.delete(type, old.held);
    expect(await isThere(set, "own")).toBe(true);
    await host.delete(type, next.held);
    expect(await isThere(set, "own")).toBe(false);
  });

  it("a deletion leaves a key alone that another resource of the program keeps", async () => {
    const set = newSet();
    const { inputs, held } = await made({ set, kid: "a", alg: "ES256" });
    const imported = { id: held.id, state: { ...held.state, __imported: true } };
    await host.diff(type, imported, inputs, "shop-web");
    await host.delete(type, held, "web");
    expect(await isThere(set, "a")).toBe(true);
    await expect.poll(told).toContain(`the key "${set}/a" was not deleted: another resource of this program has it`);
    // The program asks for a replacement, though nothing differs.
    await using other = await startHost(name);
    await other.diff(type, imported, inputs, "shop-web");
    await other.check(type, inputs, {}, "shop-web");
    await other.delete(type, imported, "shop-web");
    expect(await isThere(set, "a")).toBe(false);
  });

  it("stores a key of the program's own, whose private part is a secret, as what it says it is", async () => {
    const set = newSet();
    const key = ecKey({ kid: "own", alg: "ES256", use: "enc" });
    const { inputs, held } = await made({ set, privateKey: secret(key) });
    expect(await live(set, "own")).toEqual(key);
    const { privateKey, ...rest } = held.state;
    expect(rest).toEqual({
      set,
      kid: "own",
      alg: "ES256",
      use: "enc",
      publicKey: publicOf(key),
      __kid: true,
      __serverDefaults: { use: "enc" },
      __creation: expect.any(String),
    });
    expect(privateKey).toEqual(name === "plugin" ? secret(key) : key);
    expect(await planned(held, await checked({ set, privateKey: secret(key) }, inputs))).toEqual(inItsPlace);
    const read = await host.read(type, held, inputs);
    expect(read?.state).toEqual(held.state);
    expect(read?.inputs.privateKey).toEqual(name === "plugin" ? secret(key) : undefined);

    // The same numbers, written otherwise, are the same key.
    const spelled = { ...key, x: `${key.x}=`, key_ops: ["sign"] };
    expect(await planned(held, await checked({ set, privateKey: secret(spelled) }, inputs))).toEqual(inItsPlace);
    const other = { ...ecKey(), kid: "own", alg: "ES256", use: "enc" };
    const replaced = await checked({ set, privateKey: secret(other) }, inputs);
    expect(await planned(held, replaced)).toEqual(["SOME", ["privateKey"], true]);
    const renamed = await checked({ set, privateKey: secret({ ...other, kid: "new" }) }, inputs);
    expect(await planned(held, renamed)).toEqual(["SOME", ["privateKey"], false]);
    // The kid alone: the same key under another name.
    const moved = await checked({ set, privateKey: secret({ ...key, kid: "new" }) }, inputs);
    expect(await planned(held, moved)).toEqual(["SOME", ["privateKey"], false]);

    // Put back by hand, it has not drifted any more.
    await admin.put(path(set, "own"), other);
    const drifted = (await host.read(type, held, inputs)) as Held;
    expect(drifted.state.__privateKeyChanged).toBe(true);
    expect(await planned(drifted, inputs)).toEqual(["SOME", ["privateKey"], true]);
    await admin.put(path(set, "own"), key);
    expect((await host.read(type, drifted, inputs))?.state).toEqual(held.state);
  });

  it("fills in what a key of the program's own does not say", async () => {
    const set = newSet();
    const rsa = await made({ set, privateKey: secret(rsaKey()) });
    const kid = String(rsa.inputs.__kid);
    expect(rsa.held.state).toMatchObject({
      kid,
      alg: "RS256",
      use: "sig",
      publicKey: { kid, alg: "RS256", use: "sig" },
    });
    const edKey = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
    const ed = await made({ set, kid: "ed", use: "enc", privateKey: secret(edKey) });
    expect(ed.held.state).toMatchObject({ kid: "ed", alg: "EdDSA", use: "enc" });
    expect(await planned(ed.held, ed.inputs)).toEqual(inItsPlace);
  });

  it("takes a key whose creation was not answered for its own where that is proven, and creates it once", async () => {
    await using proxy = await startFaultProxy(hydra.adminUrl);
    await using other = await startHost(name, proxy.url);
    const own = ecKey({ kid: "own" });
    const lost = { forward: "all", answer: "reset" } as const;
    for (const more of [{ alg: "ES256" }, { alg: "EdDSA", kid: "a" }, { privateKey: secret(own) }]) {
      for (const fault of [lost, { forward: "all", answer: "cut JSON" } as const, { forward: "twice" } as const]) {
        const set = newSet();
        const inputs = await checked({ set, ...more }, {}, other);
        proxy.spoilFirst(fault, 1, "privateKey" in more ? "PUT" : "POST");
        // Who answers 409 to the second of two that a gateway sends cannot be told apart from somebody else under a chosen kid.
        if ("kid" in more && "forward" in fault && fault.forward === "twice") {
          const [, message] = await failing(other.create(type, inputs));
          expect(message).toContain(`the key "${set}/a" exists already`);
        } else {
          const held = await other.create(type, inputs);
          const keys = await keysIn(set);
          expect(keys).toHaveLength(1);
          expect(held.state).toMatchObject({ kid: keys[0]?.kid, publicKey: publicOf(keys[0] as Jwk) });
          await host.delete(type, held);
        }
      }
    }
  });

  it("leaves a key alone that somebody else has made at the moment of a lost answer", async () => {
    const set = newSet();
    const theirs = ecKey({ kid: "a", alg: "ES384", use: "sig" });
    await using proxy = await startFaultProxy(hydra.adminUrl);
    await using other = await startHost(name, proxy.url);
    const inputs = await checked({ set, kid: "a", alg: "ES256" }, {}, other);
    proxy.onStage(async (stage, method) => {
      if (stage === "arrived" && method === "POST") await admin.put(path(set, "a"), theirs);
    });
    proxy.spoilFirst({ forward: "nothing", answer: "reset" }, 1, "POST");
    const [, message] = await failing(other.create(type, inputs));
    expect(message).toContain(`the key "${set}/a" exists already and this resource did not create it`);
    expect(await live(set, "a")).toEqual(theirs);
  });

  it("refuses a name that is taken, and leaves what has it alone", async () => {
    const set = newSet();
    const theirs = ecKey({ kid: "a", alg: "ES256", use: "sig" });
    await admin.put(path(set, "a"), theirs);
    for (const news of [
      { set, kid: "a", alg: "ES256" },
      { set, kid: "a", privateKey: secret(ecKey()) },
      { set, privateKey: secret(theirs) },
    ]) {
      const [, message] = await failing(host.create(type, await checked(news)));
      expect(message).toContain(
        `could not create JsonWebKey: the key "${set}/a" exists already and this resource did not create it`,
      );
      expect(message).toContain(
        `pulumi import hydra:index:JsonWebKey ${name === "plugin" ? "web" : "<name>"} ${set}/a`,
      );
      expect(message).toContain(`or delete it with a DELETE of /admin/keys/${set}/a`);
      expectPublic(message, theirs);
    }
    expect(await live(set, "a")).toEqual(theirs);
  });

  it("a name with a slash works where the server has a route to it, and is refused before anything is made where not", async () => {
    for (const { set, kid } of [
      { set: newSet("/a%2Fb/c"), kid: "k" },
      { set: newSet(), kid: "a/50%" },
    ]) {
      const inputs = await checked({ set, kid, alg: "ES256" });
      if (!hasSlashes) {
        const [, message] = await failing(host.create(type, inputs));
        expect(message).toContain("this server cannot address a key whose set or kid contains a slash");
        expect(await keysIn(set.split("/")[0] as string)).toEqual([]);
        continue;
      }
      const held = await host.create(type, inputs);
      const encode = (part: string) => part.replaceAll("%", "%25").replaceAll("/", "%2F");
      expect(held.id).toBe(`${encode(set)}/${encode(kid)}`);
      expect((await host.read(type, held, inputs))?.state).toEqual(held.state);
      await host.delete(type, held);
      expect(await isThere(set, kid)).toBe(false);
    }
    const chosen = await checked({ set: newSet("/a"), alg: "ES256" });
    if (!hasSlashes) {
      expect((await failing(host.create(type, chosen)))[1]).toContain("this server cannot address a key");
    } else await host.delete(type, await host.create(type, chosen));
  });

  it("says of an algorithm that the server refuses what to do, and that nothing was made", async () => {
    const set = newSet();
    await using gateway = await startGateway({
      target: hydra.adminUrl,
      refuse: ({ method }) =>
        method === "POST"
          ? { status: 400, body: '{"error":"Bad Request","error_description":"Unsupported key algorithm"}' }
          : undefined,
    });
    await using other = await startHost(name, gateway.url);
    const { message } = await errorOf(other.create(type, await checked({ set, alg: "ES512" })));
    expect(message).toBe(
      `could not create JsonWebKey: Unsupported key algorithm (400 POST /admin/keys/${set}); this server may not support ES512; choose another alg [refused]`,
    );
  });

  it("refuses bad inputs at the preview, each where it is, and repeats no member of a private key", async () => {
    const set = newSet();
    const key = ecKey();
    const failuresOf = async (news: Properties) => (await host.check(type, news)).failures;
    const at = (property: string, reason: string) => [[name === "plugin" ? property : "", `${property}: ${reason}`]];
    const hidden = (reason: string) => [["", `privateKey: ${reason}`]];
    expect(await failuresOf({ set })).toEqual(at("alg", "is required unless privateKey is set"));
    const all =
      "must be one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA: Hydra generates no other keys";
    expect(await failuresOf({ set, alg: "nothing like it" })).toEqual(
      at("alg", "must be one word of at most 64 characters"),
    );
    expect(await failuresOf({ set, alg: "RSA-OAEP" })).toEqual(at("alg", all));
    expect(await failuresOf({ set, alg: "es256" })).toEqual(at("alg", `${all}; did you mean ES256?`));
    expect(await failuresOf({ set, alg: "ES256", use: "sign" })).toEqual(at("use", 'must be "sig" or "enc"'));
    expect(await failuresOf({ set: "a/", alg: "ES256" })).toEqual(
      at("set", "must not end with a slash: no server can address it"),
    );
    expect(await failuresOf({ set, alg: "ES256", kid: ".." })).toEqual(
      at("kid", "must not be . or ..: no server can address it"),
    );
    expect(await failuresOf({ set, alg: "RS256", privateKey: secret(key) })).toEqual(
      at("alg", "does not work with the type of this privateKey; ES256 does"),
    );
    expect(await failuresOf({ set, kid: "a", privateKey: secret({ ...key, kid: "b" }) })).toEqual(
      at("kid", "is not the kid that privateKey has; leave one of the two out"),
    );
    const broken = "is not a valid private key: what it signs, its public members do not verify";
    const { d: _, ...half } = key;
    const needs =
      "must be a private JSON Web Key (RFC 7517): kty RSA with n, e, d, p, q, dp, dq and qi, EC with crv, x, y and d, or OKP with crv, x and d";
    const [rsa, other] = [rsaKey(), rsaKey()];
    const { qi: __, ...partial } = rsa;
    const mixed = "is not a valid private key: its members do not belong to one RSA key";
    for (const names of [["p"], ["q"], ["p", "q"], ["d"], ["dp"], ["dq"], ["qi"], ["p", "q", "dp", "dq", "qi"]]) {
      const members = names.map((name) => [name, other[name]]);
      const foreign = { ...rsa, kid: "a", ...Object.fromEntries(members) };
      expect(await failuresOf({ set, privateKey: secret(foreign) })).toEqual(hidden(mixed));
      expect((await admin.put(path(set, "a"), { ...foreign, alg: "RS256", use: "sig" })).status).toBe(400);
    }
    expect(await failuresOf({ set, privateKey: secret({ ...rsa, p: rsa.q, q: rsa.p }) })).toEqual(hidden(mixed));
    expect(await failuresOf({ set, privateKey: secret(rsa) })).toEqual([]);
    expect([
      await failuresOf({ set, privateKey: secret({ ...key, d: ecKey().d }) }),
      await failuresOf({ set, privateKey: secret(half) }),
      await failuresOf({ set, privateKey: secret(partial) }),
      await failuresOf({ set, privateKey: secret({ kty: "oct", k: "c2VjcmV0" }) }),
    ]).toEqual([hidden(broken), hidden(needs), hidden(needs), hidden(needs)]);
    const nested = [["privateKey.d", "privateKey.d: must have 32 bytes with this crv"]];
    expect(await failuresOf({ set, privateKey: secret({ ...key, d: "AAAA" }) })).toEqual(nested);
    // What is not known yet may be anything.
    expect(await failuresOf({ set, privateKey: unknown })).toEqual([]);
    expect(await failuresOf({ set: unknown, alg: unknown, kid: unknown })).toEqual([]);
  });

  it("warns of what a replacement, a deletion and a wrong use mean where Hydra signs with the key", async () => {
    const set = "hydra.jwt.access-token";
    const before = told().length;
    const said = () => told().slice(before);
    const { inputs, held } = await made({ set, alg: "ES256" });
    expect((await keysIn(set))[0]?.kid).toBe(held.state.kid);
    await checked({ set, alg: "ES256", use: "enc" });
    await expect.poll(said).toContain(`use: Hydra signs with the newest key of ${set} whatever its use`);
    await planned(held, await checked({ set, alg: "RS256" }, inputs));
    await expect.poll(said).toContain(`Pulumi replaces a key of ${set}: Hydra signs with the new key at once`);
    const older = (await keysIn(set))[1]?.kid;
    await host.delete(type, held);
    await expect
      .poll(said)
      .toContain(
        `Hydra signs with the key "${held.id}", which is deleted now. For the next token it ` +
          (older ? `signs with the older key "${older}"` : "generates a new key"),
      );
    expect(await isThere(set, String(held.state.kid))).toBe(false);
  });
});
