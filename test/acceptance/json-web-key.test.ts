// Knows how keys live through the Pulumi CLI, on both hosts, and looks for their private parts in everything that was written.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startHydra } from "../../tools/hydra.mts";
import type { Operation, Workspace } from "../../tools/workspace.mts";
import { type FaultProxy, startFaultProxy } from "../support/fault.ts";
import { admin, hydra } from "../support/hydra.ts";
import { filesOf, found, type Written } from "../support/planted.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { encrypted, errorsOf, recorded, stepsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const folder = join(inject("installation").folder, "node_modules/pulumi-hydra");
const hosts = { dynamic: program, plugin: pluginProgram };
/** Only v2.3.0 has no way to names with a slash. */
const hasSlashes = !hydra.version.startsWith("v2.");

type Jwk = Record<string, string>;

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "k"];
const publicOf = (jwk: Jwk): Jwk =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !privateMembers.includes(name)));
const rsaKey = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }) as Jwk;
const ecKey = (kid: string): Jwk => ({
  ...(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }) as Jwk),
  ...{ kid, alg: "ES256", use: "sig" },
});

const setPath = (set: string) => `/admin/keys/${encodeURIComponent(set)}`;
const keyPath = (set: string, kid: string) => `${setPath(set)}/${encodeURIComponent(kid)}`;
const keysIn = async (set: string) => ((await admin.get(setPath(set))).body.keys ?? []) as Jwk[];

/** The arguments of a key. `own` names the configuration value that has its private key. */
interface Args {
  readonly set: string;
  readonly kid?: string;
  readonly alg?: string;
  readonly use?: string;
  readonly own?: string;
}

const declared = (keys: Readonly<Record<string, Args>>, options = {}) =>
  Object.entries(keys).map(([name, { own, ...args }]) => {
    const more = own === undefined ? "" : `, privateKey: config.requireSecretObject("${own}")`;
    return `new hydra.JsonWebKey("${name}", { ...${json(args)}${more} }, ${json(options)});`;
  });

/** The secret texts of keys, each by a name that tells where it comes from. Half of one is a secret as well. */
function secretsOf(keys: Readonly<Record<string, Jwk>>): Record<string, string> {
  const all = Object.entries(keys).flatMap(([name, jwk]) =>
    privateMembers.flatMap((member) => (jwk[member] ? [[`${member} of ${name}`, jwk[member].slice(0, 24)]] : [])),
  );
  return Object.fromEntries(all);
}

const createFirst = ["create-replacement", "replace", "delete-replaced"];
const deleteFirst = ["delete-replaced", "replace", "create-replacement"];

