// Knows what people do after an operation on clients and lifespans: rename, follow a message, take an edit back, replace, move.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { part } from "../../tools/part.mts";
import type { Workspace } from "../../tools/workspace.mts";
import { type Gateway, refusal, startGateway } from "../support/gateway.ts";
import { admin, hydra } from "../support/hydra.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { errorsOf, recorded } from "../support/state.ts";
import { expectDeployed, start } from "../support/turn.ts";

const hosts = { dynamic: program, plugin: pluginProgram };

const client = (name: string, args: object, options: object = {}) =>
  `new hydra.OAuth2Client(${json(name)}, ${json(args)}, ${json(options)});`;
const lifespans = (name: string, args: object, options: object = {}) =>
  `new hydra.ClientLifespans(${json(name)}, ${json(args)}, ${json(options)});`;
const newId = () => `turn-${randomUUID()}`;
const path = (id: string) => `/admin/clients/${encodeURIComponent(id)}`;
const live = async (id: string) => (await admin.get(path(id))).body;
const exists = async (id: string) => (await admin.get(path(id))).status === 200;

const urnOf = async (stack: Workspace, name: string) => String((await recorded(stack))[name]?.urn);
/** All was deleted, and the server has none of these. */
async function expectGone(stack: Workspace, ...ids: string[]) {
  expect((await stack.destroy()).code).toBe(0);
  for (const id of ids) expect(await exists(id)).toBe(false);
}

/** What the message on a client that exists says to do. */
function advice(message: string) {
  const [, importing = ""] = /`pulumi (import \S+ \S+ [\w-]+)`/.exec(message) ?? [];
  const [, deleting = "", id = ""] = /`(hydra delete oauth2-client ([\w-]+) --endpoint \S+)`/.exec(message) ?? [];
  return {
    import: (stack: Workspace, name: string) => {
      const words = importing.replace("<name>", name).split(" ");
      return stack.run(...words, "--stack", "dev", "--yes", "--protect=false");
    },
    /** As it is printed, by the program of the server. */
    delete: async (stack: Workspace) => stack.shell(`hydra() { ${json(await part("hydra"))} "$@"; }\n${deleting}`),
    /** The same where the way of the message is closed. */
    deleteBeside: () => admin.delete(path(id)),
  };
}

