// Knows the plugin as the Pulumi CLI uses it: programs, previews, imports, functions, explicit providers and `pulumi do`.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { Operation, Workspace, WorkspaceOptions } from "../../tools/workspace.mts";
import { startGateway } from "../support/gateway.ts";
import { admin, clientCredentials, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { blocks } from "../support/markdown.ts";
import { json, pluginProgram } from "../support/program.ts";
import { encrypted, errorsOf, filesHolding, recorded, recordedOne, stepsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const folder = join(inject("installation").folder, "node_modules/pulumi-hydra");
const executable = join(folder, "pulumi-resource-hydra");
const config = { "hydra:adminUrl": hydra.adminUrl };

const path = (id: string) => `/admin/clients/${encodeURIComponent(id)}`;
const live = async (id: string) => (await admin.get(path(id))).body;
const exists = async (id: string) => (await admin.get(path(id))).status === 200;
const replace = (member: string, value: unknown) => ({ op: "replace", path: `/${member}`, value });
const expiresAt = "2099-01-31T00:00:00Z";

const pluginWorkspace = (options: WorkspaceOptions): Promise<Workspace> =>
  workspace({ config, path: [folder], ...options });

const client = (name: string, args: object, options: object = {}) =>
  `const ${name} = new hydra.OAuth2Client("${name}", ${json(args)}, ${json(options)});`;

/** The steps of an operation with what each one changes. */
const changesIn = ({ steps }: Operation) =>
  Object.fromEntries(steps.map(({ op, type, name, detailedDiff }) => [`${op} ${type} ${name}`, detailedDiff]));

describe("the plugin", () => {
  it("runs from the folder that Pulumi.yaml names: made, left alone, updated, deleted", async () => {
    const trust = { issuer: `idp-${randomUUID()}`, subject: "alice", jwk: generateKey().publicJwk, expiresAt };
    const declare = (clientName: string) =>
      pluginProgram(
        client("web", { clientName, grantTypes: ["client_credentials"], metadata: { team: "a" } }),
        'new hydra.ClientLifespans("web", { clientId: web.clientId, implicitGrantIdTokenLifespan: "90m" });',
        `new hydra.TrustedJwtIssuer("idp", ${json(trust)});`,
        "module.exports = { id: web.id, clientId: web.clientId, clientSecret: web.clientSecret };",
      );
    const providers = [{ name: "hydra", path: "../../node_modules/pulumi-hydra" }];
    const project = { name: "program", runtime: "nodejs", plugins: { providers } };
    await using stack = await workspace({ files: { ...declare("Web"), "Pulumi.yaml": json(project) }, config });
    const all = (web: string, others: string) => ({
      "OAuth2Client web": web,
      "ClientLifespans web": others,
      "TrustedJwtIssuer idp": others,
    });

    expect((await stack.preview()).operations).toEqual(all("create", "create"));
    expect((await stack.up()).operations).toEqual(all("create", "create"));
    const { id, clientId, clientSecret } = await stack.outputs();
    expect(clientId).toBe(id);
    expect((await clientCredentials({ id: String(id), secret: String(clientSecret) })).status).toBe(200);
    const again = await stack.up();
    expect([again.operations, again.diagnostics]).toEqual([all("same", "same"), []]);
    expect((await stack.refresh()).operations).toEqual(all("same", "same"));

    await stack.write(declare("Shop"));
    expect((await stack.up()).operations).toEqual(all("update", "same"));
    expect(await live(String(id))).toMatchObject({
      client_name: "Shop",
      metadata: { team: "a" },
      implicit_grant_id_token_lifespan: "1h30m0s",
    });
    expect((await stack.up()).operations).toEqual(all("same", "same"));
    expect((await stack.destroy()).operations).toEqual(all("delete", "delete"));
    expect(await exists(String(id))).toBe(false);
  });

  it("shows in a preview the places that change, and no others, as the README does", async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    const web = {
      clientName: "Web",
      redirectUris: ["https://app.example/callback"],
      metadata: { team: "a", cost: { center: 1 }, "dotted.name": "x" },
    };
    const declare = (args: object, clientId: string) =>
      pluginProgram(
        client("report", { clientId, clientName: "Report" }),
        // One after the other, so that they are shown in this order.
        `new hydra.OAuth2Client("web", ${json(args)}, { dependsOn: report });`,
      );
    await using stack = await pluginWorkspace({ files: declare(web, first) });
    await stack.up();
    const { id } = await recordedOne(stack, "OAuth2Client web");

    const edited = {
      ...web,
      redirectUris: [...web.redirectUris, "https://app.example/silent"],
      metadata: { team: "b", cost: { center: 1, unit: "EUR" } },
    };
    await stack.write(declare(edited, second));
    const preview = await stack.preview("--diff");
    expect(errorsOf(preview)).toEqual([]);
    const shown = preview.stdout.slice(
      preview.stdout.indexOf("    +-hydra:index"),
      preview.stdout.indexOf("Resources:"),
    );
    const [recording] = blocks("text").filter(({ text }) => text.includes("hydra:index:OAuth2Client: (replace)"));
    expect(
      shown
        .replaceAll(first, "nightly-report")
        .replaceAll(second, "daily-report")
        .replaceAll(id, "76fa2172-ff31-4d7c-961b-50dd8585dbbd")
        .trimEnd(),
    ).toBe(recording?.text.trimEnd());
    expect(changesIn(preview)).toMatchObject({
      "replace OAuth2Client report": { clientId: "update-replace" },
      "update OAuth2Client web": {
        "metadata.team": "update",
        "metadata.cost.unit": "add",
        'metadata["dotted.name"]': "delete",
        "redirectUris[1]": "add",
      },
    });
    expect(stepsOf(await stack.up()).sort()).toEqual(
      [
        "create-replacement OAuth2Client report",
        "delete-replaced OAuth2Client report",
        "replace OAuth2Client report",
        "update OAuth2Client web",
      ].sort(),
    );
    expect([await exists(first), await exists(second)]).toEqual([false, true]);
    expect(await live(id)).toMatchObject({ redirect_uris: edited.redirectUris, metadata: edited.metadata });
  });

  it("shows what was changed or deleted outside on refresh, and puts it back on up", async () => {
    await using stack = await pluginWorkspace({
      files: pluginProgram(client("web", { clientName: "Web", metadata: { team: "a" } }), client("api", {})),
    });
    await stack.up();
    const { id: web } = await recordedOne(stack, "OAuth2Client web");
    const { id: api } = await recordedOne(stack, "OAuth2Client api");
    const before = await live(web);
    const drift = [replace("client_name", "Drift"), replace("metadata", { team: "b" }), replace("skip_consent", true)];
    expect((await admin.patch(path(web), drift)).status).toBe(200);
    await admin.delete(path(api));

    const refreshed = await stack.refresh();
    expect(refreshed.operations).toEqual({ "OAuth2Client web": "update", "OAuth2Client api": "delete" });
    expect((await recordedOne(stack, "OAuth2Client web")).outputs).toMatchObject({
      clientName: "Drift",
      metadata: { team: "b" },
      skipConsent: true,
      clientSecret: encrypted,
    });
    const repaired = await stack.up();
    expect(repaired.operations).toEqual({ "OAuth2Client web": "update", "OAuth2Client api": "create" });
    expect(changesIn(repaired)["update OAuth2Client web"]).toEqual({
      clientName: "update",
      "metadata.team": "update",
      skipConsent: "delete",
    });
    expect(await live(web)).toEqual({ ...before, updated_at: expect.any(String) });
    await stack.destroy();
    expect(await recorded(stack)).toEqual({});
  });

  it("takes explicit providers, and leaves no secret readable", async () => {
    const [token, header, given] = [`token-${randomUUID()}`, `header-${randomUUID()}`, `given-${randomUUID()}`];
    await using gateway = await startGateway({ target: hydra.adminUrl });
    const declare = (timeout: number) =>
      pluginProgram(
        'const eu = new hydra.Provider("eu", {',
        `  adminUrl: pulumi.output("${gateway.url}"), accessToken: process.env.TOKEN, timeout: ${timeout}, username: null,`,
        "  headers: { 'X-Secret': process.env.HEADER }, insecureSkipTlsVerify: false,",
        "});",
        'new hydra.OAuth2Client("web", { clientName: "Web", clientSecret: process.env.GIVEN }, { provider: eu });',
        'new hydra.OAuth2Client("plain", { clientName: pulumi.secret("Plain"), metadata: { a: pulumi.secret("b") } });',
      );
    const env = { TOKEN: token, HEADER: header, GIVEN: given };
    // Nothing else says where Hydra is for the default provider.
    await using stack = await pluginWorkspace({
      files: declare(20),
      config: {},
      env: { ...env, PULUMI_HYDRA_ADMIN_URL: hydra.adminUrl },
    });
    const made = await stack.up();
    const created = { "hydra eu": "create", "OAuth2Client web": "create", "OAuth2Client plain": "create" };
    expect([made.operations, errorsOf(made)]).toEqual([created, []]);
    expect(gateway.received.map(({ method, authorization }) => [method, authorization])).toEqual([
      ["POST", `Bearer ${token}`],
    ]);
    const resources = await recorded(stack);
    expect(resources["OAuth2Client web"]?.inputs).toMatchObject({ clientName: "Web", clientSecret: encrypted });
    expect(resources["OAuth2Client web"]?.outputs).toMatchObject({ clientSecret: encrypted });
    expect(resources["OAuth2Client plain"]?.outputs).toMatchObject({
      clientName: encrypted,
      metadata: encrypted,
      clientSecret: encrypted,
    });
    const state = await stack.exportStack();
    expect(state).toContain('"timeout": "20"');

    // Another time limit is no reason to touch what is behind it.
    await stack.write(declare(21));
    const changed = await stack.up();
    expect([changed.operations, errorsOf(changed)]).toEqual([
      { "hydra eu": "update", "OAuth2Client web": "same", "OAuth2Client plain": "same" },
      [],
    ]);
    const output = [made, changed].map(({ stdout, stderr }) => stdout + stderr).join("");
    for (const secret of [token, header, given]) {
      expect(output).not.toContain(secret);
      expect(await filesHolding(stack, secret)).toEqual([]);
    }
    await stack.destroy();
  });

  it("prints no secret with the failure that it causes", async () => {
    const secrets = { SHORT: randomUUID().slice(0, 5), WRONG: `wrong-${randomUUID()}`, TOKEN: `token-${randomUUID()}` };
    await using stack = await pluginWorkspace({
      files: pluginProgram(
        "new hydra.OAuth2Client('web', { clientSecret: process.env.SHORT, clientSecrett: process.env.WRONG, redirectUris: ['/'] });",
      ),
      env: secrets,
    });
    const inputs = await stack.preview();
    await stack.write(
      pluginProgram("new hydra.Provider('eu', { acessToken: process.env.TOKEN, headers: process.env.WRONG });"),
    );
    const settings = await stack.preview();
    const resource = "OAuth2Client web: hydra:index:OAuth2Client resource 'web'";
    const provider = "hydra eu: pulumi:providers:hydra resource 'eu'";
    expect([errorsOf(inputs), errorsOf(settings)]).toEqual([
      [
        `${resource} has a problem: clientSecret: must have at least 6 bytes; omit it, and the provider generates one`,
        `${resource}: property redirectUris[0] value {<nil>} has a problem: redirectUris[0]: must be an absolute URI, such as https://app.example/callback`,
        `${resource} has a problem: clientSecrett: is not a property of this resource; did you mean clientSecret?`,
      ],
      [
        `${provider} has a problem: hydra:headers must be an object of strings, such as {"X-Forwarded-Proto": "https"}`,
        `${provider} has a problem: hydra:acessToken is not a key of the configuration`,
      ],
    ]);
    const shown = [inputs, settings].map(({ stdout, stderr }) => stdout + stderr).join("");
    expect(Object.values(secrets).filter((text) => shown.includes(text))).toEqual([]);
  });

  it("imports each kind, with inputs that then change nothing", async () => {
    const [id, other, issuer] = [randomUUID(), randomUUID(), `idp-${randomUUID()}`];
    const { publicJwk: jwk } = generateKey();
    await admin.post("/admin/clients", {
      client_id: id,
      client_name: "Theirs",
      redirect_uris: ["https://a.example"],
      metadata: { team: "a" },
      scope: "read",
    });
    await admin.put(`${path(id)}/lifespans`, { implicit_grant_id_token_lifespan: "90m" });
    await admin.post("/admin/clients", { client_id: other });
    await admin.put(`${path(other)}/lifespans`, { implicit_grant_id_token_lifespan: "2h" });
    const trust = { issuer, subject: "alice", scope: ["read"], jwk, expires_at: expiresAt };
    const { body } = await admin.post("/admin/trust/grants/jwt-bearer/issuers", trust);
    await using stack = await pluginWorkspace({ files: pluginProgram() });

    const imported = async (type: string, name: string, known: string) => {
      const { code, stdout, stderr } = await stack.run(
        ...["import", `hydra:index:${type}`, name, known, "--stack", "dev", "--yes", "--protect=false"],
        ...["--generate-code=false", "--skip-preview"],
      );
      return [code, /error: .*/.exec(stdout + stderr)?.[0]];
    };
    expect(await imported("OAuth2Client", "web", id)).toEqual([0, undefined]);
    expect(await imported("ClientLifespans", "web", other)).toEqual([0, undefined]);
    expect(await imported("TrustedJwtIssuer", "idp", String(body.id))).toEqual([0, undefined]);
    expect(await imported("OAuth2Client", "none", "nobody has this id")).toEqual([
      1,
      "error: resource 'nobody has this id' does not exist",
    ]);

    const resources = await recorded(stack);
    const inputs = Object.fromEntries(Object.entries(resources).map(([name, entry]) => [name, entry.inputs]));
    expect(inputs).toEqual({
      "OAuth2Client web": {
        clientId: id,
        clientName: "Theirs",
        redirectUris: ["https://a.example"],
        metadata: { team: "a" },
        scope: "read",
        implicitGrantIdTokenLifespan: "1h30m0s",
      },
      "ClientLifespans web": { clientId: other, implicitGrantIdTokenLifespan: "2h0m0s" },
      "TrustedJwtIssuer idp": { issuer, subject: "alice", scope: ["read"], jwk, expiresAt },
    });
    await stack.write(
      pluginProgram(
        client("web", inputs["OAuth2Client web"] ?? {}),
        `new hydra.ClientLifespans("web", ${json(inputs["ClientLifespans web"])});`,
        `new hydra.TrustedJwtIssuer("idp", ${json(inputs["TrustedJwtIssuer idp"])});`,
      ),
    );
    const preview = await stack.preview();
    expect([preview.operations, errorsOf(preview)]).toEqual([
      { "OAuth2Client web": "same", "ClientLifespans web": "same", "TrustedJwtIssuer idp": "same" },
      [],
    ]);
  });

  it("adopts by the import option, and reads what others manage", async () => {
    const [id, theirs] = [randomUUID(), randomUUID()];
    await admin.post("/admin/clients", { client_id: id, client_name: "Ours" });
    await admin.post("/admin/clients", { client_id: theirs, client_name: "Theirs" });
    await admin.put(`${path(theirs)}/lifespans`, { implicit_grant_id_token_lifespan: "2h" });
    const trust = { issuer: `idp-${theirs}`, subject: "alice", jwk: generateKey().publicJwk, expires_at: expiresAt };
    const { body } = await admin.post("/admin/trust/grants/jwt-bearer/issuers", trust);
    const before = await live(theirs);
    await using stack = await pluginWorkspace({
      files: pluginProgram(
        client("web", { clientId: id, clientName: "Ours" }, { import: id }),
        "module.exports = {",
        `  name: hydra.OAuth2Client.get("theirs", "${theirs}").clientName,`,
        `  lifespan: hydra.ClientLifespans.get("theirs", "${theirs}").implicitGrantIdTokenLifespan,`,
        `  jwk: hydra.TrustedJwtIssuer.get("theirs", "${body.id}").jwk,`,
        "};",
      ),
    });
    const adopted = await stack.up();
    expect([adopted.operations, errorsOf(adopted)]).toEqual([
      {
        "OAuth2Client web": "import",
        "OAuth2Client theirs": "read",
        "ClientLifespans theirs": "read",
        "TrustedJwtIssuer theirs": "read",
      },
      [],
    ]);
    expect(await stack.outputs()).toEqual({ name: "Theirs", lifespan: "2h0m0s", jwk: trust.jwk });
    await stack.write(pluginProgram(client("web", { clientId: id, clientName: "Ours" })));
    expect((await stack.up()).operations).toEqual({
      "OAuth2Client web": "same",
      "OAuth2Client theirs": "discard",
      "ClientLifespans theirs": "discard",
      "TrustedJwtIssuer theirs": "discard",
    });
    expect(await live(theirs)).toEqual(before);
    await stack.write(pluginProgram('hydra.OAuth2Client.get("none", "nobody has this id");'));
    expect(errorsOf(await stack.preview())).toEqual([
      "OAuth2Client none: Preview failed: resource 'nobody has this id' does not exist",
      "preview failed",
    ]);
  });

  it("answers functions, at once and for what is not known yet", async () => {
    const owner = `owner-${randomUUID()}`;
    const id = randomUUID();
    await admin.post("/admin/clients", { client_id: id, client_name: "Theirs", owner });
    const jwk = generateKey().publicJwk;
    const trust = { issuer: owner, subject: "alice", jwk, expires_at: expiresAt };
    const { body } = await admin.post("/admin/trust/grants/jwt-bearer/issuers", trust);
    await using stack = await pluginWorkspace({
      files: pluginProgram(
        client("web", { clientName: "Web" }),
        `const plain = hydra.getOAuth2Clients({ owner: "${owner}" });`,
        "const made = hydra.getOAuth2Client.output({ clientId: web.clientId });",
        "const token = hydra.introspectToken({ token: 'none' });",
        `const issuers = hydra.getTrustedJwtIssuers({ issuer: "${owner}" });`,
        `const issuer = hydra.getTrustedJwtIssuer({ id: "${body.id}" });`,
        "module.exports = {",
        "  issuers: issuers.then(({ issuers }) => issuers.map(({ id }) => id)),",
        "  kid: issuer.then(({ kid }) => kid),",
        "  sessions: hydra.getConsentSessions.output({ subject: 'nobody' }).sessions,",
        "  plain: plain.then(({ clients }) => clients.map(({ clientId }) => clientId)),",
        "  made: made.clientName,",
        "  active: token.then(({ active }) => active),",
        "};",
      ),
    });
    expect(errorsOf(await stack.up())).toEqual([]);
    const told = { plain: [id], made: "Web", active: false, issuers: [body.id], kid: jwk.kid, sessions: [] };
    expect(await stack.outputs()).toEqual(told);
    const shown = await stack.run("stack", "output", "--json", "--stack", "dev");
    expect(JSON.parse(shown.stdout)).toEqual({ ...told, sessions: "[secret]" });
    await stack.write(pluginProgram("module.exports = hydra.getOAuth2Client({ clientId: 'nobody has this id' });"));
    const failed = await stack.preview();
    expect(failed.code).not.toBe(0);
    expect(failed.stdout + failed.stderr).toContain(
      'could not call getOAuth2Client: clientId: there is no client "nobody has this id" [not-found]',
    );
  });

  it("serves `pulumi do` on one executable, with the environment alone for its configuration", async () => {
    const [owner, id] = [`owner-${randomUUID()}`, randomUUID()];
    const env = { PULUMI_HYDRA_ADMIN_URL: hydra.adminUrl };
    await using stack = await pluginWorkspace({ files: pluginProgram(), config: {}, path: [], env });
    const act = async (...args: string[]) => {
      const all = ["do", "--stateless", "--package", executable, "hydra:index:OAuth2Client", ...args];
      const { code, stdout, stderr } = await stack.run(...all);
      return { code, text: stdout + stderr, json: () => JSON.parse(stdout) as unknown };
    };
    const made = await act("create", "--client-id", id, "--owner", owner, "--client-name", "Done", "--yes");
    expect([made.code, made.text]).toEqual([0, expect.stringContaining("Done")]);
    expect(await live(id)).toMatchObject({ client_name: "Done", owner });
    expect((await act("list", "--owner", owner)).json()).toEqual([{ id, name: "Done" }]);
    expect((await act("read", id)).text).toMatch(/clientName +: "Done"/);
    expect((await act("patch", id, "--client-name", "Patched", "--yes")).code).toBe(0);
    expect(await live(id)).toMatchObject({ client_name: "Patched", owner });
    const refused = await act("patch", id, "--client-id", "another", "--yes");
    expect([refused.code === 0, refused.text]).toEqual([
      false,
      expect.stringContaining("clientId: cannot change in place; delete and recreate the resource"),
    ]);
    expect(await exists(id)).toBe(true);
    expect((await act("delete", id, "--yes")).code).toBe(0);
    expect(await exists(id)).toBe(false);
    expect((await act("read", id)).text).toContain(`resource "${id}" was not found`);

    const everybody = await act("list", "--owner", "");
    expect([everybody.code === 0, everybody.text]).toEqual([
      false,
      expect.stringContaining("owner: must not be empty; omit it to list all"),
    ]);

    // What is not there is created under the id that was asked for, and found by it the next time.
    for (const [turn, name] of ["One", "Two"].entries()) {
      const upserted = await act("upsert", id, "--client-name", name, "--owner", owner, "--yes");
      expect([turn, upserted.code, await live(id)]).toMatchObject([turn, 0, { client_name: name, owner }]);
      expect(
        upserted.text.includes(
          "clientSecret: generated by this operation. `pulumi do` shows secrets only with --show-secrets",
        ),
      ).toBe(turn === 0);
    }
    expect((await act("list", "--owner", owner)).json()).toEqual([{ id, name: "Two" }]);
    // Before anything is created, and before Pulumi asks for an approval.
    const planned = await act("create", "--owner", owner, "--dry-run");
    expect([planned.code, planned.text]).toEqual([
      0,
      expect.stringContaining("clientSecret: generated by this operation"),
    ]);
    const known = await act("upsert", randomUUID(), "--client-secret", "a-known-secret", "--owner", owner, "--yes");
    expect([known.code, known.text.includes("generated by this operation")]).toEqual([0, false]);
  });

  it("honours ignoreChanges, replaceOnChanges and custom timeouts", async () => {
    const timeouts = { customTimeouts: { create: "90s", update: "1m", delete: "30s" } };
    const named = randomUUID();
    const declare = (clientName: string, team: string, owner: string) =>
      pluginProgram(
        client(
          "ignoring",
          { clientName, owner, metadata: { team, cost: 1 } },
          { ignoreChanges: ["metadata.team", "clientName"] },
        ),
        client("replacing", { clientName, metadata: { team } }, { replaceOnChanges: ["metadata.team"], ...timeouts }),
        // The new one cannot be made beside the old one.
        client("named", { clientId: named, metadata: { team } }, { replaceOnChanges: ["metadata.team"] }),
      );
    await using stack = await pluginWorkspace({ files: declare("Web", "a", "me") });
    expect(errorsOf(await stack.up())).toEqual([]);
    const [{ id: ignoring }, { id: replacing }] = [
      await recordedOne(stack, "OAuth2Client ignoring"),
      await recordedOne(stack, "OAuth2Client replacing"),
    ];
    const act = async (clientName: string, team: string, owner: string) => {
      await stack.write(declare(clientName, team, owner));
      const { operations, diagnostics } = await stack.up();
      return [operations, diagnostics];
    };
    expect(await act("Shop", "a", "me")).toEqual([
      { "OAuth2Client ignoring": "same", "OAuth2Client replacing": "update", "OAuth2Client named": "same" },
      [],
    ]);
    expect(await act("Shop", "b", "you")).toEqual([
      { "OAuth2Client ignoring": "update", "OAuth2Client replacing": "replace", "OAuth2Client named": "replace" },
      [],
    ]);
    expect((await live(named)).metadata).toEqual({ team: "b" });
    expect(await live(ignoring)).toMatchObject({ client_name: "Web", owner: "you", metadata: { team: "a", cost: 1 } });
    expect(await exists(replacing)).toBe(false);
    expect(await act("Shop", "b", "you")).toEqual([
      { "OAuth2Client ignoring": "same", "OAuth2Client replacing": "same", "OAuth2Client named": "same" },
      [],
    ]);
    await stack.destroy();
  });

  it("keeps a large client in the state that did not become as asked", async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    const metadata = { large: "x".repeat(300_000) };
    const answer = {
      client_name: "Another",
      metadata,
      scope: "offline_access offline openid",
      subject_type: "public",
      token_endpoint_auth_method: "client_secret_basic",
      userinfo_signed_response_alg: "none",
    };
    gateway.answer(({ body }) => {
      const { client_id } = JSON.parse(body) as { client_id: string };
      const headers = { "content-type": "application/json" };
      return { status: 201, headers, body: json({ ...answer, client_id }) };
    });
    const program = 'new hydra.OAuth2Client("web", { clientName: "Web", metadata: { large: "x".repeat(300000) } });';
    await using stack = await pluginWorkspace({
      files: pluginProgram(program),
      config: { "hydra:adminUrl": gateway.url },
    });
    const failed = await stack.up();
    expect(failed.code).not.toBe(0);
    expect((await recordedOne(stack, "OAuth2Client web")).outputs).toMatchObject({
      clientId: expect.any(String),
      clientName: "Another",
      metadata,
      clientSecret: encrypted,
    });
  });
});

describe("the package schema", () => {
  it("is one that Pulumi accepts, and what the executable answers", async () => {
    await using stack = await pluginWorkspace({ files: pluginProgram() });
    const checked = await stack.run("schema", "check", join(folder, "dist/schema.json"));
    expect([checked.code, checked.stdout + checked.stderr]).toEqual([0, ""]);
    const { code, stdout } = await stack.run("package", "get-schema", executable);
    const names = (schema: string) => {
      const { resources = {}, functions = {} } = JSON.parse(schema) as Record<string, object>;
      return [...Object.keys(resources), ...Object.keys(functions)].sort();
    };
    expect([code, names(stdout)]).toEqual([0, names(await readFile(join(folder, "dist/schema.json"), "utf8"))]);
  });
});
