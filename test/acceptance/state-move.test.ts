// Knows what becomes of objects whose resources move to another stack by `pulumi state move`: nothing, and the new stack has them.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { startGateway } from "../support/gateway.ts";
import { admin, clientCredentials, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { errorsOf, recorded } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");

it.each([
  ["dynamic", program],
  ["plugin", pluginProgram],
] as const)("a stack takes over what another one made, on the %s host", async (_, write) => {
  const id = `moved-${randomUUID()}`;
  const set = `set-${id}`;
  const trust = { issuer: `idp-${id}`, subject: "alice", scope: ["read"], jwk: generateKey().publicJwk };
  /** Each stack declares what the file says is its own. */
  const files = (clientName: string) =>
    write(
      'const mine = pulumi.getStack() === require("./owner.json");',
      `const web = mine && new hydra.OAuth2Client("web", { clientId: "${id}", clientName: "${clientName}", grantTypes: ["client_credentials"] });`,
      'if (mine) new hydra.ClientLifespans("web", { clientId: web.clientId, implicitGrantIdTokenLifespan: "1h" });',
      `if (mine) new hydra.TrustedJwtIssuer("idp", ${json({ ...trust, expiresAt: "2099-01-31T00:00:00Z" })});`,
      `if (mine) new hydra.JsonWebKey("signing", { set: "${set}", alg: "ES256" });`,
      // The other stack has a provider before anything moves.
      'new hydra.OAuth2Client("own", {});',
      "module.exports = { clientSecret: mine && web.clientSecret };",
    );
  await using gateway = await startGateway({ target: hydra.adminUrl });
  const config = { "hydra:adminUrl": gateway.url };
  await using stack = await workspace({
    files: { ...files("Web"), "owner.json": '"dev"' },
    config,
    path: [plugin],
  });
  const succeeds = async (operation: ReturnType<typeof stack.up>) => {
    const done = await operation;
    expect([done.code, errorsOf(done)]).toStrictEqual([0, []]);
    return done;
  };
  const live = () =>
    Promise.all(
      [
        `/admin/clients/${id}`,
        `/admin/trust/grants/jwt-bearer/issuers?issuer=${trust.issuer}`,
        `/admin/keys/${set}`,
      ].map((path) => admin.get(path)),
    );

  await succeeds(stack.up());
  const before = await live();
  const { clientSecret } = await stack.outputs();
  const urns = Object.entries(await recorded(stack)).flatMap(([name, { urn }]) => (name.endsWith(" own") ? [] : [urn]));
  expect(urns).toHaveLength(4);

  await stack.run("stack", "init", "other", "--copy-config-from", "dev");
  await succeeds(stack.up("--stack", "other"));
  const calls = gateway.received.length;
  const moved = await stack.run("state", "move", "--source", "dev", "--dest", "other", "--yes", ...urns);
  expect([moved.code, moved.stderr]).toStrictEqual([0, ""]);
  expect(gateway.received.slice(calls)).toStrictEqual([]);
  await stack.write({ "owner.json": '"other"' });

  const same = Object.fromEntries(
    ["OAuth2Client web", "ClientLifespans web", "TrustedJwtIssuer idp", "JsonWebKey signing", "OAuth2Client own"].map(
      (name) => [name, "same"],
    ),
  );
  expect((await succeeds(stack.up("--stack", "other"))).operations).toStrictEqual(same);
  expect((await succeeds(stack.up())).operations).toStrictEqual({ "OAuth2Client own": "same" });
  expect(await live()).toStrictEqual(before);
  expect(await clientCredentials({ id, secret: String(clientSecret) })).toMatchObject({ status: 200 });

  await stack.write(files("Shop"));
  expect((await succeeds(stack.up("--stack", "other", "--refresh"))).operations).toStrictEqual({
    ...same,
    "OAuth2Client web": "update",
  });
  await succeeds(stack.destroy());
  expect((await live()).map(({ status }) => status)).toStrictEqual([200, 200, 200]);
  await succeeds(stack.destroy("--stack", "other"));
  const [client, trusts, keys] = await live();
  expect([client?.status, trusts?.body.list, keys?.status]).toStrictEqual([404, [], 404]);
});
