// Knows how a client's secret lives through the Pulumi CLI: which one opens the token endpoint, and when.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { admin, clientCredentials, hydra, isActive, token, verifies } from "../support/hydra.ts";
import { json, program } from "../support/program.ts";
import { signIn } from "../support/sign-in.ts";
import { errorsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const config = { "hydra:adminUrl": hydra.adminUrl };

const machine = { grantTypes: ["client_credentials"], scope: "read" };

const declare = (args: object, ...more: readonly string[]) =>
  program(
    `const m = new hydra.OAuth2Client("m", ${json({ ...machine, ...args })});`,
    "exports.id = m.clientId;",
    "exports.secret = m.clientSecret;",
    ...more,
  );

/** What the token endpoint answers to a client that shows this secret. */
const opens = async (id: unknown, secret: unknown): Promise<number> =>
  (await clientCredentials({ id: String(id), secret: String(secret) }, { scope: "read" })).status;

const lifespan = "client_credentials_grant_access_token_lifespan";

async function live(id: unknown): Promise<Record<string, unknown>> {
  return (await admin.get(`/admin/clients/${String(id)}`)).body;
}

describe("a client secret", () => {
  it("that the program changes takes effect, and the old one ends", async () => {
    await using stack = await workspace({ files: declare({ clientSecret: "first secret" }), config });
    await stack.up();
    const { id } = await stack.outputs();
    expect([await opens(id, "first secret"), await opens(id, "second secret")]).toEqual([200, 401]);

    await stack.write(declare({ clientSecret: "second secret" }));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client m": "update" });
    expect([await opens(id, "first secret"), await opens(id, "second secret")]).toEqual([401, 200]);
    await stack.destroy();
  });

  it("survives every other update, and so do lifespans that nobody here owns", async () => {
    await using stack = await workspace({ files: declare({}), config });
    await stack.up();
    const { id, secret } = await stack.outputs();
    await admin.put(`/admin/clients/${String(id)}/lifespans`, { [lifespan]: "7m0s" });

    for (const args of [
      { clientName: "M" },
      { clientName: "M", metadata: { team: "a" } },
      { jwksUri: "https://a.example/jwks" },
      {},
    ]) {
      await stack.write(declare(args));
      expect((await stack.up()).operations).toEqual({ "OAuth2Client m": "update" });
      expect(await opens(id, secret)).toBe(200);
      expect((await live(id))[lifespan]).toBe("7m0s");
    }
    expect((await stack.outputs()).secret).toBe(secret);
    await stack.destroy();
  });

  it("that was generated is made anew when the trigger changes, and access tokens end with it, but nothing else", async () => {
    const redirectUri = "http://127.0.0.1:5555/callback";
    const app = (secretRotation: object, more: object = {}) => {
      const args = {
        clientId,
        grantTypes: ["authorization_code", "refresh_token", "client_credentials"],
        redirectUris: [redirectUri],
        scope: "read offline",
        secretRotation,
        ...more,
      };
      return program(
        `const m = new hydra.OAuth2Client("m", ${json(args)});`,
        "exports.id = m.clientId; exports.secret = m.clientSecret;",
      );
    };
    const clientId = `rotated-${randomUUID()}`;
    await using stack = await workspace({ files: app({ trigger: "2026-01" }), config });
    await stack.up();
    const before = await stack.outputs();
    const old = { id: clientId, secret: String(before.secret) };
    const { access_token: machine } = (await clientCredentials(old, { scope: "read" })).body;
    const { access_token: person, refresh_token: refresh } = (await signIn(old, redirectUri, "read offline")).body;
    expect([await isActive(machine), await isActive(person), await isActive(refresh)]).toEqual([true, true, true]);

    // Without being asked for it, a rotation ends no token.
    await stack.write(app({ trigger: "2026-02" }));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client m": "update" });
    expect([await isActive(machine), await isActive(person), await isActive(refresh)]).toEqual([true, true, true]);

    await stack.write(app({ trigger: "2026-03", previousSecrets: "drop", revokeTokens: true }));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client m": "update" });
    const after = await stack.outputs();
    const next = { id: clientId, secret: String(after.secret) };
    expect([await opens(clientId, old.secret), await opens(clientId, next.secret)]).toEqual([401, 200]);
    expect([await isActive(machine), await isActive(person), await isActive(refresh)]).toEqual([false, false, true]);
    const refreshed = await token(next, { grant_type: "refresh_token", refresh_token: String(refresh) });
    expect([refreshed.status, await isActive(refreshed.body.access_token)]).toEqual([200, true]);
    expect((await stack.up()).operations).toEqual({ "OAuth2Client m": "same" });

    // A client that is created again has no tokens, as docs/secrets.md says.
    await stack.write(app({ trigger: "2026-03" }, { recreateTrigger: "1" }));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client m": "replace" });
    const last = { id: clientId, secret: String((await stack.outputs()).secret) };
    const { access_token: access, refresh_token: second } = refreshed.body;
    expect([await isActive(access), await isActive(second)]).toEqual([false, false]);
    const refused = await token(last, { grant_type: "refresh_token", refresh_token: String(second) });
    expect([refused.status, refused.body.error]).toEqual([400, "invalid_grant"]);
    expect([await opens(clientId, next.secret), await opens(clientId, last.secret)]).toEqual([401, 200]);
    await stack.destroy();
  });

  it("that there is none of, or that is the program's own, is not rotated: preview says so, and how to end tokens", async () => {
    const secretRotation = { trigger: "1", revokeTokens: true };
    const otherwise = "to revoke the client's access tokens, declare a Revocation with its clientId";
    for (const [args, reason] of [
      [
        { tokenEndpointAuthMethod: "none" },
        'secretRotation: must not be set with tokenEndpointAuthMethod "none": the client has no secret to rotate; remove it',
      ],
      [
        { clientSecret: "a secret of one's own" },
        "secretRotation: excludes clientSecret: a secret of your own changes when you change it",
      ],
    ] as const) {
      await using stack = await workspace({ files: declare({ ...args, secretRotation }), config });
      expect(errorsOf(await stack.preview()).join("\n")).toContain(`${reason}; ${otherwise}`);
      await stack.write(declare({ ...args, secretRotation: { trigger: "1" } }));
      const without = errorsOf(await stack.preview()).join("\n");
      expect([without.includes(reason), without.includes(otherwise)]).toEqual([true, false]);
    }
  });

  it("that is rotated ends JWT access tokens for those who ask the server, not for those who verify them", async () => {
    const jwt = (trigger: string) =>
      declare({ accessTokenStrategy: "jwt", secretRotation: { trigger, revokeTokens: true } });
    await using stack = await workspace({ files: jwt("1"), config });
    await stack.up();
    const { id, secret } = await stack.outputs();
    const { body } = await clientCredentials({ id: String(id), secret: String(secret) }, { scope: "read" });
    await stack.write(jwt("2"));
    await stack.up();
    expect([await isActive(body.access_token), await verifies(body.access_token)]).toEqual([false, true]);
    await stack.destroy();
  });

  it("that was changed behind Pulumi's back is noticed, where that is wanted, and put back", async () => {
    const watched = { ...config, "hydra:publicUrl": hydra.publicUrl, "hydra:checkSecrets": "true" };
    await using stack = await workspace({ files: declare({}), config: watched });
    await stack.up();
    const { id, secret } = await stack.outputs();
    expect((await stack.refresh()).operations).toEqual({ "OAuth2Client m": "same" });

    await admin.patch(`/admin/clients/${String(id)}`, [{ op: "add", path: "/client_secret", value: "stolen secret" }]);
    expect((await stack.refresh()).operations).toEqual({ "OAuth2Client m": "update" });
    expect((await stack.up()).operations).toEqual({ "OAuth2Client m": "update" });
    expect([await opens(id, secret), await opens(id, "stolen secret")]).toEqual([200, 401]);
    expect((await stack.up()).operations).toEqual({ "OAuth2Client m": "same" });
    await stack.destroy();
  });
});

describe("the lifespans of a client", () => {
  it("have one owner: naming them twice fails before anything changes, with the client and the properties", async () => {
    const named = { clientId: "twice", clientCredentialsGrantAccessTokenLifespan: "5m" };
    const second = 'new hydra.ClientLifespans("m", { clientId: m.clientId, jwtBearerGrantAccessTokenLifespan: "1m" });';
    await using stack = await workspace({ files: declare(named), config });
    await stack.up();
    await stack.write(declare(named, second));
    expect(errorsOf(await stack.up()).join("\n")).toContain(
      'the lifespans of client "twice" have two owners: its OAuth2Client names ' +
        "clientCredentialsGrantAccessTokenLifespan, and a ClientLifespans owns them all (it names jwtBearerGrantAccessTokenLifespan); " +
        "name them in one of the two",
    );
    expect((await live("twice"))[lifespan]).toBe("5m0s");
    await stack.destroy();
  });

  it("move from one owner to the other within one up, both ways", async () => {
    const named = { clientCredentialsGrantAccessTokenLifespan: "5m" };
    const apart = `new hydra.ClientLifespans("m", { clientId: m.clientId, ...${json(named)} });`;
    await using stack = await workspace({ files: declare(named), config });
    await stack.up();
    const { id } = await stack.outputs();

    await stack.write(declare({}, apart));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client m": "update", "ClientLifespans m": "create" });
    expect((await live(id))[lifespan]).toBe("5m0s");

    // A refresh compares what the program before asked for: that is nobody's claim any more.
    await stack.write(declare(named));
    const moved = await stack.up("--refresh");
    expect(errorsOf(moved)).toEqual([]);
    expect(moved.operations).toEqual({ "OAuth2Client m": "update", "ClientLifespans m": "delete" });
    expect((await live(id))[lifespan]).toBe("5m0s");
    expect((await stack.up()).operations).toEqual({ "OAuth2Client m": "same" });
    await stack.destroy();
  });
});