describe.each(Object.entries(hosts))("on the %s host", (_, write) => {
  describe("a client that is renamed in the program", () => {
    const renamed = async (args: object) => {
      const stack = await start(write(client("web", args)));
      await stack.up();
      await stack.write(write(client("shop-web", args)));
      const message = errorsOf(await stack.up()).join("\n");
      expect(message).toContain("exists already and was not created by this resource");
      return { stack, message };
    };

    it("is the same with its old name among the aliases, as the refusal says", async () => {
      const args = { clientId: newId() };
      const { stack, message } = await renamed(args);
      await using _ = stack;
      const before = await live(args.clientId);
      expect(message).toContain("give its old name or parent in the option `aliases`");
      await stack.write(write(client("shop-web", args, { aliases: [{ name: "web" }] })));
      const done = await expectDeployed(stack, ["OAuth2Client shop-web"]);
      expect(done).toEqual({ "OAuth2Client shop-web": "same" });
      expect(await live(args.clientId)).toEqual(before);
      await expectGone(stack, args.clientId);
    });

    it("stays when it is imported, as the refusal says", async () => {
      const args = { clientId: newId() };
      const { stack, message } = await renamed(args);
      await using _ = stack;
      const before = await live(args.clientId);
      await advice(message).import(stack, "shop-web");
      expect(Object.keys(await recorded(stack)).sort()).toEqual(["OAuth2Client shop-web", "OAuth2Client web"]);
      await expectDeployed(stack, ["OAuth2Client shop-web"]);
      expect(await live(args.clientId)).toEqual(before);
      await expectGone(stack, args.clientId);
    });

    it("is created again when it is deleted by hand, as the refusal says", async () => {
      const args = { clientId: newId(), clientName: "Shop" };
      const { stack, message } = await renamed(args);
      await using _ = stack;
      expect((await advice(message).delete(stack)).code).toBe(0);
      await expectDeployed(stack, ["OAuth2Client shop-web"]);
      expect((await live(args.clientId)).client_name).toBe("Shop");
      await expectGone(stack, args.clientId);
    });
  });

  it("a replacement that only the command line asks for is made as the message says, lifespans included", async () => {
    const clientId = newId();
    const declare = (options: object) =>
      write(
        `const web = ${client("web", { clientId }, options)}`,
        'new hydra.ClientLifespans("web", { clientId: web.clientId, implicitGrantIdTokenLifespan: "2h" });',
      );
    await using stack = await start(declare({}));
    await stack.up();
    const urn = await urnOf(stack, "OAuth2Client web");
    const refused = errorsOf(await stack.up("--replace", urn)).join("\n");
    expect(refused).toContain(
      "if Pulumi is replacing it (`--replace`, `pulumi state taint`), set the option `deleteBeforeReplace: true`",
    );
    expect((await live(clientId)).implicit_grant_id_token_lifespan).toBe("2h0m0s");

    await stack.write(declare({ deleteBeforeReplace: true }));
    const both = ["OAuth2Client web", "ClientLifespans web"];
    for (const replace of [
      () => expectDeployed(stack, both, "--replace", urn),
      async () => {
        await stack.run("state", "taint", urn, "--stack", "dev", "--yes");
        return expectDeployed(stack, both);
      },
    ]) {
      const before = await live(clientId);
      expect((await replace())["OAuth2Client web"]).toBe("replace");
      const after = await live(clientId);
      expect(after.created_at).not.toBe(before.created_at);
      expect(after.implicit_grant_id_token_lifespan).toBe("2h0m0s");
    }
    await expectGone(stack, clientId);
  });

  it("a new id whose old client could not be deleted, taken back by the message's advice, ends with one client", async () => {
    const [first, second, { of, refuse }] = [newId(), newId(), refusal()];
    await using gateway = await startGateway({ target: hydra.adminUrl, refuse });
    await using stack = await start(write(client("web", { clientId: first })), { "hydra:adminUrl": gateway.url });
    await stack.up();
    await stack.write(write(client("web", { clientId: second })));
    of("DELETE");
    expect((await stack.up()).code).not.toBe(0);
    expect([await exists(first), await exists(second)]).toEqual([true, true]);

    await stack.write(write(client("web", { clientId: first })));
    const refused = errorsOf(await stack.up()).join("\n");
    expect(refused).toContain("exists already and was not created by this resource");
    // The advice is followed while the gateway still refuses what Pulumi sends, and after.
    await advice(refused).deleteBeside();
    expect((await stack.up()).code).not.toBe(0);
    expect(await exists(first)).toBe(true);
    of("");
    await expectDeployed(stack, ["OAuth2Client web"]);
    expect([await exists(first), await exists(second)]).toEqual([true, false]);
    await expectGone(stack, first, second);
  });

  it("a client id that two resources name is refused, and each way that the message names leads on", async () => {
    const [clientId, other] = [newId(), newId()];
    const one = client("one", { clientId, clientName: "One" });
    await using stack = await start(write(one));
    await stack.up();
    const before = await live(clientId);
    await stack.write(write(one, client("two", { clientId, clientName: "Two" })));
    // Pulumi registers resources at once: the second may be created before the first one is compared.
    expect(errorsOf(await stack.up()).join("\n")).toMatch(
      /give one of them another clientId, or remove one|if another resource of the program has this clientId, change one of the two/,
    );
    expect(await live(clientId)).toEqual(before);
    await stack.write(write(one, client("two", { clientId: other, clientName: "Two" })));
    await expectDeployed(stack, ["OAuth2Client one", "OAuth2Client two"]);
    expect([await live(clientId), (await live(other)).client_name]).toEqual([before, "Two"]);

    // And of the ids that change, to one that another resource has.
    await stack.write(write(one, client("two", { clientId, clientName: "Two" })));
    expect((await stack.up()).code).not.toBe(0);
    expect([await live(clientId), (await live(other)).client_name]).toEqual([before, "Two"]);
    await stack.write(write(one));
    await expectDeployed(stack, ["OAuth2Client one"]);
    expect([await live(clientId), await exists(other)]).toEqual([before, false]);
    await expectGone(stack, clientId);
  });

  it("lifespans move to a ClientLifespans that is declared first, with the id written out, and back", async () => {
    const clientId = newId();
    const named = { implicitGrantAccessTokenLifespan: "1h", implicitGrantIdTokenLifespan: "2h" };
    const [web, own] = [client("web", { clientId, ...named }), lifespans("web", { clientId, ...named })];
    const have = async () => {
      const { implicit_grant_access_token_lifespan: access, implicit_grant_id_token_lifespan: id } =
        await live(clientId);
      return [access, id];
    };
    await using stack = await start(write(web));
    await stack.up();
    for (const [files, names] of [
      [write(own, client("web", { clientId })), ["ClientLifespans web", "OAuth2Client web"]],
      [write(web), ["OAuth2Client web"]],
    ] as const) {
      await stack.write(files);
      await expectDeployed(stack, names);
      expect(await have()).toEqual(["1h0m0s", "2h0m0s"]);
      await expectDeployed(stack, names, "--refresh");
    }
    await expectGone(stack, clientId);
  });
});

/** The members of the client that a request changes. */
function written(gateway: Gateway, before: Record<string, unknown>): string[] {
  return gateway.received.flatMap(({ method }, place) => {
    if (method === "GET") return [];
    const body: unknown = JSON.parse(gateway.bodies[place] ?? "null");
    if (Array.isArray(body)) return body.map(({ path: at }) => String(at).slice(1));
    return Object.entries(body as object).flatMap(([name, value]) =>
      JSON.stringify(value ?? null) === JSON.stringify(before[name] ?? null) ? [] : [name],
    );
  });
}

