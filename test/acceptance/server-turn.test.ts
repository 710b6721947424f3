// Knows what people do with the servers of a stack: rename a connection, change the URL, name one server twice.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Workspace } from "../../tools/workspace.mts";
import { startGateway } from "../support/gateway.ts";
import { admin, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { errorsOf } from "../support/state.ts";
import { expectDeployed, start } from "../support/turn.ts";

const hosts = { dynamic: program, plugin: pluginProgram };

const statement = (type: string, name: string, args: object) => `new hydra.${type}("${name}", ${json(args)});`;
const connections = (urls: Readonly<Record<string, string>>) => ({
  "hydra:connections": json(Object.fromEntries(Object.entries(urls).map(([name, adminUrl]) => [name, { adminUrl }]))),
});

const live = (id: string) => admin.get(`/admin/clients/${id}`);
const statusOf = async (id: string) => (await live(id)).status;
const subjectsOf = async (issuer: string) => {
  const { body } = await admin.get(`/admin/trust/grants/jwt-bearer/issuers?issuer=${issuer}`);
  return (body.list as { subject: string }[]).map(({ subject }) => subject).sort();
};
const newTrust = () => {
  const { publicJwk: jwk } = generateKey();
  return { issuer: `idp-${randomUUID()}`, jwk, expiresAt: "2099-01-31T00:00:00Z" };
};

/** Of the trusts of alice and bob, one leaves the program and comes back; then both go. */
async function expectEachWhileDeclared(
  stack: Workspace,
  issuer: string,
  both: Record<string, string>,
  [left, alone]: readonly [string, Record<string, string>],
) {
  for (const [files, subjects] of [[alone, [left]] as const, [both, ["alice", "bob"]] as const]) {
    await stack.write(files);
    await expectDeployed(
      stack,
      subjects.map((subject) => `TrustedJwtIssuer ${subject}`),
    );
    expect(await subjectsOf(issuer)).toEqual(subjects);
  }
  expect(errorsOf(await stack.destroy())).toEqual([]);
  expect(await subjectsOf(issuer)).toEqual([]);
}

describe.each(Object.entries(hosts))("on the %s host", (host, write) => {
  it("a connection that is renamed keeps its resources, and one that leaves the program then is deleted", async () => {
    const [web, gone] = [randomUUID(), randomUUID()];
    const keeping = (connection: string, ...more: readonly string[]) =>
      write(
        `const web = ${statement("OAuth2Client", "web", { clientId: web, clientName: "Web", connection })}`,
        `new hydra.ClientLifespans("web", { clientId: web.clientId, implicitGrantIdTokenLifespan: "1h", connection: "${connection}" });`,
        ...more,
      );
    const both = ["ClientLifespans web", "OAuth2Client web"];
    await using stack = await start(
      keeping("eu", statement("OAuth2Client", "gone", { clientId: gone, connection: "eu" })),
      connections({ eu: hydra.adminUrl }),
    );
    await expectDeployed(stack, [...both, "OAuth2Client gone"]);
    const before = await live(web);

    await stack.setConfig(connections({ europe: `${hydra.adminUrl.replace("http", "HTTP")}/admin/` }));
    await stack.write(keeping("europe"));
    const operations = { "OAuth2Client web": "update", "ClientLifespans web": "update", "OAuth2Client gone": "delete" };
    expect((await stack.preview()).operations).toEqual(operations);
    expect(await expectDeployed(stack, both)).toEqual(operations);
    expect([await live(web), await statusOf(gone)]).toEqual([before, 404]);
    expect(errorsOf(await stack.destroy())).toEqual([]);
    expect(await statusOf(web)).toBe(404);
  });

  it("a preview warns of another URL for the server without a name, where Pulumi gives the previous one", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    const files = write(statement("OAuth2Client", "web", { clientName: "Web" }));
    await using stack = await start(files, { "hydra:adminUrl": hydra.adminUrl });
    await expectDeployed(stack, ["OAuth2Client web"]);
    const warnings = async () => {
      const { diagnostics, operations } = await stack.preview();
      expect(operations).toEqual({ "OAuth2Client web": "same" });
      return diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message.trim());
    };

    await stack.setConfig({ "hydra:adminUrl": `${hydra.adminUrl}/admin/` });
    expect(await warnings()).toEqual([]);
    await stack.setConfig({ "hydra:adminUrl": gateway.url });
    const warning =
      `hydra:adminUrl changes from ${hydra.adminUrl} to ${gateway.url}. If that is another Hydra, the objects of this stack stay ` +
      "on the first one, and nobody manages them; to move resources, give them another explicit provider or connection: they are then replaced " +
      "[admin-url-changed]";
    expect(await warnings()).toEqual({ dynamic: [], plugin: [warning] }[host]);
    expect(await expectDeployed(stack, ["OAuth2Client web"])).toEqual({ "OAuth2Client web": "same" });
    expect(await warnings()).toEqual([]);
    expect(errorsOf(await stack.destroy())).toEqual([]);
  });

  it("two names of one server, with a trust each of one issuer and kid, are one server", async () => {
    const args = newTrust();
    const trust = (subject: string, connection: string) =>
      statement("TrustedJwtIssuer", subject, { ...args, subject, connection });
    const two = write(trust("alice", "a"), trust("bob", "b"));
    await using stack = await start(two, connections({ a: hydra.adminUrl, b: `${hydra.adminUrl}/admin/` }));
    const names = ["TrustedJwtIssuer alice", "TrustedJwtIssuer bob"];
    await expectDeployed(stack, names);
    expect(Object.values(await expectDeployed(stack, names, "--refresh"))).toEqual(["same", "same"]);
    await expectEachWhileDeclared(stack, args.issuer, two, ["alice", write(trust("alice", "a"))]);
  });
});

describe("two providers of one program that lead to one server", () => {
  it("have a trust each of one issuer and kid: each stays while it is declared, and none stays longer", async () => {
    const args = newTrust();
    const provider = (name: string, adminUrl: string) =>
      `const ${name} = new hydra.Provider("${name}", { adminUrl: "${adminUrl}" });`;
    const trust = (subject: string, on: string) =>
      `new hydra.TrustedJwtIssuer("${subject}", ${json({ ...args, subject })}, { provider: ${on} });`;
    const providers = [provider("one", hydra.adminUrl), provider("two", `${hydra.adminUrl}/admin/`)];
    const names = ["TrustedJwtIssuer alice", "TrustedJwtIssuer bob"];
    const both = pluginProgram(...providers, trust("alice", "one"), trust("bob", "two"));
    await using stack = await start(both, {});
    await expectDeployed(stack, names);
    const again = await expectDeployed(stack, names, "--refresh");
    expect(names.map((name) => again[name])).toEqual(["same", "same"]);
    await expectEachWhileDeclared(stack, args.issuer, both, ["bob", pluginProgram(...providers, trust("bob", "two"))]);
  });
});
