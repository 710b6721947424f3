// Knows what the resources of one operation may do to each other where they share a client, and that none takes what another has.
import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { failing, type Properties } from "../support/engine.ts";
import { startGateway } from "../support/gateway.ts";
import { bare, type Held, type Host, startHost } from "../support/host.ts";
import { admin, hydra } from "../support/hydra.ts";

const path = (id: string) => `/admin/clients/${encodeURIComponent(id)}`;
const live = async (id: string) => (await admin.get(path(id))).body;
const exists = async (id: string) => (await admin.get(path(id))).status === 200;
const [accessToken, idToken] = ["implicitGrantAccessTokenLifespan", "implicitGrantIdTokenLifespan"] as const;
const lifespansOf = async (id: string) => {
  const { implicit_grant_access_token_lifespan: access, implicit_grant_id_token_lifespan: identity } = await live(id);
  return [access, identity];
};
/** Hydra tells the time of a creation to the second. */
const nextSecond = async (of: unknown) =>
  expect.poll(() => Date.now() >= Date.parse(String(of)) + 1100, { timeout: 5_000 }).toBe(true);

const cleanUp: string[] = [];
afterEach(async () => {
  for (const id of cleanUp.splice(0)) await admin.delete(path(id));
});
const newId = () => {
  const id = `claim-${randomUUID()}`;
  cleanUp.push(id);
  return id;
};

