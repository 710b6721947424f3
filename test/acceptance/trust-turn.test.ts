// Knows what people do after an operation on trusts: take an edit back, rename, follow a message, replace, or end two stacks.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { refusal, startGateway } from "../support/gateway.ts";
import { admin, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { errorsOf, recorded } from "../support/state.ts";
import { start } from "../support/turn.ts";

const trusts = "/admin/trust/grants/jwt-bearer/issuers";
const hosts = { dynamic: program, plugin: pluginProgram };

const newArgs = () => ({
  issuer: `idp-${randomUUID()}`,
  subject: "alice",
  scope: ["read"],
  jwk: generateKey("ES256", "a").publicJwk,
  expiresAt: "2099-01-31T00:00:00Z",
});
const statement = (name: string, args: object, options: object = {}) =>
  `new hydra.TrustedJwtIssuer(${json(name)}, ${json(args)}, ${json(options)});`;

/** Milliseconds: how much later a refusal may come than another one. */
const margin = 3_000;

interface Live {
  readonly id: string;
  readonly text: string;
}

/** The trusts of an issuer: subject, kid and scope. */
async function live(issuer: string): Promise<Live[]> {
  const { body } = await admin.get(`${trusts}?issuer=${encodeURIComponent(issuer)}&page_size=500`);
  const list = body.list as { id: string; subject: string; scope: string[]; public_key: { kid: string } }[];
  return list
    .map(({ id, subject, scope, public_key: { kid } }) => ({ id, text: [subject, kid, ...scope].join(" ") }))
    .sort((left, right) => left.text.localeCompare(right.text));
}
const texts = async (issuer: string) => (await live(issuer)).map(({ text }) => text);

describe.each(Object.entries(hosts))("on the %s host", (_, write) => {
  it("a replacement that failed half-way and is taken back leaves the trust as it was", async () => {
    const [args, { of, refuse }] = [newArgs(), refusal()];
    await using gateway = await startGateway({ target: hydra.adminUrl, refuse });
    await using stack = await start(write(statement("idp", args)), { "hydra:adminUrl": gateway.url });
    await stack.up();
    await stack.write(write(statement("idp", { ...args, scope: ["write"] })));
    of("POST");
    expect((await stack.up()).code).not.toBe(0);
    await stack.write(write(statement("idp", args)));
    of("");
    expect(errorsOf(await stack.up())).toEqual([]);
    expect(await texts(args.issuer)).toEqual(["alice a read"]);
    expect((await stack.up("--refresh")).operations).toEqual({ "TrustedJwtIssuer idp": "same" });
    await stack.destroy();
    expect(await texts(args.issuer)).toEqual([]);
  });

  it("a replacement whose deletion failed, taken back by the message's advice, ends with one trust", async () => {
    const [args, { of, refuse }] = [newArgs(), refusal()];
    await using gateway = await startGateway({ target: hydra.adminUrl, refuse });
    await using stack = await start(write(statement("idp", args)), { "hydra:adminUrl": gateway.url });
    await stack.up();
    await stack.write(write(statement("idp", { ...args, jwk: { ...args.jwk, kid: "b" } })));
    of("DELETE");
    expect((await stack.up()).code).not.toBe(0);
    expect(await texts(args.issuer)).toEqual(["alice a read", "alice b read"]);
    await stack.write(write(statement("idp", args)));
    const refused = errorsOf(await stack.up()).join("\n");
    of("");
    expect(refused).toContain("exists already and was not created by this resource");
    const [, path] = /with a DELETE of (\S+);/.exec(refused) ?? [];
    expect((await admin.delete(String(path))).status).toBe(204);
    expect((await stack.refresh()).code).toBe(0);
    expect(errorsOf(await stack.up())).toEqual([]);
    expect(await texts(args.issuer)).toEqual(["alice a read"]);
    expect((await stack.up("--refresh")).operations).toEqual({ "TrustedJwtIssuer idp": "same" });
    await stack.destroy();
    expect(await texts(args.issuer)).toEqual([]);
  });

  it("a replacement that only the command line asks for is made as the message says, beside a sibling", async () => {
    const args = newArgs();
    const declare = (options: object) =>
      write(statement("alice", args, options), statement("bob", { ...args, subject: "bob" }));
    await using stack = await start(declare({}));
    await stack.up();
    const urn = String((await recorded(stack))["TrustedJwtIssuer alice"]?.urn);
    // The engine asks no provider what such a replacement needs.
    const refused = errorsOf(await stack.up("--replace", urn)).join("\n");
    expect(refused).toContain(
      "if Pulumi is replacing it (`--replace`, `pulumi state taint`), set the option `deleteBeforeReplace: true`",
    );
    expect(await texts(args.issuer)).toEqual(["alice a read", "bob a read"]);

    await stack.write(declare({ deleteBeforeReplace: true }));
    const replaced = await stack.up("--replace", urn);
    expect([errorsOf(replaced), replaced.operations["TrustedJwtIssuer alice"]]).toEqual([[], "replace"]);
    expect(await texts(args.issuer)).toEqual(["alice a read", "bob a read"]);
    await stack.run("state", "taint", urn, "--stack", "dev", "--yes");
    expect((await stack.up()).operations["TrustedJwtIssuer alice"]).toBe("replace");
    expect(await texts(args.issuer)).toEqual(["alice a read", "bob a read"]);
    expect((await stack.destroy()).code).toBe(0);
    expect(await texts(args.issuer)).toEqual([]);
  });

  it("a key that changes for two of which one depends on the other is refused soon, with the reason and a way that works", async () => {
    const args = newArgs();
    const two = (jwk: object, options: string) =>
      write(
        `const alice = new hydra.TrustedJwtIssuer("alice", ${json({ ...args, jwk })});`,
        `new hydra.TrustedJwtIssuer("bob", ${json({ ...args, jwk, subject: "bob" })}, ${options});`,
      );
    await using stack = await start(two(args.jwk, "{ dependsOn: alice }"));
    await stack.up();
    const before = await live(args.issuer);
    const next = generateKey("ES256", "a").publicJwk;
    await stack.write(two(next, "{ dependsOn: alice }"));
    const refused = async () => {
      const began = Date.now();
      expect(errorsOf(await stack.up()).join("\n")).toContain(
        'jwk: the trusts for "bob" of this issuer and kid would lose their key, and nothing in this operation changes them before this one. ' +
          "Nothing was deleted; change the jwk of all of them together, with none of them depending on another, or give the new key another kid",
      );
      expect(await live(args.issuer)).toEqual(before);
      return Date.now() - began;
    };
    const first = await refused();
    // A machine may be busy once, but not each time: a wait that grows with each refusal is never as short as the first.
    const again = () => refused().then((spent) => spent < first + margin);
    expect((await again()) || (await again()) || (await again())).toBe(true);
    await stack.write(two(next, "{}"));
    expect(errorsOf(await stack.up())).toEqual([]);
    expect(await texts(args.issuer)).toEqual(["alice a read", "bob a read"]);
    await stack.write(two({ ...args.jwk, kid: "c" }, "{ dependsOn: alice }"));
    expect(errorsOf(await stack.up())).toEqual([]);
    expect(await texts(args.issuer)).toEqual(["alice c read", "bob c read"]);
    await stack.destroy();
  });

  it("two stacks with one trust each of one key, ended at once, leave nothing", async () => {
    const args = newArgs();
    await using one = await start(write(statement("alice", args)));
    await using other = await start(write(statement("bob", { ...args, subject: "bob" })));
    for (const stack of [one, other]) expect((await stack.up()).code).toBe(0);
    const ended = await Promise.all([one.destroy(), other.destroy()]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(await texts(args.issuer)).toEqual([]);
  });
});

describe("a trust that is renamed in the program", () => {
  it("is refused, and each way that the message names keeps it", async () => {
    const args = newArgs();
    const renamed = (options: object) => pluginProgram(statement("new-name", args, options));
    await using stack = await start(pluginProgram(statement("old-name", args)));
    await stack.up();
    const before = await live(args.issuer);
    await stack.write(renamed({}));
    const refused = errorsOf(await stack.up()).join("\n");
    expect(refused).toContain("exists already and was not created by this resource");

    await stack.write(renamed({ aliases: [{ name: "old-name" }] }));
    expect((await stack.up()).operations).toEqual({ "TrustedJwtIssuer new-name": "same" });
    expect(await live(args.issuer)).toEqual(before);

    // Back, and then by an import.
    const old = pluginProgram(statement("old-name", args, { aliases: [{ name: "new-name" }] }));
    await stack.write(old);
    await stack.up();
    await stack.write(renamed({}));
    await stack.up();
    const [, command] = /`pulumi (import \S+ new-name \S+)`/.exec(refused) ?? [];
    await stack.run(...String(command).split(" "), "--stack", "dev", "--yes", "--protect=false");
    expect(Object.keys(await recorded(stack)).sort()).toEqual([
      "TrustedJwtIssuer new-name",
      "TrustedJwtIssuer old-name",
    ]);
    expect(errorsOf(await stack.up())).toEqual([]);
    expect(await live(args.issuer)).toEqual(before);
    expect(Object.keys(await recorded(stack))).toEqual(["TrustedJwtIssuer new-name"]);

    await stack.destroy();
    expect(await texts(args.issuer)).toEqual([]);
  });
});

const size = Number(process.env.TRUSTS ?? 100);

describe("many trusts of one key", () => {
  it("end at little more than two calls each, and one that others have stays", async () => {
    const args = newArgs();
    await using gateway = await startGateway({ target: hydra.adminUrl });
    const declare = pluginProgram(
      `for (let i = 0; i < ${size}; i++) new hydra.TrustedJwtIssuer("t" + i, { ...${json(args)}, subject: "t" + i });`,
    );
    await using stack = await start(declare, { "hydra:adminUrl": gateway.url });
    expect((await stack.up()).code).toBe(0);
    const { issuer, jwk, expiresAt: expires_at } = args;
    await admin.post(trusts, { issuer, jwk, expires_at, subject: "theirs", scope: ["read"] });
    gateway.received.length = 0;
    expect((await stack.destroy()).code).toBe(0);
    expect(await texts(issuer)).toEqual(["theirs a read"]);
    const count = (wanted: string) => gateway.received.filter(({ method }) => method === wanted).length;
    console.log(`the end of ${size}: ${count("GET")} GET, ${count("POST")} POST, ${count("DELETE")} DELETE`);
    expect(gateway.received.length).toBeLessThan(4 * size);
  });
});
