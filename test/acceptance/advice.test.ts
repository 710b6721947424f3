// Knows that what a message proposes leads on: each way is followed to the letter, then `up`, and nothing is left to do.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { startFaultProxy } from "../support/fault.ts";
import { admin, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { errorsOf, recorded } from "../support/state.ts";
import { expectDeployed, start } from "../support/turn.ts";

const hosts = { dynamic: program, plugin: pluginProgram };
const statement = (type: string, name: string, args: object) => `new hydra.${type}("${name}", ${json(args)});`;

const trusts = "/admin/trust/grants/jwt-bearer/issuers";
const path = (id: string) => `/admin/clients/${id}`;
const statusOf = async (at: string) => (await admin.get(at)).status;
const newClient = async (client: object = {}) => String((await admin.post("/admin/clients", client)).body.client_id);
const [access, identity] = ["implicitGrantAccessTokenLifespan", "implicitGrantIdTokenLifespan"] as const;
const lifespansOf = async (id: string) => {
  const { body } = await admin.get(path(id));
  return [body.implicit_grant_access_token_lifespan, body.implicit_grant_id_token_lifespan];
};

describe("an edit of what `pulumi state taint` replaces", () => {
  it("is refused where the old object is in its way, and made as the refusal says", async () => {
    const clientId = await newClient();
    const [issuer, subject] = [randomUUID(), "alice"];
    const jwk = [generateKey("ES256", "k").publicJwk, generateKey("ES256", "k").publicJwk];
    const declare = (edited: 0 | 1, options: object = {}) => {
      const spans = { clientId, [access]: "2h", ...(edited ? {} : { [identity]: "1h" }) };
      const trust = { issuer, subject, jwk: jwk[edited], expiresAt: "2099-01-01T00:00:00Z" };
      const replaced = (type: string, name: string, args: object) =>
        `new hydra.${type}("${name}", ${json(args)}, ${json(options)});`;
      return pluginProgram(replaced("ClientLifespans", "web", spans), replaced("TrustedJwtIssuer", "idp", trust));
    };
    const all = ["ClientLifespans web", "TrustedJwtIssuer idp"];
    await using stack = await start(declare(0));
    await expectDeployed(stack, all);
    for (const { urn } of Object.values(await recorded(stack)))
      await stack.run("state", "taint", urn, "--stack", "dev", "--yes");
    await stack.write(declare(1));
    const way = "`pulumi state taint`), set the option `deleteBeforeReplace: true`";
    const refused = errorsOf(await stack.up("--continue-on-error")).filter((line) => line.includes("could not"));
    expect(refused).toEqual([expect.stringContaining(way), expect.stringContaining(way)]);
    expect(await lifespansOf(clientId)).toEqual(["2h0m0s", "1h0m0s"]);

    await stack.write(declare(1, { deleteBeforeReplace: true }));
    await expectDeployed(stack, all);
    expect(await lifespansOf(clientId)).toEqual(["2h0m0s", null]);
    const { body } = await admin.get(`/admin/keys/${issuer}/k`);
    expect(body.keys).toEqual([expect.objectContaining({ x: jwk[1]?.x })]);
    await expectDeployed(stack, all, "--refresh");
    expect((await stack.destroy()).code).toBe(0);
  });
});

it.each(Object.entries(hosts))(
  "a deletion whose answer is lost is followed by a refresh, as it says, on the %s host",
  async (_, write) => {
    const [clientId, issuer] = [`lost-${randomUUID()}`, randomUUID()];
    const trust = {
      issuer,
      subject: "alice",
      jwk: generateKey("ES256", "k").publicJwk,
      expiresAt: "2099-01-01T00:00:00Z",
    };
    const options = { deleteBeforeReplace: true };
    const all = ["OAuth2Client web", "TrustedJwtIssuer idp"];
    await using proxy = await startFaultProxy(hydra.adminUrl);
    const replaced = write(
      `new hydra.OAuth2Client("web", ${json({ clientId })}, ${json(options)});`,
      `new hydra.TrustedJwtIssuer("idp", ${json(trust)}, ${json(options)});`,
    );
    await using stack = await start(replaced, { "hydra:adminUrl": proxy.url, "hydra:retries": "0" });
    await expectDeployed(stack, all);
    proxy.spoil(({ method }) => (method === "DELETE" ? { forward: "all", answer: "reset" } : undefined));
    const urns = Object.values(await recorded(stack)).flatMap(({ urn }) => ["--replace", urn]);
    // Pulumi stops at the first one that fails.
    const failed = errorsOf(await stack.up(...urns)).filter((line) => line.includes("could not"));
    expect(failed).not.toEqual([]);
    for (const line of failed)
      expect(line).toContain("it may have been deleted, so run `pulumi refresh` before the next `pulumi up`");
    proxy.spoil(undefined);
    const left = async () => [
      await statusOf(path(clientId)),
      (await admin.get(`${trusts}?issuer=${issuer}`)).body.list,
    ];
    expect(await left()).not.toEqual([200, [expect.objectContaining({ subject: "alice" })]]);

    expect((await stack.refresh()).code).toBe(0);
    await expectDeployed(stack, all);
    expect(await left()).toEqual([200, [expect.objectContaining({ subject: "alice" })]]);
  },
);

describe.each(Object.entries(hosts))("lifespans on the %s host", (_, write) => {
  const lifespans = (clientId: string, args: object) =>
    write(statement("ClientLifespans", "web", { clientId, ...args }));

  it("that the client has already are named, or cleared, as the refusal says", async () => {
    for (const named of [true, false]) {
      const id = await newClient({ implicit_grant_id_token_lifespan: "1h" });
      await using stack = await start(lifespans(id, { [access]: "2h" }));
      expect(errorsOf(await stack.up()).join("\n")).toContain("name them here");
      expect(await lifespansOf(id)).toEqual([null, "1h0m0s"]);
      if (named) await stack.write(lifespans(id, { [access]: "2h", [identity]: "1h" }));
      else await admin.put(`${path(id)}/lifespans`, {});
      await expectDeployed(stack, ["ClientLifespans web"]);
      expect(await lifespansOf(id)).toEqual(["2h0m0s", named ? "1h0m0s" : null]);
      await expectDeployed(stack, ["ClientLifespans web"], "--refresh");
      expect((await stack.destroy()).code).toBe(0);
    }
  });

  it("that the OAuth2Client of another stack sets are moved here, as the refusal says", async () => {
    const clientId = randomUUID();
    const client = (args: object) => write(statement("OAuth2Client", "web", { clientId, ...args }));
    await using first = await start(client({ [identity]: "1h" }));
    await expectDeployed(first, ["OAuth2Client web"]);
    await using second = await start(lifespans(clientId, { [access]: "2h" }));
    expect(errorsOf(await second.up()).join("\n")).toContain(
      "remove them from the OAuth2Client that sets them, then name them here; or clear them first",
    );
    await first.write(client({}));
    await expectDeployed(first, ["OAuth2Client web"]);
    await second.write(lifespans(clientId, { [access]: "2h", [identity]: "1h" }));
    await expectDeployed(second, ["ClientLifespans web"]);
    expect(await lifespansOf(clientId)).toEqual(["2h0m0s", "1h0m0s"]);
    await expectDeployed(first, ["OAuth2Client web"], "--refresh");
    await expectDeployed(second, ["ClientLifespans web"], "--refresh");
    for (const stack of [second, first]) expect((await stack.destroy()).code).toBe(0);
    expect(await statusOf(path(clientId))).toBe(404);
  });

  it("of a client that there is not get the id of one that there is, or the client again, as the refusal says", async () => {
    const clientId = await newClient();
    await using stack = await start(lifespans(randomUUID(), { [access]: "2h" }));
    expect(errorsOf(await stack.up()).join("\n")).toContain("give the id of one that exists");
    await stack.write(lifespans(clientId, { [access]: "2h" }));
    await expectDeployed(stack, ["ClientLifespans web"]);
    expect(await lifespansOf(clientId)).toEqual(["2h0m0s", null]);
    expect((await stack.destroy()).code).toBe(0);

    const web = 'const web = new hydra.OAuth2Client("web", { clientName: "Web" });';
    const output = "exports.id = web.clientId;";
    await stack.write(write(web, output));
    await expectDeployed(stack, ["OAuth2Client web"]);
    expect((await admin.delete(path(String((await stack.outputs()).id)))).status).toBe(204);
    const both = `new hydra.ClientLifespans("web", { clientId: web.clientId, ${access}: "2h" });`;
    await stack.write(write(web, both, output));
    expect(errorsOf(await stack.up()).join("\n")).toContain(
      "if somebody deleted it, run `pulumi refresh` and `pulumi up`",
    );
    expect((await stack.refresh()).code).toBe(0);
    await expectDeployed(stack, ["ClientLifespans web", "OAuth2Client web"]);
    const id = String((await stack.outputs()).id);
    expect(await lifespansOf(id)).toEqual(["2h0m0s", null]);
    expect((await stack.destroy()).code).toBe(0);
    expect(await statusOf(path(id))).toBe(404);
  });
});

describe("a creation in doubt, which the message says to adopt", () => {
  const issuer = `idp-${randomUUID()}`;
  const [clientId, set] = [`doubt-${randomUUID()}`, `set-${randomUUID()}`];
  const { publicJwk: jwk } = generateKey();
  const trustId = async () => {
    const { body } = await admin.get(`${trusts}?issuer=${issuer}`);
    return (body.list as { id: string }[]).map(({ id }) => id).join();
  };
  it.each([
    ["OAuth2Client", { clientId, clientName: "Web" }, "it may have created the client", async () => path(clientId)],
    [
      "TrustedJwtIssuer",
      { issuer, subject: "alice", scope: ["read"], jwk, expiresAt: "2099-01-31T00:00:00Z" },
      "it may have created the trust",
      async () => `${trusts}/${await trustId()}`,
    ],
    ["JsonWebKey", { set, kid: "a", alg: "ES256" }, "it may have created the key", async () => `/admin/keys/${set}/a`],
  ] as const)("%s stays as it was created", async (type, args, doubt, where) => {
    await using proxy = await startFaultProxy(hydra.adminUrl);
    const config = { "hydra:adminUrl": proxy.url, "hydra:retries": "0" };
    await using stack = await start(pluginProgram(statement(type, "it", args)), config);
    let posted = false;
    proxy.spoil(({ method }) => {
      if (posted) return { forward: "nothing", answer: "reset" };
      posted = method === "POST";
      return posted ? { forward: "all", answer: "reset" } : undefined;
    });
    const said = errorsOf(await stack.up()).join("\n");
    expect(said).toContain(doubt);
    proxy.spoil(undefined);
    const at = await where();
    const made = await admin.get(at);
    expect(made.status).toBe(200);

    const [, importing = ""] = /`pulumi (import \S+ it \S+)`/.exec(said) ?? [];
    const words = importing.replace("<id>", String(at.split("/").at(-1))).split(" ");
    // The program is there: no code is wanted, which the language host here could not write either.
    const imported = await stack.run(...words, "--stack", "dev", "--yes", "--protect=false", "--generate-code=false");
    expect([imported.code, Object.keys(await recorded(stack))]).toEqual([0, [`${type} it`]]);
    await expectDeployed(stack, [`${type} it`]);
    expect(await admin.get(await where())).toEqual(made);
    await expectDeployed(stack, [`${type} it`], "--refresh");
    expect((await stack.destroy()).code).toBe(0);
    expect(await statusOf(at)).toBe(404);
  });
});
