// Knows how a TrustedJwtIssuer lives through the Pulumi CLI, and that its assertions buy tokens while it does.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { admin, hydra, jwtBearer, type TokenClient, tokenUrl } from "../support/hydra.ts";
import { generateKey, type SigningKey, signJwt } from "../support/key.ts";
import { json, program } from "../support/program.ts";
import { errorsOf, filesHolding, recorded, recordedOne, stepsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const config = { "hydra:adminUrl": hydra.adminUrl };

const trusts = "/admin/trust/grants/jwt-bearer/issuers";
const expiresAt = "2099-01-31T00:00:00Z";

// Hydra v2.3.0 cannot hand out the key of an issuer that holds a slash.
const newIssuer = () => `idp-${randomUUID()}`;

const declare = (args: object, more = "") => program(`new hydra.TrustedJwtIssuer("idp", ${json(args)});`, more);

/** The trusts of an issuer, without what the server made up. */
async function live(issuer: string): Promise<unknown[]> {
  const { body } = await admin.get(`${trusts}?issuer=${encodeURIComponent(issuer)}`);
  const list = body.list as Record<string, unknown>[];
  return list.map(({ id: _, created_at: __, ...rest }) => rest);
}

async function idsOf(issuer: string): Promise<string[]> {
  const { body } = await admin.get(`${trusts}?issuer=${encodeURIComponent(issuer)}`);
  return (body.list as Record<string, unknown>[]).map(({ id }) => String(id));
}

/** A trust as the server lists it. */
const trust = (issuer: string, key: SigningKey, members: object) => ({
  issuer,
  subject: "",
  allow_any_subject: false,
  scope: [],
  expires_at: expiresAt,
  public_key: { set: issuer, kid: key.kid },
  ...members,
});

async function tokenClient(): Promise<TokenClient> {
  const { body } = await admin.post("/admin/clients", {
    grant_types: ["urn:ietf:params:oauth:grant-type:jwt-bearer"],
    scope: "read write",
  });
  return { id: String(body.client_id), secret: String(body.client_secret) };
}

/** What the token endpoint answers to an assertion signed with the key. */
async function buys(client: TokenClient, key: SigningKey, iss: string, sub: string, scope = "read"): Promise<number> {
  const assertion = signJwt(key, { iss, sub, aud: tokenUrl });
  return (await jwtBearer(client, assertion, { scope })).status;
}

const problem = (text: string) =>
  `TrustedJwtIssuer idp: pulumi-nodejs:dynamic/hydra:TrustedJwtIssuer resource 'idp' has a problem: ${text}`;
const problemAt = (place: string, text: string) =>
  `TrustedJwtIssuer idp: pulumi-nodejs:dynamic/hydra:TrustedJwtIssuer resource 'idp': property ${place} value {<nil>} has a problem: ${place}: ${text}`;

const replaceFirst = [
  "create-replacement TrustedJwtIssuer idp",
  "replace TrustedJwtIssuer idp",
  "delete-replaced TrustedJwtIssuer idp",
];
const deleteFirst = [
  "delete-replaced TrustedJwtIssuer idp",
  "replace TrustedJwtIssuer idp",
  "create-replacement TrustedJwtIssuer idp",
];

describe("TrustedJwtIssuer", () => {
  it("lets assertions buy tokens while it exists", async () => {
    const [issuer, key, client] = [newIssuer(), generateKey(), await tokenClient()];
    const args = { issuer, subject: "alice", scope: ["read"], jwk: key.publicJwk, expiresAt };
    await using stack = await workspace({ files: declare(args), config });
    expect(await buys(client, key, issuer, "alice")).toBe(400);

    expect((await stack.up()).operations).toEqual({ "TrustedJwtIssuer idp": "create" });
    expect(await live(issuer)).toEqual([trust(issuer, key, { subject: "alice", scope: ["read"] })]);
    expect(await buys(client, key, issuer, "alice")).toBe(200);
    expect(await buys(client, key, issuer, "bob")).toBe(400);
    expect(await buys(client, key, issuer, "alice", "write")).toBe(400);
    const { id, outputs } = await recordedOne(stack, "TrustedJwtIssuer idp");
    expect([id]).toEqual(await idsOf(issuer));
    expect(outputs).toEqual({
      ...args,
      __provider: 'exports.handler = () => require("pulumi-hydra/dynamic/trusted-jwt-issuer")',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });

    // The same moment, written differently, is no change.
    await stack.write(declare({ ...args, expiresAt: "2099-01-31T01:00:00.2+01:00" }));
    expect((await stack.up()).operations).toEqual({ "TrustedJwtIssuer idp": "same" });
    expect((await stack.refresh()).operations).toEqual({ "TrustedJwtIssuer idp": "same" });

    expect((await stack.destroy()).operations).toEqual({ "TrustedJwtIssuer idp": "delete" });
    expect(await live(issuer)).toEqual([]);
    expect(await buys(client, key, issuer, "alice")).toBe(400);
  });

  it("is replaced by every change: the old one first where issuer and kid stay, else the new one", async () => {
    const [issuer, other, key, client] = [newIssuer(), newIssuer(), generateKey("RS256"), await tokenClient()];
    const base = { issuer, subject: "alice", scope: ["read"], jwk: key.publicJwk, expiresAt };
    await using stack = await workspace({ files: declare(base), config });
    await stack.up();
    const change = async (args: object) => {
      await stack.write(declare(args));
      const operation = await stack.up();
      const replace = operation.steps.find(({ op }) => op === "replace");
      return { steps: stepsOf(operation), keys: [...(replace?.replaceKeys ?? [])].sort() };
    };

    const later = { ...base, scope: ["read", "write"], expiresAt: "2099-02-01T00:00:00Z" };
    expect(await change(later)).toEqual({ steps: deleteFirst, keys: ["expiresAt", "scope"] });
    expect(await live(issuer)).toEqual([
      trust(issuer, key, { subject: "alice", scope: ["read", "write"], expires_at: later.expiresAt }),
    ]);
    expect(await buys(client, key, issuer, "alice", "write")).toBe(200);

    const anyone = { issuer, allowAnySubject: true, jwk: key.publicJwk, expiresAt };
    expect(await change(anyone)).toEqual({
      steps: deleteFirst,
      keys: ["allowAnySubject", "expiresAt", "scope", "subject"],
    });
    expect(await live(issuer)).toEqual([trust(issuer, key, { allow_any_subject: true })]);
    expect(await buys(client, key, issuer, "bob", "")).toBe(200);

    // Another key under the same kid.
    const renewed = generateKey("RS256", key.kid);
    expect(await change({ ...anyone, jwk: renewed.publicJwk })).toEqual({ steps: deleteFirst, keys: ["jwk"] });
    expect([await buys(client, renewed, issuer, "bob", ""), await buys(client, key, issuer, "bob", "")]).toEqual([
      200, 400,
    ]);

    const rotated = generateKey("ES256");
    expect(await change({ ...anyone, jwk: rotated.publicJwk })).toEqual({ steps: replaceFirst, keys: ["jwk"] });
    expect(await live(issuer)).toEqual([trust(issuer, rotated, { allow_any_subject: true })]);

    expect(await change({ ...anyone, issuer: other, jwk: rotated.publicJwk })).toEqual({
      steps: replaceFirst,
      keys: ["issuer"],
    });
    expect([await live(issuer), await live(other)]).toEqual([[], [trust(other, rotated, { allow_any_subject: true })]]);
  });

  it("leaves its siblings alive when it is replaced, though the server deletes them along", async () => {
    const [issuer, key, client] = [newIssuer(), generateKey(), await tokenClient()];
    const declareBoth = (scope: string) =>
      program(
        `const args = ${json({ issuer, jwk: key.publicJwk, expiresAt })};`,
        `new hydra.TrustedJwtIssuer("alice", { ...args, subject: "alice", scope: ["${scope}"] });`,
        'new hydra.TrustedJwtIssuer("bob", { ...args, subject: "bob", scope: ["read"] });',
      );
    await using stack = await workspace({ files: declareBoth("read"), config });
    await stack.up();
    await stack.write(declareBoth("write"));
    expect((await stack.up()).operations).toEqual({
      "TrustedJwtIssuer alice": "replace",
      "TrustedJwtIssuer bob": "same",
    });
    expect(await buys(client, key, issuer, "alice", "write")).toBe(200);
    expect(await buys(client, key, issuer, "bob")).toBe(200);
    expect((await stack.up()).operations).toEqual({
      "TrustedJwtIssuer alice": "same",
      "TrustedJwtIssuer bob": "same",
    });
    expect(await live(issuer)).toHaveLength(2);
  });

  it("shows what was replaced or deleted outside on refresh, and puts it back on up", async () => {
    const [issuer, key] = [newIssuer(), generateKey()];
    const args = { issuer, subject: "alice", jwk: key.publicJwk, expiresAt };
    await using stack = await workspace({ files: declare(args), config });
    await stack.up();
    const made = await live(issuer);
    const remove = async () => {
      const [id] = await idsOf(issuer);
      await admin.delete(`${trusts}/${id}`);
    };

    await remove();
    const other = generateKey("ES256", key.kid);
    const drift = { issuer, subject: "alice", scope: ["write"], jwk: other.publicJwk, expires_at: expiresAt };
    expect((await admin.post(trusts, drift)).status).toBe(201);
    expect((await stack.refresh()).operations).toEqual({ "TrustedJwtIssuer idp": "update" });
    const { inputs } = await recordedOne(stack, "TrustedJwtIssuer idp");
    expect(inputs).toMatchObject({ scope: ["write"], jwk: { x: other.publicJwk.x, y: other.publicJwk.y } });
    expect(stepsOf(await stack.up())).toEqual(deleteFirst);
    expect(await live(issuer)).toEqual(made);

    await remove();
    expect((await stack.refresh()).operations).toEqual({ "TrustedJwtIssuer idp": "delete" });
    expect(await recorded(stack)).toEqual({});
    expect((await stack.up()).operations).toEqual({ "TrustedJwtIssuer idp": "create" });
    expect(await live(issuer)).toEqual(made);

    await remove();
    const destroyed = await stack.destroy();
    expect([destroyed.code, errorsOf(destroyed)]).toEqual([0, []]);
    expect(destroyed.operations).toEqual({ "TrustedJwtIssuer idp": "delete" });
  });

  it("refuses bad arguments at preview, and a trust that exists already", async () => {
    const [issuer, key] = [newIssuer(), generateKey()];
    const args = { issuer, jwk: key.publicJwk, expiresAt };
    await using stack = await workspace({
      files: declare({ ...args, subject: "alice", allowAnySubject: true }),
      config,
    });
    const both = await stack.preview();
    await stack.write(declare(args));
    const neither = await stack.preview();
    const { kid: _, ...anonymous } = key.publicJwk;
    await stack.write(declare({ issuers: issuer, subject: 7, scope: "read", jwk: anonymous, expiresAt: "2099-02-30" }));
    const shape = await stack.preview();
    expect([both, neither, shape].map(({ code }) => code !== 0)).toEqual([true, true, true]);
    expect([both, neither, shape].map(errorsOf)).toEqual([
      [problem("subject: excludes allowAnySubject: name one subject or allow any, not both")],
      [problem("subject: is required unless allowAnySubject is true")],
      [
        problem("issuer: is required"),
        problem("subject: must be a string: put the number in quotes"),
        problem("scope: must be a list"),
        problemAt("jwk.kid", "needs a kid"),
        problem('expiresAt: must be a date and time with a time zone (RFC 3339), such as "2030-01-31T00:00:00Z"'),
        problem("issuers: is not a property of this resource; did you mean issuer?"),
      ],
    ]);

    await admin.post(trusts, { issuer, subject: "bob", jwk: key.publicJwk, expires_at: expiresAt });
    const before = await live(issuer);
    await stack.write(declare({ ...args, subject: "bob" }));
    const [theirs] = await idsOf(issuer);
    expect(errorsOf(await stack.up())).toEqual([
      "TrustedJwtIssuer idp: could not create TrustedJwtIssuer: a trust of this issuer, subject and kid exists already and " +
        "was not created by this resource; if you renamed or moved the resource in the program, give its old name or parent in the option `aliases`; if Pulumi is replacing it (`--replace`, `pulumi state taint`), " +
        `set the option \`deleteBeforeReplace: true\`; otherwise adopt it on the plugin with \`pulumi import hydra:index:TrustedJwtIssuer <name> ${theirs}\`, ` +
        `or delete it with a DELETE of ${trusts}/${theirs}; then run \`pulumi refresh\`: trusts that share its key go with it [exists-already]`,
      "update failed",
    ]);
    expect(await live(issuer)).toEqual(before);
    expect(await recorded(stack)).toEqual({});
  });

  it("refuses private key material and repeats it nowhere", async () => {
    const { privateKey, publicJwk } = generateKey();
    const jwk = { ...publicJwk, ...privateKey.export({ format: "jwk" }) };
    const declareJwk = (value: string) =>
      program(
        `const args = ${json({ issuer: newIssuer(), subject: "alice", expiresAt })};`,
        `new hydra.TrustedJwtIssuer("idp", { ...args, jwk: ${value} });`,
      );
    await using stack = await workspace({
      files: declareJwk("JSON.parse(process.env.JWK)"),
      config,
      env: { JWK: json(jwk) },
    });
    const plain = await stack.preview();
    await stack.write(declareJwk("pulumi.output(JSON.parse(process.env.JWK))"));
    const output = await stack.up();
    await stack.write(
      declareJwk("{ ...JSON.parse(process.env.JWK), d: pulumi.secret(process.env.JWK).apply(JSON.parse).d }"),
    );
    const member = await stack.up();
    const reason = "is private key material; give the public key only";
    expect([plain, output, member].map(errorsOf)).toEqual([
      [`TrustedJwtIssuer idp: jwk.d ${reason}`],
      [problemAt("jwk.d", reason)],
      [`TrustedJwtIssuer idp: jwk.d ${reason}`],
    ]);
    const shown = [plain, output, member].map(({ stdout, stderr }) => stdout + stderr).join("");
    expect(shown).not.toContain(jwk.d);
    expect(await filesHolding(stack, String(jwk.d))).toEqual([]);
    expect(await recorded(stack)).toEqual({});
  });
});