describe.each(["plugin", "dynamic"] as const)("a JsonWebKey on the %s host", (host) => {
  const set = `life-${randomUUID()}`;
  const [other, slashed] = [`${set}-other`, `${set}/part`];
  const [first, second, foreign] = [rsaKey(), rsaKey(), ecKey("private-key-named")];

  /** What each is named for is what changes of it. */
  const before: Record<string, Args> = {
    set: { set, kid: "moves", alg: "ES256" },
    alg: { set, alg: "RS256" },
    "alg-named": { set, kid: "alg-named", alg: "ES256" },
    use: { set, use: "sig", alg: "EdDSA" },
    kid: { set, kid: "kid", alg: "ES256" },
    "private-key": { set, own: "first" },
    "private-key-named": { set, kid: "private-key-named", own: "first" },
    ...(hasSlashes ? { slash: { set: slashed, kid: "a/b", alg: "ES256" } } : {}),
  };
  const after: Record<string, Args> = {
    ...before,
    set: { set: other, kid: "moves", alg: "ES256" },
    alg: { set, alg: "ES384" },
    "alg-named": { set, kid: "alg-named", alg: "ES384" },
    use: { set, use: "enc", alg: "EdDSA" },
    kid: { set, kid: "kid-2", alg: "ES256" },
    "private-key": { set, own: "second" },
    "private-key-named": { set, kid: "private-key-named", own: "second" },
    ...(hasSlashes ? { slash: { set: slashed, kid: "a/b", alg: "ES512" } } : {}),
  };
  const named = (operation: string, names = Object.keys(before)) =>
    Object.fromEntries(names.map((name) => [`JsonWebKey ${name}`, operation]));

  let proxy: FaultProxy;
  let stack: Workspace;
  const written: Written = new Map();
  /** Every key that the server generated or others stored: none of it may be anywhere. */
  const seen: Record<string, Jwk> = {};
  beforeAll(async () => {
    proxy = await startFaultProxy(hydra.adminUrl);
    stack = await workspace({
      files: hosts[host](),
      path: [folder],
      config: {
        "hydra:adminUrl": proxy.url,
        first: { secret: json(first) },
        second: { secret: json(second) },
        mixed: { secret: json({ ...first, p: second.p }) },
      },
      env: { PULUMI_HYDRA_ADMIN_URL: proxy.url },
    });
  });
  afterAll(async () => {
    for (const name of [set, other, ...(hasSlashes ? [slashed] : [])]) await admin.delete(setPath(name));
    await stack[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  const write = (...statements: string[]) =>
    stack.write(hosts[host]("const config = new pulumi.Config();", ...statements));
  const keep = async <T extends Pick<Operation, "code" | "stdout" | "stderr">>(name: string, result: T): Promise<T> => {
    written.set(`the output of ${name}`, `${result.stdout}\n${result.stderr}`);
    for (const where of [set, other, ...(hasSlashes ? [slashed] : [])]) {
      for (const key of await keysIn(where))
        if (key.n !== first.n && key.n !== second.n) seen[`${key.kid} ${String(key.d).slice(-6)}`] ??= key;
    }
    return result;
  };
  const done = async (name: string, operation: Promise<Operation>): Promise<Operation> => {
    const result = await keep(name, await operation);
    expect([name, result.code, errorsOf(result)]).toEqual([name, 0, []]);
    return result;
  };
  const kidOf = async (name: string) => String((await recorded(stack))[`JsonWebKey ${name}`]?.outputs.kid);

  it("is created, and its public part is recorded", async () => {
    await write(...declared(before));
    expect((await done("the first up", stack.up())).operations).toEqual(named("create"));
    const live = await keysIn(set);
    const state = await recorded(stack);
    for (const [name, { own, ...args }] of Object.entries(before)) {
      const { id, outputs } = state[`JsonWebKey ${name}`] ?? {};
      const kid = String(outputs?.kid);
      const key = (args.set === set ? live : await keysIn(args.set)).find((one) => one.kid === kid) as Jwk;
      const { __provider, __kid, __serverDefaults, __creation, ...rest } = outputs ?? {};
      expect([name, rest]).toEqual([
        name,
        {
          ...{ alg: "RS256", use: "sig", ...args, kid, publicKey: publicOf(key) },
          ...(own === undefined ? {} : { privateKey: encrypted }),
        },
      ]);
      expect([name, key.d === undefined]).toEqual([name, false]);
      if (!args.set.includes("/")) expect(id).toBe(`${set}/${kid}`);
    }
    expect(live).toHaveLength(7);
    expect(live.filter(({ n }) => n === first.n).map(({ d }) => d)).toEqual([first.d, first.d]);
  });

  it("has nothing to do a second time, nor after a refresh", async () => {
    const live = await keysIn(set);
    expect((await done("the second up", stack.up())).operations).toEqual(named("same"));
    expect((await done("a refresh", stack.refresh("--diff"))).operations).toEqual(named("same"));
    // Pulumi's server of dynamic providers records what a read gives, and has no word for secret inputs: they wait for the program.
    const inputs = async () => (await recorded(stack))["JsonWebKey private-key"]?.inputs.privateKey;
    expect(await inputs()).toBe(host === "plugin" ? encrypted : undefined);
    expect((await done("an up after a refresh", stack.up())).operations).toEqual(named("same"));
    expect(await inputs()).toBe(encrypted);
    expect(await keysIn(set)).toEqual(live);
  });

  it("is replaced by a change of any field, and the new key is created first unless it has the name of the old one", async () => {
    const kids = { alg: await kidOf("alg"), use: await kidOf("use"), own: await kidOf("private-key") };
    await write(...declared(after));
    const plan = join(stack.folder, "plan.json");
    await done("a preview", stack.preview("--diff", "--save-plan", plan));
    const asked = proxy.seen.length;
    // Pulumi gives dynamic resources nothing from which a plan and its `up` choose the same kid.
    const replaced = await done("an up after it", stack.up("--diff", ...(host === "plugin" ? ["--plan", plan] : [])));
    const inOrder = (name: string) =>
      stepsOf(replaced).flatMap((step) => (step.endsWith(` JsonWebKey ${name}`) ? [step.split(" ")[0]] : []));
    const keysOf = (name: string) =>
      replaced.steps.find((step) => step.name === name && step.op === "replace")?.replaceKeys;
    const order = Object.fromEntries(Object.keys(before).map((name) => [name, [keysOf(name), inOrder(name)]]));
    expect(order).toEqual({
      set: [["set"], createFirst],
      alg: [["alg"], createFirst],
      "alg-named": [["alg"], deleteFirst],
      use: [["use"], createFirst],
      kid: [["kid"], createFirst],
      "private-key": [["privateKey"], createFirst],
      "private-key-named": [["privateKey"], deleteFirst],
      ...(hasSlashes ? { slash: [["alg"], deleteFirst] } : {}),
    });
    // What the steps say is what the server was asked.
    const asks = proxy.seen.slice(asked).filter(({ method }) => method !== "GET");
    const at = (method: string, path: string) => asks.findIndex((one) => one.method === method && one.path === path);
    expect(at("POST", setPath(other))).toBeLessThan(at("DELETE", keyPath(set, "moves")));
    expect(at("DELETE", keyPath(set, "private-key-named"))).toBeLessThan(at("PUT", keyPath(set, "private-key-named")));

    const live = await keysIn(set);
    const now = { alg: await kidOf("alg"), use: await kidOf("use"), own: await kidOf("private-key") };
    expect(live.map(({ kid }) => kid).sort()).toEqual(
      [...Object.values(now), "alg-named", "kid-2", "private-key-named"].sort(),
    );
    expect(Object.values(kids).filter((kid) => Object.values(now).includes(kid))).toEqual([]);
    const shown = live.map(({ kid, alg, use }) => [kid, alg, use]);
    expect(shown).toEqual(
      expect.arrayContaining([
        [now.alg, "ES384", "sig"],
        ["alg-named", "ES384", "sig"],
      ]),
    );
    expect(shown).toContainEqual([now.use, "EdDSA", "enc"]);
    expect(live.filter(({ n }) => n === second.n).map(({ d }) => d)).toEqual([second.d, second.d]);
    expect((await keysIn(other)).map(({ kid }) => kid)).toEqual(["moves"]);
  });

  it("that was deleted outside is created, and another key under its name is replaced", async () => {
    const gone = await kidOf("use");
    const [kid, theirs] = ["kid-2", ecKey("kid-2")];
    await admin.delete(keyPath(set, gone));
    await admin.put(keyPath(set, kid), theirs);
    await admin.put(keyPath(set, "private-key-named"), foreign);
    const refresh = await done("a refresh of drift", stack.refresh("--diff"));
    expect(refresh.operations).toEqual({
      ...named("same"),
      ...named("delete", ["use"]),
      ...named("update", ["kid", "private-key-named"]),
    });
    const warning = "the server has another key under this set and kid now; the next `pulumi up` replaces it";
    const warned = refresh.diagnostics.filter(({ message }) => message.includes(warning));
    expect(warned.length).toBe(2);
    const up = await done("an up after drift", stack.up());
    expect(up.operations).toEqual({
      ...named("same"),
      ...named("create", ["use"]),
      ...named("replace", ["kid", "private-key-named"]),
    });
    const live = await keysIn(set);
    const key = (name: string) => live.find((one) => one.kid === name) as Jwk;
    expect(publicOf(key("private-key-named"))).toEqual({
      ...publicOf(second),
      ...{ kid: "private-key-named", alg: "RS256", use: "sig" },
    });
    expect(key(kid).x === theirs.x).toBe(false);
    expect((await recorded(stack))["JsonWebKey kid"]?.outputs.publicKey).toEqual(publicOf(key(kid)));
    expect(await kidOf("use")).not.toBe(gone);
    expect((await done("an up after that", stack.up())).operations).toEqual(named("same"));
  });

  const lost: Record<string, Args> = {
    "lost-generated": { set: other, kid: "lost-generated", alg: "ES256" },
    "lost-own": { set: other, kid: "lost-own", own: "first" },
  };

  it("whose creation was not answered is there once", async () => {
    const left = new Set(["POST", "PUT"]);
    proxy.spoil(({ method }) => (left.delete(method) ? { forward: "all", answer: "reset" } : undefined));
    await write(...declared({ ...after, ...lost }));
    const up = await done("an up with lost answers", stack.up());
    proxy.spoil(undefined);
    expect([left.size, up.operations]).toEqual([0, { ...named("same"), ...named("create", Object.keys(lost)) }]);
    expect((await keysIn(other)).map(({ kid }) => kid).sort()).toEqual(["lost-generated", "lost-own", "moves"]);
  });

  it("that cannot be created says why, and shows no key", async () => {
    await admin.put(keyPath(other, "taken"), ecKey("taken"));
    const unsupported = {
      status: 400,
      body: '{"error":"Bad Request","error_description":"Unsupported key algorithm"}',
    };
    const headers = { "content-type": "application/json" };
    proxy.spoil(({ method, path }) =>
      method === "POST" && path.endsWith("refused")
        ? { forward: "nothing", answer: { ...unsupported, headers } }
        : undefined,
    );
    const bad: Record<string, Args> = {
      refused: { set: `${set}-refused`, alg: "ES512" },
      taken: { set: other, kid: "taken", alg: "ES256" },
      "taken-own": { set: other, kid: "taken", own: "first" },
      ...(hasSlashes ? {} : { slash: { set: slashed, alg: "ES256" } }),
    };
    await write(...declared({ ...after, ...lost, ...bad }));
    const up = await keep("a failing up", await stack.up("--continue-on-error"));
    proxy.spoil(undefined);
    const errors = errorsOf(up);
    const said = (name: string) => errors.find((error) => error.startsWith(`JsonWebKey ${name}: `)) ?? "";
    expect(said("refused")).toContain("Unsupported key algorithm");
    expect(said("refused")).toContain("this server may not support ES512");
    for (const name of ["taken", "taken-own"])
      expect(said(name)).toContain(`the key "${other}/taken" exists already and this resource did not create it`);
    expect(said("slash")).toContain(
      hasSlashes ? "" : "this server cannot address a key whose set or kid contains a slash",
    );
    expect(up.operations).toEqual({
      ...named("same"),
      ...named("same", Object.keys(lost)),
      ...named("create failed", Object.keys(bad)),
    });

    await write(...declared({ mixed: { set, own: "mixed" } }));
    const preview = await keep("a refused preview", await stack.preview());
    expect(errorsOf(preview).join()).toContain("privateKey: is not a valid private key");
  });

  it("is looked up by its set and kid", async () => {
    await write(
      ...declared({ ...after, ...lost }),
      `exports.found = hydra.JsonWebKey.get("found", "${other}/taken").publicKey;`,
    );
    await done("an up that looks", stack.up());
    expect((await stack.outputs()).found).toEqual(
      publicOf((await keysIn(other)).find(({ kid }) => kid === "taken") as Jwk),
    );
  });

  it("is imported by its set and kid, listed by its set, and read", async ({ skip }) => {
    if (host === "dynamic") skip("Pulumi imports and lists nothing on dynamic resources");
    await admin.post(setPath(other), { alg: "PS256", use: "sig", kid: "imported" });
    const options = ["--stack", "dev", "--yes", "--protect=false", "--generate-code=false", "--skip-preview"];
    const command = ["import", "hydra:index:JsonWebKey", "imported", `${other}/imported`, ...options];
    expect((await keep("an import", await stack.run(...command))).code).toBe(0);
    const imports = {
      imported: { set: other, kid: "imported", alg: "PS256" },
      "imported-by-option": { set: other, kid: "taken", alg: "ES256" },
    };
    await write(
      ...declared({ ...after, ...lost, imported: imports.imported }),
      ...declared({ "imported-by-option": imports["imported-by-option"] }, { import: `${other}/taken` }),
    );
    const live = await keysIn(other);
    const up = await done("an up that imports", stack.up());
    expect(up.operations).toMatchObject({
      "JsonWebKey imported": "same",
      "JsonWebKey imported-by-option": "import",
    });
    expect(await keysIn(other)).toEqual(live);

    const executable = join(folder, "pulumi-resource-hydra");
    const act = async (...args: string[]) => {
      const all = ["do", "--stateless", "--package", executable, "hydra:index:JsonWebKey", ...args];
      const result = await keep(`pulumi do ${args[0]}`, await stack.run(...all));
      expect([args[0], result.code, result.code === 0 ? "" : result.stderr]).toEqual([args[0], 0, ""]);
      // A list is printed as JSON, an object for people.
      return args[0] === "list" ? result.stdout : result.stdout + result.stderr;
    };
    expect(JSON.parse(await act("list", "--set", other))).toEqual(
      live.map(({ kid }) => ({ id: `${other}/${kid}`, name: kid })),
    );
    expect(await act("read", `${other}/imported`)).toMatch(/alg +: "PS256"/);
    // `pulumi do` has no flag for a property with known values, such as `alg`, so it creates no key here.
    await admin.post(setPath(other), { alg: "RS256", use: "sig", kid: "done" });
    await act("delete", `${other}/done`, "--yes");
    expect((await keysIn(other)).map(({ kid }) => kid)).not.toContain("done");
  });

  it("is deleted, also one that is gone already, and no other key of its set", async () => {
    await admin.delete(keyPath(set, "kid-2"));
    await admin.post(setPath(set), { alg: "ES256", use: "sig", kid: "theirs" });
    await done("destroy", stack.destroy());
    expect((await keysIn(set)).map(({ kid }) => kid)).toEqual(["theirs"]);
    expect((await keysIn(other)).map(({ kid }) => kid)).toEqual(host === "plugin" ? [] : ["taken"]);
    expect(await recorded(stack)).toEqual({});
  });

  it("has its private part in no place, and one of the program's own only encrypted", async () => {
    // The engine writes all that passes between it and a provider here, what programs set in clear.
    await write(...declared({ logged: { set, alg: "RS256" } }));
    const logged = await stack.shell(
      `export PULUMI_DEBUG_GRPC=$PWD/grpc.json
      pulumi up --yes --skip-preview --stack dev --non-interactive --logtostderr -v=9 2> log.txt
      pulumi refresh --yes --skip-preview --stack dev --non-interactive --logtostderr -v=9 2>> log.txt`,
    );
    await keep("a logged up", logged);
    expect(logged.code).toBe(0);
    const kid = await kidOf("logged");
    expect(Object.keys(seen).filter((name) => name.startsWith(kid))).toHaveLength(1);
    for (const file of ["grpc.json", "log.txt"])
      expect(await readFile(join(stack.folder, file), "utf8")).toContain(kid);

    written.set("the exported state", await stack.exportStack());
    const files = await filesOf(stack, true);
    const kinds = [/history/, /\.bak$/, /stacks\/.*\.json$/, /events-/, /plan\.json$/, /grpc\.json$/, /log\.txt$/];
    expect(kinds.filter((kind) => ![...files.keys()].some((place) => kind.test(place)))).toEqual([]);
    const generated = secretsOf(seen);
    expect(Object.keys(generated).length).toBeGreaterThan(20);
    expect(found(new Map([...written, ...files]), generated)).toEqual([]);

    const own = secretsOf({ first, second, mixed: { p: String(second.p) } });
    const all = new Map([...written, ...(await filesOf(stack))]);
    for (const place of all.keys()) if (/grpc\.json$|log\.txt$/.test(place)) all.delete(place);
    expect(found(all, own)).toEqual([]);
    await done("the last destroy", stack.destroy());
  });
});

describe.skipIf(process.env.HYDRA_ADMIN_URL)("the key that Hydra signs with", () => {
  it.each(["plugin", "dynamic"] as const)(
    "is deleted on the %s host with a warning, and Hydra generates another",
    async (host) => {
      await using own = await startHydra();
      const set = "hydra.openid.id-token";
      const keys = async () => {
        const response = await fetch(`${own.adminUrl}/admin/keys/${set}`);
        return (((await response.json()) as { keys?: Jwk[] }).keys ?? []).map(({ kid }) => kid);
      };
      await using stack = await workspace({
        files: hosts[host](`new hydra.JsonWebKey("signing", { set: "${set}", alg: "RS256" });`),
        path: [folder],
        config: { "hydra:adminUrl": own.adminUrl },
      });
      expect((await stack.up()).operations).toEqual({ "JsonWebKey signing": "create" });
      // Hydra makes one of its own when it first needs one, which may be as new as this.
      const { "JsonWebKey signing": signing } = await recorded(stack);
      const kid = signing?.outputs.kid;
      for (const one of (await keys()).filter((each) => each !== kid))
        await fetch(`${own.adminUrl}/admin/keys/${set}/${one}`, { method: "DELETE" });
      const destroy = await stack.destroy();
      expect([destroy.code, destroy.stdout + destroy.stderr]).toEqual([
        0,
        expect.stringContaining(
          `Hydra signs with the key "${set}/${kid}", which is deleted now. For the next token it generates a new key. ` +
            "Verifiers that fetch the set again reject tokens that the deleted key signed",
        ),
      ]);
      const published = await fetch(`${own.publicUrl}/.well-known/jwks.json`);
      const { keys: shown } = (await published.json()) as { keys: Jwk[] };
      expect([shown.some((key) => key.alg === "RS256"), shown.some((key) => key.kid === kid)]).toEqual([true, false]);
    },
  );
});
