// Knows what `recreateTrigger` does to a client and its tokens through the Pulumi CLI, on both hosts: real sign-ins, real tokens.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { refusal, startGateway } from "../support/gateway.ts";
import { admin, clientCredentials, hydra, isActive, type TokenClient, token } from "../support/hydra.ts";
import { json, pluginProgram, program } from "../support/program.ts";
import { signIn } from "../support/sign-in.ts";
import { errorsOf, recordedOne, stepsOf } from "../support/state.ts";
import { expectDeployed } from "../support/turn.ts";
import { workspace } from "../support/workspace.ts";

const folder = join(inject("installation").folder, "node_modules/pulumi-hydra");
const config = { "hydra:adminUrl": hydra.adminUrl };
const redirectUri = "http://127.0.0.1:5555/callback";
const scope = "offline read";

const hosts = [
  ["dynamic resources", program],
  ["the plugin", pluginProgram],
] as const;

describe.each(hosts)("a client that is created again, on %s", (_, write) => {
  const web = {
    grantTypes: ["authorization_code", "refresh_token", "client_credentials"],
    redirectUris: [redirectUri],
    scope,
  };
  /** A client, its lifespans by its output, and more arguments as program text. */
  const declare = (clientId: string, more: string) =>
    write(
      "const config = new pulumi.Config();",
      `const shop = new hydra.OAuth2Client("shop", { clientId: "${clientId}", ...${json(web)}, ${more} });`,
      'new hydra.ClientLifespans("shop", { clientId: shop.clientId, clientCredentialsGrantAccessTokenLifespan: "7m" });',
      "exports.secret = shop.clientSecret;",
    );
  const tokensOf = async (client: TokenClient) => {
    const person = await signIn(client, redirectUri, scope);
    const machine = await clientCredentials(client, { scope: "read" });
    expect([person.status, machine.status]).toEqual([200, 200]);
    return [machine.body.access_token, person.body.access_token, person.body.refresh_token];
  };
  const active = (tokens: readonly unknown[]) => Promise.all(tokens.map(isActive));
  const [all, none] = [
    [true, true, true],
    [false, false, false],
  ];
  const replaced = { "OAuth2Client shop": "replace", "ClientLifespans shop": "replace" };
  const same = { "OAuth2Client shop": "same", "ClientLifespans shop": "same" };

  it("has no token left, and keeps its id and the secret that the program gives", async () => {
    const client = { id: `shop-${randomUUID()}`, secret: randomUUID() };
    const own = `clientSecret: "${client.secret}"`;
    await using stack = await workspace({ files: declare(client.id, own), config, path: [folder] });
    expect(errorsOf(await stack.up())).toEqual([]);
    const tokens = await tokensOf(client);

    await stack.write(declare(client.id, `${own}, recreateTrigger: "1"`));
    expect((await stack.preview()).operations).toEqual(replaced);
    expect(await active(tokens)).toEqual(all);
    const up = await stack.up();
    expect([up.operations, errorsOf(up)]).toEqual([replaced, []]);
    const deleted = stepsOf(up).indexOf("delete-replaced OAuth2Client shop");
    expect([deleted >= 0, deleted < stepsOf(up).indexOf("create-replacement OAuth2Client shop")]).toEqual([true, true]);
    expect(await active(tokens)).toEqual(none);
    const refused = await token(client, { grant_type: "refresh_token", refresh_token: String(tokens[2]) });
    expect([refused.status, refused.body.error]).toEqual([400, "invalid_grant"]);
    const { body } = await admin.get(`/admin/clients/${client.id}`);
    expect(body.client_credentials_grant_access_token_lifespan).toBe("7m0s");

    const later = await tokensOf(client);
    expect((await stack.up()).operations).toEqual(same);
    expect((await stack.refresh()).operations).toEqual(same);
    // To take it away is no reason to end anything.
    await stack.write(declare(client.id, own));
    expect((await stack.up()).operations).toEqual({ ...same, "OAuth2Client shop": "update" });
    expect(await active(later)).toEqual(all);
    expect((await recordedOne(stack, "OAuth2Client shop")).outputs.recreateTrigger).toBe(undefined);
    await stack.destroy();
  });

  it("gets a new secret where the program gives none, and keeps a generated one that was handed to the program", async () => {
    const id = `shop-${randomUUID()}`;
    await using stack = await workspace({ files: declare(id, ""), config, path: [folder] });
    await stack.up();
    const secretOf = async () => String((await stack.outputs()).secret);
    const first = await secretOf();
    await stack.write(declare(id, 'recreateTrigger: "1"'));
    expect((await stack.up()).operations).toEqual(replaced);
    const second = await secretOf();
    const opens = async (secret: string) => (await clientCredentials({ id, secret }, { scope: "read" })).status;
    expect([await opens(first), await opens(second)]).toEqual([401, 200]);

    // As docs/secrets.md says it.
    const { code } = await stack.shell(
      "pulumi stack output secret --show-secrets | pulumi config set --secret shopSecret",
    );
    expect(code).toBe(0);
    const given = 'clientSecret: config.requireSecret("shopSecret")';
    await stack.write(declare(id, `${given}, recreateTrigger: "1"`));
    expect((await stack.up()).operations).toEqual(same);
    const tokens = await tokensOf({ id, secret: second });
    await stack.write(declare(id, `${given}, recreateTrigger: "2"`));
    expect((await stack.up()).operations).toEqual(replaced);
    expect([await active(tokens), await opens(second), await secretOf()]).toEqual([none, 200, second]);
    await stack.destroy();
  });

  it("is there as before when its creation is refused and the edit taken back", async () => {
    const [client, { of, refuse }] = [{ id: `shop-${randomUUID()}`, secret: randomUUID() }, refusal()];
    const own = `clientSecret: "${client.secret}"`;
    await using gateway = await startGateway({ target: hydra.adminUrl, refuse });
    const files = declare(client.id, own);
    await using stack = await workspace({ files, config: { "hydra:adminUrl": gateway.url }, path: [folder] });
    await expectDeployed(stack, ["OAuth2Client shop", "ClientLifespans shop"]);
    const { created_at: _, updated_at: __, ...before } = (await admin.get(`/admin/clients/${client.id}`)).body;

    await stack.write(declare(client.id, `${own}, recreateTrigger: "1"`));
    of("POST");
    expect((await stack.up()).code).not.toBe(0);
    expect((await admin.get(`/admin/clients/${client.id}`)).status).toBe(404);
    await stack.write(files);
    of("");
    await expectDeployed(stack, ["OAuth2Client shop", "ClientLifespans shop"]);
    const { body } = await admin.get(`/admin/clients/${client.id}`);
    expect(body).toEqual({ ...before, created_at: expect.any(String), updated_at: expect.any(String) });
    expect((await clientCredentials(client, { scope: "read" })).status).toBe(200);
    expect((await stack.refresh()).operations).toEqual(same);
    expect(errorsOf(await stack.destroy())).toEqual([]);
    expect((await admin.get(`/admin/clients/${client.id}`)).status).toBe(404);
  });

  it("needs an id of the program's own", async () => {
    const files = write('new hydra.OAuth2Client("shop", { recreateTrigger: "1" });');
    await using stack = await workspace({ files, config, path: [folder] });
    expect(errorsOf(await stack.preview()).join("\n")).toContain(
      "recreateTrigger: needs clientId, or the new client would have another id; an existing client has its id in the output clientId",
    );
  });
});
