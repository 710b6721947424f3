// Knows what people do after an operation on keys: rename, follow a message, take an edit back.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { refusal, startGateway } from "../support/gateway.ts";
import { admin, hydra } from "../support/hydra.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { errorsOf, recorded } from "../support/state.ts";
import { expectDeployed, start } from "../support/turn.ts";

const statement = (name: string, args: object, options: object = {}) =>
  `new hydra.JsonWebKey(${json(name)}, ${json(args)}, ${json(options)});`;

const newSet = () => `turn-${randomUUID()}`;
const kids = async (set: string) =>
  (((await admin.get(`/admin/keys/${set}`)).body.keys ?? []) as { kid: string }[]).map(({ kid }) => kid).sort();
const publicX = async (set: string) => ((await admin.get(`/admin/keys/${set}/a`)).body.keys as { x: string }[])[0]?.x;
const ownKey = () => ({
  ...generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }),
  alg: "ES256",
  use: "sig",
});

const generated = () => ({ set: newSet(), kid: "a", alg: "ES256" });
const own = () => ({ set: newSet(), kid: "a", privateKey: ownKey() });

const hosts = [
  ["dynamic", program, "of the program's own", own],
  ["plugin", pluginProgram, "that Hydra generates", generated],
] as const;

describe.each(hosts)("on the %s host", (_, write, kind, newArgs) => {
  describe(`a key ${kind} that is renamed in the program`, () => {
    const renamed = async (args: object) => {
      const stack = await start(write(statement("sign", args)));
      expect(errorsOf(await stack.up())).toEqual([]);
      await stack.write(write(statement("shop-sign", args)));
      const message = errorsOf(await stack.up()).join("\n");
      expect(message).toContain("exists already and this resource did not create it");
      return { stack, message };
    };
    const ends = async (stack: Awaited<ReturnType<typeof start>>, set: string) => {
      expect((await stack.destroy()).code).toBe(0);
      expect(await kids(set)).toEqual([]);
    };

    it("is the same with its old name among the aliases, as the refusal says", async () => {
      const args = newArgs();
      const { stack, message } = await renamed(args);
      await using _ = stack;
      const before = await publicX(args.set);
      expect(message).toContain("give its old name or parent in the option `aliases`");
      await stack.write(write(statement("shop-sign", args, { aliases: [{ name: "sign" }] })));
      const done = await expectDeployed(stack, ["JsonWebKey shop-sign"]);
      expect(done).toEqual({ "JsonWebKey shop-sign": "same" });
      expect(await publicX(args.set)).toBe(before);
      await ends(stack, args.set);
    });

    it("stays when it is imported, as the refusal says", async () => {
      const args = newArgs();
      const { stack, message } = await renamed(args);
      await using _ = stack;
      const before = await publicX(args.set);
      const [, words = ""] = /`pulumi (import \S+ \S+ \S+)`/.exec(message) ?? [];
      const command = words.replace("<name>", "shop-sign").split(" ");
      await stack.run(...command, "--stack", "dev", "--yes", "--protect=false");
      expect(Object.keys(await recorded(stack)).sort()).toEqual(["JsonWebKey shop-sign", "JsonWebKey sign"]);
      await expectDeployed(stack, ["JsonWebKey shop-sign"]);
      expect(await publicX(args.set)).toBe(before);
      await ends(stack, args.set);
    });

    it("is created again when it is deleted by hand, as the refusal says", async () => {
      const args = newArgs();
      const { stack, message } = await renamed(args);
      await using _ = stack;
      const [, path = ""] = /delete it with a DELETE of (\S+?)(?:$|[\s;)])/m.exec(message) ?? [];
      expect((await admin.delete(path)).status).toBe(204);
      await expectDeployed(stack, ["JsonWebKey shop-sign"]);
      expect(await kids(args.set)).toEqual(["a"]);
      await ends(stack, args.set);
    });
  });

  it("a new kid whose old key could not be deleted, taken back by the message's advice, ends with one key", async () => {
    const [args, { of, refuse }] = [own(), refusal()];
    await using gateway = await startGateway({ target: hydra.adminUrl, refuse });
    await using stack = await start(write(statement("sign", args)), { "hydra:adminUrl": gateway.url });
    expect(errorsOf(await stack.up())).toEqual([]);
    await stack.write(write(statement("sign", { ...args, kid: "b" })));
    of("DELETE");
    expect((await stack.up()).code).not.toBe(0);
    expect(await kids(args.set)).toEqual(["a", "b"]);

    await stack.write(write(statement("sign", args)));
    expect(errorsOf(await stack.up()).join("\n")).toContain("exists already and this resource did not create it");
    await admin.delete(`/admin/keys/${args.set}/a`);
    expect((await stack.up()).code).not.toBe(0);
    expect(await kids(args.set)).toContain("a");
    of("");
    await expectDeployed(stack, ["JsonWebKey sign"]);
    expect(await kids(args.set)).toEqual(["a"]);
    expect((await stack.destroy()).code).toBe(0);
    expect(await kids(args.set)).toEqual([]);
  });
});