describe.each(Object.entries(hosts))("an update on the %s host", (host, write) => {
  const drift = { metadata: { team: "drift" }, contacts: ["drift@a.example"] };
  /** What a preview names; dynamic resources cannot tell Pulumi. */
  const previewed = async (stack: Workspace, name: string) => {
    const { steps } = await stack.preview();
    const [step] = steps.filter(({ type, name: own }) => `${type} ${own}` === name);
    return host === "plugin" ? Object.keys(step?.detailedDiff ?? {}) : undefined;
  };
  const onPlugin = (names: readonly string[]) => (host === "plugin" ? names : undefined);

  it.each([
    ["a client", {}],
    ["a client with a jwksUri", { jwksUri: "https://a.example/jwks" }],
  ])("of %s writes what its preview named, whatever others changed", async (_, more) => {
    const clientId = newId();
    const declare = (clientName: string) =>
      write(client("web", { clientId, clientName, metadata: { team: "a" }, ...more }, { ignoreChanges: ["metadata"] }));
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using stack = await start(declare("Before"), { "hydra:adminUrl": gateway.url });
    await stack.up();
    await admin.put(path(clientId), { ...(await live(clientId)), ...drift, jwks: undefined });
    const before = await live(clientId);
    await stack.write(declare("After"));
    expect(await previewed(stack, "OAuth2Client web")).toEqual(onPlugin(["clientName"]));
    gateway.received.length = 0;
    gateway.bodies.length = 0;
    await expectDeployed(stack, ["OAuth2Client web"]);
    expect(new Set(written(gateway, before))).toEqual(new Set(["client_name"]));
    expect(await live(clientId)).toMatchObject({ ...drift, client_name: "After" });
    // A refresh shows what nobody ignores, and the next up puts that back.
    await stack.refresh();
    await expectDeployed(stack, ["OAuth2Client web"]);
    expect(await live(clientId)).toMatchObject({ metadata: drift.metadata, contacts: [], client_name: "After" });
    await expectGone(stack, clientId);
  });

  it("leaves a member of the metadata alone that is ignored, also when another one changes", async () => {
    const clientId = newId();
    const declare = (level: number) =>
      write(client("web", { clientId, metadata: { team: "a", level } }, { ignoreChanges: ["metadata.team"] }));
    await using stack = await start(declare(1));
    await stack.up();
    await admin.patch(path(clientId), [{ op: "replace", path: "/metadata", value: { team: "theirs", level: 1 } }]);
    await stack.write(declare(2));
    expect(await previewed(stack, "OAuth2Client web")).toEqual(onPlugin(["metadata.level"]));
    await expectDeployed(stack, ["OAuth2Client web"]);
    expect((await live(clientId)).metadata).toEqual({ team: "theirs", level: 2 });
    await expectDeployed(stack, ["OAuth2Client web"], "--refresh");
    expect((await live(clientId)).metadata).toEqual({ team: "theirs", level: 2 });
    await expectGone(stack, clientId);
  });

  it.each([
    ["", {}],
    [" of a client with a jwks_uri", { jwks_uri: "https://a.example/jwks" }],
  ])("of a ClientLifespans%s writes what its preview named", async (_, more) => {
    const clientId = newId();
    await admin.post("/admin/clients", { client_id: clientId, ...more });
    const declare = (args: object) =>
      write(lifespans("web", { clientId, ...args }, { ignoreChanges: ["implicitGrantAccessTokenLifespan"] }));
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using stack = await start(declare({ implicitGrantAccessTokenLifespan: "1h" }), {
      "hydra:adminUrl": gateway.url,
    });
    await stack.up();
    const changed = { ...drift, implicit_grant_access_token_lifespan: "5h0m0s" };
    await admin.put(path(clientId), { ...(await live(clientId)), ...changed, jwks: undefined });
    const before = await live(clientId);
    await stack.write(declare({ implicitGrantAccessTokenLifespan: "1h", implicitGrantIdTokenLifespan: "2h" }));
    expect(await previewed(stack, "ClientLifespans web")).toEqual(onPlugin(["implicitGrantIdTokenLifespan"]));
    gateway.received.length = 0;
    gateway.bodies.length = 0;
    await expectDeployed(stack, ["ClientLifespans web"]);
    expect(new Set(written(gateway, before))).toEqual(new Set(["implicit_grant_id_token_lifespan"]));
    expect(await live(clientId)).toMatchObject({ ...changed, implicit_grant_id_token_lifespan: "2h0m0s" });
    expect((await stack.destroy()).code).toBe(0);
    await admin.delete(path(clientId));
  });
});
