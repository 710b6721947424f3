// Knows how a client's secret lives through the Pulumi CLI: which one opens the token endpoint, and when.
import { describe, expect, it } from "vitest";
import { admin, clientCredentials, hydra } from "../support/hydra.ts";
import { json, program } from "../support/program.ts";
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

  it("that was generated is made anew when the trigger changes, and tokens issued so far can end with it", async () => {
    await using stack = await workspace({ files: declare({ secretRotation: { trigger: "2026-01" } }), config });
    await stack.up();
    const before = await stack.outputs();
    const { body } = await clientCredentials(
      { id: String(before.id), secret: String(before.secret) },
      { scope: "read" },
    );
    const isActive = async () => {
      const form = new URLSearchParams({ token: String(body.access_token) });
      const response = await fetch(`${hydra.adminUrl}/admin/oauth2/introspect`, { method: "POST", body: form });
      return ((await response.json()) as { active: boolean }).active;
    };
    expect(await isActive()).toBe(true);

    const rotation = { trigger: "2026-02", previousSecrets: "drop", revokeTokens: true };
    await stack.write(declare({ secretRotation: rotation }));
    expect((await stack.up()).operations).toEqual({ "OAuth2Client m": "update" });
    const after = await stack.outputs();
    expect(after.id).toBe(before.id);
    expect([await opens(after.id, before.secret), await opens(after.id, after.secret)]).toEqual([401, 200]);
    expect(await isActive()).toBe(false);
    expect((await stack.up()).operations).toEqual({ "OAuth2Client m": "same" });
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
    expect(errorsOf(await stack.up())).toContain(
      'ClientLifespans m: could not create ClientLifespans: the lifespans of client "twice" have two owners: its OAuth2Client names ' +
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
