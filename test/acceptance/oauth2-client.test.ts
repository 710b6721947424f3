// Knows how an OAuth2Client lives through the Pulumi CLI; what the server then has is read from it directly.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { admin, clientCredentials, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { json, program } from "../support/program.ts";
import { encrypted, errorsOf, filesHolding, recorded, recordedOne, stepsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const config = { "hydra:adminUrl": hydra.adminUrl };

const path = (id: string) => `/admin/clients/${encodeURIComponent(id)}`;
const live = async (id: string) => (await admin.get(path(id))).body;
const exists = async (id: string) => (await admin.get(path(id))).status === 200;
const replace = (member: string, value: unknown) => ({ op: "replace", path: `/${member}`, value });
const problem = (text: string) =>
  `OAuth2Client web: pulumi-nodejs:dynamic/hydra:OAuth2Client resource 'web' has a problem: ${text}`;
const problemAt = (place: string, text: string) =>
  `OAuth2Client web: pulumi-nodejs:dynamic/hydra:OAuth2Client resource 'web': property ${place} value {<nil>} has a problem: ${place}: ${text}`;

/** What the token endpoint answers to a client that shows this secret. */
const answerTo = async (id: string, secret: string) => (await clientCredentials({ id, secret })).status;

describe("OAuth2Client", () => {
  it("is made, left alone, updated in place under the id chosen for it, and deleted", async () => {
    const args = {
      clientName: "Web",
      redirectUris: ["https://web.example/callback"],
      grantTypes: ["client_credentials"],
      metadata: { team: "a" },
      contacts: ["ops@web.example"],
    };
    const declare = (changed: object) =>
      program(
        `const web = new hydra.OAuth2Client("web", ${json({ ...args, ...changed })});`,
        "module.exports = { id: web.id, clientId: web.clientId, clientSecret: web.clientSecret };",
      );
    await using stack = await workspace({ files: declare({}), config });

    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "create" });
    const outputs = await stack.outputs();
    const [id, secret] = [String(outputs.id), String(outputs.clientSecret)];
    expect(outputs).toEqual({ id, clientId: id, clientSecret: secret });
    const made = await live(id);
    expect(made).toMatchObject({
      client_id: id,
      client_name: "Web",
      redirect_uris: ["https://web.example/callback"],
      grant_types: ["client_credentials"],
      metadata: { team: "a" },
      contacts: ["ops@web.example"],
      scope: "offline_access offline openid",
      token_endpoint_auth_method: "client_secret_basic",
    });
    expect(await answerTo(id, secret)).toBe(200);

    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "same" });

    // A lifespan that no argument names belongs to nobody: it survives.
    expect((await admin.patch(path(id), [replace("implicit_grant_id_token_lifespan", "17m0s")])).status).toBe(200);
    await stack.write(declare({ clientName: "Shop", metadata: { team: "b" }, contacts: undefined, scope: "read" }));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "update" });
    expect(await live(id)).toEqual({
      ...made,
      client_name: "Shop",
      metadata: { team: "b" },
      contacts: [],
      scope: "read",
      implicit_grant_id_token_lifespan: "17m0s",
      updated_at: expect.any(String),
    });
    expect(await stack.outputs()).toEqual(outputs);
    expect(await answerTo(id, secret)).toBe(200);

    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "same" });
    expect((await stack.destroy()).operations).toEqual({ "OAuth2Client web": "delete" });
    expect(await exists(id)).toBe(false);
  });

  it("is replaced when its clientId changes, the new one first, and keeps the id when the argument goes", async () => {
    const [first, second] = [`first ${randomUUID()}`, `50% ${randomUUID()}`];
    const declare = (args: object) => program(`new hydra.OAuth2Client("web", ${json(args)});`);
    await using stack = await workspace({ files: declare({ clientId: first, clientName: "Web" }), config });
    await stack.up();

    await stack.write(declare({ clientId: second, clientName: "Web" }));
    const replaced = await stack.up();
    expect(stepsOf(replaced)).toEqual([
      "create-replacement OAuth2Client web",
      "replace OAuth2Client web",
      "delete-replaced OAuth2Client web",
    ]);
    expect(replaced.steps[0]?.replaceKeys).toEqual(["clientId"]);
    expect([await exists(first), (await live(second)).client_name]).toEqual([false, "Web"]);

    await stack.write(declare({ clientName: "Shop" }));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client web": "update" });
    expect((await live(second)).client_name).toBe("Shop");
  });

  it("leaves a client alone that exists already, and reads one by its id", async () => {
    const id = randomUUID();
    await admin.post("/admin/clients", { client_id: id, client_name: "Theirs" });
    const theirs = await live(id);
    await using stack = await workspace({
      files: program(`new hydra.OAuth2Client("web", ${json({ clientId: id, clientName: "Ours" })});`),
      config,
    });
    const refused = await stack.up();
    expect(refused.operations).toEqual({ "OAuth2Client web": "create failed" });
    expect(errorsOf(refused)).toEqual([
      `OAuth2Client web: could not create OAuth2Client: a client with the id "${id}" exists already and was not created by ` +
        "this resource; if you renamed or moved the resource in the program, give its old name or parent in the option " +
        "`aliases`; if Pulumi is replacing it (`--replace`, `pulumi state taint`), set the option " +
        "`deleteBeforeReplace: true`; if another resource of the program has this clientId, change one of the two; otherwise " +
        `adopt it on the plugin with \`pulumi import hydra:index:OAuth2Client <name> ${id}\`, ` +
        `or delete it with \`hydra delete oauth2-client ${id} --endpoint ${hydra.adminUrl}\` [exists-already]`,
      "update failed",
    ]);
    expect(await recorded(stack)).toEqual({});

    await stack.write(program(`module.exports = { name: hydra.OAuth2Client.get("theirs", ${json(id)}).clientName };`));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client theirs": "read" });
    expect(await stack.outputs()).toEqual({ name: "Theirs" });
    await stack.destroy();
    expect(await live(id)).toEqual(theirs);
  });

  it("shows what was changed or deleted outside on refresh, and puts it back on up", async () => {
    const args = { clientName: "Web", redirectUris: ["https://web.example/callback"], scope: "read write" };
    await using stack = await workspace({
      files: program(
        `const web = new hydra.OAuth2Client("web", ${json(args)});`,
        `const api = new hydra.OAuth2Client("api", { grantTypes: ["client_credentials"] });`,
        "module.exports = { web: web.id, api: api.id };",
      ),
      config,
    });
    await stack.up();
    const outputs = await stack.outputs();
    const [web, api] = [String(outputs.web), String(outputs.api)];
    const before = await live(web);
    const { outputs: wanted } = await recordedOne(stack, "OAuth2Client web");

    const drift = [
      replace("client_name", "Drift"),
      replace("redirect_uris", []),
      replace("skip_consent", true),
      replace("tos_uri", "https://drift.example"),
    ];
    expect((await admin.patch(path(web), drift)).status).toBe(200);
    expect((await stack.refresh()).operations).toEqual({ "OAuth2Client api": "same", "OAuth2Client web": "update" });
    const { redirectUris: _, ...rest } = wanted;
    expect((await recordedOne(stack, "OAuth2Client web")).outputs).toEqual({
      ...rest,
      clientName: "Drift",
      skipConsent: true,
      tosUri: "https://drift.example",
      clientSecret: encrypted,
      updatedAt: expect.any(String),
    });
    expect((await stack.up()).operations).toEqual({ "OAuth2Client api": "same", "OAuth2Client web": "update" });
    expect(await live(web)).toEqual({ ...before, updated_at: expect.any(String) });

    await admin.delete(path(api));
    expect((await stack.refresh()).operations).toEqual({ "OAuth2Client api": "delete", "OAuth2Client web": "same" });
    expect(Object.keys(await recorded(stack))).toEqual(["OAuth2Client web"]);
    expect((await stack.up()).operations).toEqual({ "OAuth2Client api": "create", "OAuth2Client web": "same" });
    const again = String((await stack.outputs()).api);
    expect((await live(again)).grant_types).toEqual(["client_credentials"]);

    await admin.delete(path(web));
    await admin.delete(path(again));
    const destroyed = await stack.destroy();
    expect([destroyed.code, errorsOf(destroyed)]).toEqual([0, []]);
    expect(destroyed.operations).toEqual({ "OAuth2Client api": "delete", "OAuth2Client web": "delete" });
    expect(await recorded(stack)).toEqual({});
  });

  it("refuses bad arguments at preview and names each one", async () => {
    const declare = (args: object) => program(`new hydra.OAuth2Client("web", ${json(args)});`);
    await using stack = await workspace({
      files: declare({
        clientname: "Web",
        nonsense: 1,
        clientUri: 3,
        contacts: "ops@web.example",
        redirectUris: ["https://web.example/callback", "/callback"],
        implicitGrantIdTokenLifespan: "1d",
      }),
      config,
    });
    const shape = await stack.preview();
    expect(shape.code).not.toBe(0);
    expect(errorsOf(shape)).toEqual([
      problem("clientUri: must be a string: put the number in quotes"),
      problem("contacts: must be a list"),
      problemAt("redirectUris[1]", "must be an absolute URI, such as https://app.example/callback"),
      problem('implicitGrantIdTokenLifespan: must be in hours, because Hydra has no unit for days: write "24h"'),
      problem("clientname: is not a property of this resource; did you mean clientName?"),
      problem("nonsense: is not a property of this resource"),
    ]);

    await stack.write(
      declare({
        jwks: { keys: [generateKey().publicJwk] },
        jwksUri: "https://web.example/keys",
        redirectUris: ["https://web.example/callback"],
        postLogoutRedirectUris: ["https://web.example/bye", "https://shop.example/bye"],
      }),
    );
    const rules = await stack.preview();
    expect(rules.code).not.toBe(0);
    expect(errorsOf(rules)).toEqual([
      problem("jwksUri: excludes jwks: give the keys or where they are published, not both"),
      problemAt(
        "postLogoutRedirectUris[1]",
        "must have the scheme, host and port of one of redirectUris (a default port counts as given only when written)",
      ),
    ]);
  });

  it("refuses private key material and repeats it nowhere", async () => {
    const { privateKey, publicJwk } = generateKey();
    const jwk = { ...publicJwk, ...privateKey.export({ format: "jwk" }) };
    const declare = (jwks: string) => program(`new hydra.OAuth2Client("web", { jwks: ${jwks} });`);
    await using stack = await workspace({
      files: declare("JSON.parse(process.env.JWKS)"),
      config,
      env: { JWKS: json({ keys: [publicJwk, jwk] }) },
    });
    const plain = await stack.preview();
    await stack.write(declare("pulumi.output(JSON.parse(process.env.JWKS))"));
    const output = await stack.up();
    await stack.write(declare("{ keys: [pulumi.secret(JSON.parse(process.env.JWKS)).keys[1]] }"));
    const nested = await stack.up();
    const reason = "is private key material; give the public key only";
    expect([errorsOf(plain), errorsOf(output), errorsOf(nested)]).toEqual([
      [`OAuth2Client web: jwks.keys[1].d ${reason}`],
      [problemAt("jwks.keys[1].d", reason)],
      [problemAt("jwks.keys[0].d", reason)],
    ]);
    const shown = [plain, output, nested].map(({ stdout, stderr }) => stdout + stderr).join("");
    expect(shown).not.toContain(jwk.d);
    expect(await filesHolding(stack, String(jwk.d))).toEqual([]);
    expect(await recorded(stack)).toEqual({});
  });

  it("has its secrets encrypted in all that Pulumi writes, wherever they come from", async () => {
    const given = { PLAIN: `plain-${randomUUID()}`, WRAPPED: `wrapped-${randomUUID()}`, NEXT: `next-${randomUUID()}` };
    const declare = (plain: string, method: string) =>
      program(
        'const args = { grantTypes: ["client_credentials"], keepRegistrationToken: true };',
        `const plain = new hydra.OAuth2Client("plain", { ...args, clientSecret: process.env.${plain} });`,
        'const wrapped = new hydra.OAuth2Client("wrapped", { ...args, clientSecret: pulumi.secret(process.env.WRAPPED) });',
        'const generated = new hydra.OAuth2Client("generated", args);',
        `const open = new hydra.OAuth2Client("open", { ...args, tokenEndpointAuthMethod: "${method}" });`,
        "module.exports = { plain, wrapped, generated, open };",
      );
    await using stack = await workspace({ files: declare("PLAIN", "none"), config, env: given });
    const shown: string[] = [];
    const show = ({ stdout, stderr }: { stdout: string; stderr: string }) => shown.push(stdout, stderr);
    const secretsOf = (outputs: Record<string, unknown>) =>
      Object.values(outputs).map((value) => {
        const { clientId, clientSecret, registrationAccessToken } = value as Record<string, string | undefined>;
        return { clientId: String(clientId), clientSecret, registrationAccessToken };
      });

    show(await stack.up());
    const first = secretsOf(await stack.outputs());
    const [generated, open, plain, wrapped] = first;
    expect([plain?.clientSecret, wrapped?.clientSecret, open?.clientSecret]).toEqual([
      given.PLAIN,
      given.WRAPPED,
      undefined,
    ]);
    expect(generated?.clientSecret).toMatch(/^[\w-]{43}$/);
    const { "OAuth2Client plain": entry, "OAuth2Client open": openEntry } = await recorded(stack);
    expect(entry?.inputs.clientSecret).toEqual(encrypted);
    expect(entry?.outputs).toMatchObject({ clientSecret: encrypted, registrationAccessToken: encrypted });
    expect(openEntry?.outputs).not.toHaveProperty("clientSecret");

    await stack.write(declare("NEXT", "client_secret_basic"));
    const updated = await stack.up();
    show(updated);
    expect(updated.operations).toEqual({
      "OAuth2Client generated": "same",
      "OAuth2Client open": "update",
      "OAuth2Client plain": "update",
      "OAuth2Client wrapped": "same",
    });
    show(await stack.refresh());
    const second = secretsOf(await stack.outputs());
    const answers = second.map(({ clientId, clientSecret = "" }) => answerTo(clientId, clientSecret));
    expect(await Promise.all(answers)).toEqual([200, 200, 200, 200]);
    expect(await answerTo(String(plain?.clientId), given.PLAIN)).toBe(401);

    for (const [name, { outputs }] of Object.entries(await recorded(stack))) {
      expect([name, outputs.clientSecret]).toEqual([name, encrypted]);
    }
    const secrets = [...first, ...second].flatMap((entry) => [entry.clientSecret, entry.registrationAccessToken]);
    const known = [...new Set([...secrets, ...Object.values(given)])].filter((secret) => secret !== undefined);
    for (const secret of known) {
      expect(shown.join("")).not.toContain(secret);
      expect(await filesHolding(stack, secret)).toEqual([]);
    }
    // Given three, generated two, and a registration access token each.
    expect(known).toHaveLength(3 + 2 + 4);
  });
});