describe.each(["plugin", "dynamic"] as const)("on the %s host", (name) => {
  /** One operation of Pulumi: a process of the provider. */
  const operation = async <T>(work: (host: Host) => Promise<T>, adminUrl?: string): Promise<T> => {
    await using host = await startHost(name, adminUrl);
    return await work(host);
  };
  const add = async (host: Host, type: string, news: Properties, as = "web") => {
    const { inputs, failures } = await host.check(type, news, {}, as);
    expect(failures).toEqual([]);
    return host.create(type, inputs, as);
  };
  /** What Pulumi does with a recorded resource that the program keeps; whether it was updated. */
  const keep = async (host: Host, type: string, held: Held, news: Properties, as = "web") => {
    const { inputs } = await host.check(type, news, { clientId: held.id }, as);
    const { changes, replaces } = await host.diff(type, held, inputs, as);
    expect(replaces).toEqual([]);
    return changes === "NONE" ? held : host.update(type, held, inputs, as);
  };
  const client = "OAuth2Client";
  const lifespans = "ClientLifespans";
  const two = { plugin: / \(one is urn:.*\)/, dynamic: /(?:)/ }[name].source;

  describe("a client", () => {
    it("that an operation creates under the id of a pending deletion is not deleted by it", async () => {
      const clientId = newId();
      const old = await operation((host) => add(host, client, { clientId }));
      await admin.delete(path(clientId));
      await nextSecond(old.state.createdAt);
      const next = await operation(async (host) => {
        const made = await add(host, client, { clientId });
        await host.delete(client, old, "web");
        return made;
      });
      expect(await exists(clientId)).toBe(true);
      // Whatever kept the deletion from being done: the next operation has it too.
      await operation(async (host) => {
        expect(await keep(host, client, next, { clientId })).toBe(next);
        await host.delete(client, old, "web");
        // After a refresh, the present client is recorded in what is to be deleted, too.
        await host.delete(client, next, "web");
      });
      expect(await exists(clientId)).toBe(true);
    });

    it("that the program keeps under another name is not deleted under the old one, which is told", async () => {
      const clientId = newId();
      const held = await operation((host) => add(host, client, { clientId, tokenEndpointAuthMethod: "none" }));
      await operation(async (host) => {
        await keep(host, client, held, { clientId, tokenEndpointAuthMethod: "none" }, "shop-web");
        await host.delete(client, held, "web");
        const told = () => host.engine.written() + host.engine.logged.map(({ message }) => message).join();
        await expect
          .poll(told, { timeout: 5_000 })
          .toContain(`the client "${clientId}" was not deleted: another resource of this program has it`);
      });
      expect(await exists(clientId)).toBe(true);
    });

    it("is deleted where nothing keeps it, where it was created in the same operation, and for a replacement", async () => {
      const [first, second, third] = [newId(), newId(), newId()];
      const held = await operation((host) => add(host, client, { clientId: first }));
      await operation((host) => host.delete(client, held, "web"));
      await operation(async (host) => host.delete(client, await add(host, client, { clientId: second }), "web"));
      const replaced = await operation((host) => add(host, client, { clientId: third }));
      await operation(async (host) => {
        await keep(host, client, replaced, { clientId: third });
        const { inputs } = await host.check(client, { clientId: third }, {}, "web");
        await host.delete(client, replaced, "web");
        expect(await exists(third)).toBe(false);
        await host.create(client, inputs, "web");
      });
      expect([await exists(first), await exists(second), await exists(third)]).toEqual([false, false, true]);
    });

    it("is deleted for a replacement that Pulumi decides without a diff", async () => {
      const clientId = newId();
      const held = await operation((host) => add(host, client, { clientId }));
      await operation(async (host) => {
        const { inputs } = await host.check(client, { clientId }, {}, "web");
        await host.delete(client, held, "web");
        expect(await exists(clientId)).toBe(false);
        await host.create(client, inputs, "web");
      });
      expect(await exists(clientId)).toBe(true);
    });

    it("that two resources of one program name is refused before anything is created", async () => {
      const clientId = newId();
      await operation(async (host) => {
        const first = await host.check(client, { clientId, clientName: "One" }, {}, "one");
        const [, message] = await failing(
          host
            .check(client, { clientId, clientName: "Two" }, {}, "two")
            .then(({ inputs }) => host.create(client, inputs)),
        );
        expect(message).toMatch(
          new RegExp(
            `clientId: two resources of this program use the client id "${clientId}"${two}; ` +
              "give one of them another clientId, or remove one from the program \\[declared-twice\\]$",
          ),
        );
        await host.create(client, first.inputs, "one");
      });
      expect((await live(clientId)).client_name).toBe("One");
    });

    it("that another resource has created since is refused to the one that has it recorded, now and later", async () => {
      const clientId = newId();
      const old = await operation((host) => add(host, client, { clientId, clientName: "A" }));
      await admin.delete(path(clientId));
      await nextSecond(old.state.createdAt);
      // It keeps the id that is recorded, when the program no longer names one.
      const keepOld = async (host: Host) => {
        const { inputs } = await host.check(client, { clientName: "A" }, { clientId, clientName: "A" }, "web");
        return host.diff(client, old, inputs, "web");
      };
      const made = await operation(async (host) => {
        const created = await add(host, client, { clientId, clientName: "B" }, "shop");
        expect((await failing(keepOld(host)))[1]).toContain("[declared-twice]");
        return created;
      });
      await operation(async (host) => {
        await keep(host, client, made, { clientId, clientName: "B" }, "shop");
        expect((await failing(keepOld(host)))[1]).toContain("[declared-twice]");
      });
    });
  });

  describe("lifespans", () => {
    const refused = (id: string) =>
      new RegExp(
        `the client "${id}" has two ClientLifespans in this program${two}; ` +
          "each owns all lifespans of the client; name them in one of the two, and remove the other \\[two-owners\\]$",
      );

    it("of two ClientLifespans are refused, whichever is recorded and in either order", async () => {
      const id = newId();
      await admin.post("/admin/clients", { client_id: id });
      const [one, other] = [
        { clientId: id, [accessToken]: "1h" },
        { clientId: id, [accessToken]: "2h" },
      ];
      await operation(async (host) => {
        const held = await add(host, lifespans, one, "one");
        const [, message] = await failing(add(host, lifespans, other, "other"));
        expect(message).toMatch(refused(id));
        await admin.put(`${path(id)}/lifespans`, {});
        await admin.put(`${path(id)}/lifespans`, { implicit_grant_access_token_lifespan: "1h" });
        return held;
      });
      const held: Held = { id, state: one };
      await operation(async (host) => {
        await keep(host, lifespans, held, one, "one");
        expect((await failing(add(host, lifespans, other, "other")))[1]).toMatch(refused(id));
      });
      await operation(async (host) => {
        await host.check(lifespans, other, {}, "other");
        expect((await failing(keep(host, lifespans, held, one, "one")))[1]).toMatch(refused(id));
      });
      await operation(async (host) => {
        await keep(host, lifespans, held, one, "one");
        expect((await failing(keep(host, lifespans, { id, state: other }, other, "other")))[1]).toMatch(refused(id));
      });
      expect(await lifespansOf(id)).toEqual(["1h0m0s", null]);
    });

    it("stay as one ClientLifespans wants them when another one of the client is deleted", async () => {
      const id = newId();
      await admin.post("/admin/clients", { client_id: id });
      const [one, other] = [
        { clientId: id, [accessToken]: "1h" },
        { clientId: id, [accessToken]: "2h", [idToken]: "3h" },
      ];
      // Both were accepted once, and the other one wrote last.
      await operation((host) => add(host, lifespans, other, "other"));
      await operation(async (host) => {
        expect(await keep(host, lifespans, { id, state: one }, one, "one")).toEqual({ id, state: one });
        await host.delete(lifespans, { id, state: other }, "other");
      });
      expect(await lifespansOf(id)).toEqual(["1h0m0s", null]);
      // What was renamed was written before the old one is deleted.
      await operation(async (host) => {
        await add(host, lifespans, one, "renamed");
        await host.delete(lifespans, { id, state: one }, "one");
      });
      expect(await lifespansOf(id)).toEqual(["1h0m0s", null]);
      await operation((host) => host.delete(lifespans, { id, state: one }, "renamed"));
      expect(await lifespansOf(id)).toEqual([null, null]);
    });

    const declaredFirst = [["the OAuth2Client"], ["the ClientLifespans"]] as const;

    it.each(declaredFirst)("move from the OAuth2Client to a ClientLifespans, %s declared first", async (first) => {
      const clientId = newId();
      const named = { [accessToken]: "1h", [idToken]: "2h" };
      const held = await operation((host) => add(host, client, { clientId, ...named }));
      const wanted = { clientId, ...named };
      const step = {
        "the OAuth2Client": (host: Host) => keep(host, client, held, { clientId }),
        "the ClientLifespans": (host: Host) => add(host, lifespans, wanted),
      };
      const order = first === "the OAuth2Client" ? [0, 1] : [1, 0];
      await operation(async (host) => {
        for (const index of order) await Object.values(step)[index]?.(host);
      });
      expect(await lifespansOf(clientId)).toEqual(["1h0m0s", "2h0m0s"]);
    });

    it.each(declaredFirst)("move in two operations, %s declared first", async (first) => {
      const clientId = newId();
      const held = await operation((host) => add(host, client, { clientId, [accessToken]: "1h", [idToken]: "2h" }));
      const wanted = { clientId, [accessToken]: "1h" };
      // The ClientLifespans is there already; the update of the client was refused, or came to set other values again.
      const state: Held = { id: clientId, state: wanted };
      await operation(async (host) => {
        const giveUp = async () => {
          const updated = await keep(host, client, held, { clientId });
          expect(bare(updated.state)).not.toHaveProperty(accessToken);
        };
        if (first === "the OAuth2Client") await giveUp();
        expect(await keep(host, lifespans, state, wanted)).toEqual(state);
        if (first !== "the OAuth2Client") await giveUp();
      });
      expect(await lifespansOf(clientId)).toEqual(["1h0m0s", null]);
    });

    it.each(declaredFirst)("move back to the OAuth2Client, %s declared first", async (first) => {
      const clientId = newId();
      const held = await operation((host) => add(host, client, { clientId }));
      const all = { clientId, [accessToken]: "1h", [idToken]: "2h" };
      const owned = await operation((host) => add(host, lifespans, all));
      await operation(async (host) => {
        const updated = await keep(host, client, held, { clientId, [accessToken]: "3h" });
        if (first === "the OAuth2Client") expect(bare(updated.state)).toMatchObject({ [accessToken]: "3h" });
        await host.delete(lifespans, owned, "web");
      });
      expect(await lifespansOf(clientId)).toEqual(["3h0m0s", null]);
    });

    it.each(declaredFirst)("that both name are refused at preview, %s declared first", async (first) => {
      const clientId = newId();
      const named = { clientId, [accessToken]: "1h" };
      const held = await operation((host) => add(host, client, named));
      await operation(async (host) => {
        const step = {
          client: () => keep(host, client, held, named),
          lifespans: () => host.check(lifespans, { clientId, [idToken]: "1h" }, {}, "web"),
        };
        const order = first === "the OAuth2Client" ? ["client", "lifespans"] : ["lifespans", "client"];
        const [before, after] = order.map((key) => step[key as keyof typeof step]);
        await before?.();
        expect((await failing(after?.() ?? Promise.resolve()))[1]).toContain(
          `the lifespans of client "${clientId}" have two owners: its OAuth2Client names ${accessToken}, ` +
            `and a ClientLifespans owns them all (it names ${idToken}); name them in one of the two`,
        );
      });
      expect(await lifespansOf(clientId)).toEqual(["1h0m0s", null]);
    });

    it.each(declaredFirst)("of a client that is created again are there again, %s declared first", async (first) => {
      const clientId = newId();
      const held = await operation((host) => add(host, client, { clientId }));
      const wanted = { clientId, [accessToken]: "1h" };
      const owned = await operation((host) => add(host, lifespans, wanted));
      await operation(async (host) => {
        const replace = async () => {
          const { inputs } = await host.check(client, { clientId }, {}, "web");
          await host.delete(client, held, "web");
          await host.create(client, inputs, "web");
        };
        if (first === "the OAuth2Client") await replace();
        await keep(host, lifespans, owned, wanted);
        if (first !== "the OAuth2Client") await replace();
      });
      expect(await lifespansOf(clientId)).toEqual(["1h0m0s", null]);
    });
  });

  describe("an update", () => {
    /** What was sent, by Hydra's names. */
    const sentNames = (gateway: { received: { method: string }[]; bodies: string[] }) =>
      gateway.received.flatMap(({ method }, place) => {
        if (method !== "PATCH" && method !== "PUT") return [];
        const body: unknown = JSON.parse(gateway.bodies[place] ?? "null");
        return Array.isArray(body) ? body.map(({ path: at }) => String(at).slice(1)) : Object.keys(body as object);
      });

    it("writes what its diff named and nothing else; what others changed stays until a refresh shows it", async () => {
      await using gateway = await startGateway({ target: hydra.adminUrl });
      const news = { clientName: "Before", metadata: { team: "a" }, redirectUris: ["https://a.example/cb"] };
      const held = await operation((host) => add(host, client, news));
      cleanUp.push(held.id);
      const drift = { metadata: { team: "drift" }, redirect_uris: ["https://drift.example/cb"], owner: "them" };
      const patch = Object.entries(drift).map(([member, value]) => ({ op: "replace", path: `/${member}`, value }));
      await admin.patch(path(held.id), patch);
      const after = { ...news, clientName: "After" };
      const updated = await operation((host) => keep(host, client, held, after), gateway.url);
      expect(sentNames(gateway)).toEqual(["client_name"]);
      expect(await live(held.id)).toMatchObject({ client_name: "After", ...drift });
      // A second up has nothing to do; a refresh shows what differs, and the next up puts it back.
      expect(bare(updated.state)).toMatchObject(after);
      await operation(async (host) => {
        const inputs = { ...after, __clientId: held.id };
        expect((await host.diff(client, updated, inputs)).changes).toBe("NONE");
        const read = await host.read(client, updated, inputs);
        expect(bare(read?.state)).toMatchObject({
          clientName: "After",
          metadata: drift.metadata,
          owner: "them",
          redirectUris: drift.redirect_uris,
        });
        await keep(host, client, { id: held.id, state: read?.state ?? {} }, inputs, "later");
      });
      expect(await live(held.id)).toMatchObject({
        metadata: { team: "a" },
        redirect_uris: news.redirectUris,
        owner: "",
      });
    });

    it("of a part of the metadata leaves the other members to others, with and without a jwksUri", async () => {
      for (const more of [{}, { jwksUri: "https://a.example/jwks" }]) {
        const news = (level: number, extra: object) => ({
          ...more,
          metadata: { team: "a", list: { level, kept: 1 }, ...extra },
        });
        const held = await operation((host) => add(host, client, news(1, { gone: true })));
        cleanUp.push(held.id);
        const theirs = { team: "drift", list: { level: 1, kept: 2, new: [1] }, gone: true, more: 1 };
        // As a text: JavaScript could not write the number.
        const text = JSON.stringify({ ...(await live(held.id)), jwks: undefined, metadata: theirs });
        const headers = { "content-type": "application/json" };
        const body = text.replace('"more":1', '"more":9007199254740993');
        await fetch(hydra.adminUrl + path(held.id), { method: "PUT", headers, body });
        const updated = await operation((host) => keep(host, client, held, news(2, {})));
        const after = await (await fetch(hydra.adminUrl + path(held.id))).text();
        expect(after).toContain('"more":9007199254740993');
        const { gone: _, ...others } = theirs;
        expect(JSON.parse(after).metadata).toEqual({
          ...others,
          list: { ...theirs.list, level: 2 },
          more: 9007199254740992,
        });
        expect(bare(updated.state)).toMatchObject(news(2, {}));
        // The next up has nothing to do, and what others made of the member that is written is overwritten.
        await operation(async (host) => {
          expect(await keep(host, client, updated, { ...news(2, {}), __clientId: held.id })).toBe(updated);
          await admin.put(path(held.id), { ...(await live(held.id)), jwks: undefined, metadata: "theirs" });
          await keep(host, client, updated, { ...news(3, {}), __clientId: held.id }, "later");
        });
        expect((await live(held.id)).metadata).toEqual(news(3, {}).metadata);
      }
    });

    it("of lifespans leaves those alone that did not change, with and without a jwks_uri", async () => {
      for (const more of [{}, { jwks_uri: "https://a.example/jwks" }]) {
        const id = newId();
        await admin.post("/admin/clients", { client_id: id, client_name: "Theirs", ...more });
        const held = await operation((host) => add(host, lifespans, { clientId: id, [accessToken]: "1h" }));
        await admin.patch(path(id), [{ op: "replace", path: "/client_name", value: "Drift" }]);
        const before = await live(id);
        const drift = {
          implicit_grant_access_token_lifespan: "5h0m0s",
          jwt_bearer_grant_access_token_lifespan: "7h0m0s",
        };
        await admin.put(path(id), { ...before, client_name: "Drift", jwks: undefined, ...drift });
        const wanted = { clientId: id, [accessToken]: "1h", [idToken]: "2h" };
        const updated = await operation((host) => keep(host, lifespans, held, wanted));
        expect(updated.state).toEqual(wanted);
        expect(await live(id)).toMatchObject({
          ...drift,
          client_name: "Drift",
          implicit_grant_id_token_lifespan: "2h0m0s",
        });
        await operation(async (host) => {
          expect((await host.diff(lifespans, updated, wanted)).changes).toBe("NONE");
          const read = await host.read(lifespans, updated, wanted);
          expect(read?.state).toEqual({
            ...wanted,
            [accessToken]: "5h0m0s",
            jwtBearerGrantAccessTokenLifespan: "7h0m0s",
          });
        });
      }
    });
  });
});
