// Knows how trusts that share one key live through the Pulumi CLI: assertions of each buy tokens, or do not.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { admin, hydra, jwtBearer, type TokenClient, tokenUrl } from "../support/hydra.ts";
import { generateKey, type SigningKey, signJwt } from "../support/key.ts";
import { json, program } from "../support/program.ts";
import { errorsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const config = { "hydra:adminUrl": hydra.adminUrl };
const trusts = "/admin/trust/grants/jwt-bearer/issuers";

/** Of an issuer with a slash, Hydra v2.3.0 cannot show the key. */
const issuers = { plain: () => `idp-${randomUUID()}`, "with a slash": () => `https://idp.example/${randomUUID()}` };

/** One trust for each subject, all with the key that `keys` gives it. */
function declare(issuer: string, keys: Readonly<Record<string, SigningKey>>): Record<string, string> {
  const statements = Object.entries(keys).map(([subject, { publicJwk }]) => {
    const args = { issuer, subject, scope: ["read"], jwk: publicJwk, expiresAt: "2099-01-31T00:00:00Z" };
    return `new hydra.TrustedJwtIssuer(${json(subject)}, ${json(args)});`;
  });
  return program(...statements);
}

const subjects = ["alice", "bob", "carol"];
const all = (key: SigningKey, names = subjects) => Object.fromEntries(names.map((name) => [name, key]));
const same = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`TrustedJwtIssuer ${name}`, "same"]));

async function tokenClient(): Promise<TokenClient> {
  const grants = ["urn:ietf:params:oauth:grant-type:jwt-bearer"];
  const { body } = await admin.post("/admin/clients", { grant_types: grants, scope: "read" });
  return { id: String(body.client_id), secret: String(body.client_secret) };
}

/** What the token endpoint answers to an assertion about each of the three, signed with the key. */
async function answers(client: TokenClient, key: SigningKey, iss: string): Promise<number[]> {
  const asked = subjects.map((sub) => jwtBearer(client, signJwt(key, { iss, sub, aud: tokenUrl }), { scope: "read" }));
  return (await Promise.all(asked)).map(({ status }) => status);
}

async function countOf(issuer: string): Promise<number> {
  const { body } = await admin.get(`${trusts}?issuer=${encodeURIComponent(issuer)}`);
  return (body.list as unknown[]).length;
}

describe.each(Object.entries(issuers))("trusts that share the key of an issuer %s", (_, newIssuer) => {
  it("outlive each other, change their key together, and leave together", async () => {
    const [issuer, client] = [newIssuer(), await tokenClient()];
    const [key, next] = [generateKey("ES256", "k1"), generateKey("ES256", "k1")];
    await using stack = await workspace({ files: declare(issuer, all(key)), config });
    await stack.up();
    expect(await answers(client, key, issuer)).toEqual([200, 200, 200]);

    await stack.write(declare(issuer, all(key, ["bob", "carol"])));
    expect((await stack.up()).operations).toEqual({ ...same(["bob", "carol"]), "TrustedJwtIssuer alice": "delete" });
    expect(await answers(client, key, issuer)).toEqual([400, 200, 200]);
    expect((await stack.refresh()).operations).toEqual(same(["bob", "carol"]));

    await stack.write(declare(issuer, all(next, ["bob", "carol"])));
    const replaced = { "TrustedJwtIssuer bob": "replace", "TrustedJwtIssuer carol": "replace" };
    expect((await stack.up()).operations).toEqual(replaced);
    expect(await answers(client, key, issuer)).toEqual([400, 400, 400]);
    expect(await answers(client, next, issuer)).toEqual([400, 200, 200]);
    expect((await stack.up()).operations).toEqual(same(["bob", "carol"]));

    expect((await stack.destroy()).code).toBe(0);
    expect(await countOf(issuer)).toBe(0);
  });

  it("are not touched when the key of one of them is to change alone", async () => {
    const [issuer, client] = [newIssuer(), await tokenClient()];
    const [key, other] = [generateKey("ES256", "k1"), generateKey("ES256", "k1")];
    await using stack = await workspace({ files: declare(issuer, all(key)), config });
    await stack.up();

    await stack.write(declare(issuer, { ...all(key), bob: other }));
    const failed = await stack.up();
    expect(errorsOf(failed).join("\n")).toContain(
      'the trusts for "alice", "carol" of this issuer and kid would lose their key, and nothing in this operation changes them',
    );
    expect(await answers(client, key, issuer)).toEqual([200, 200, 200]);

    await stack.write(declare(issuer, all(key)));
    expect((await stack.up()).operations).toEqual(same(subjects));
    await stack.destroy();
    expect(await countOf(issuer)).toBe(0);
  });
});

it("refuses a second key under a name that has one, and says what to do", async () => {
  const issuer = issuers.plain();
  const [key, other] = [generateKey("ES256", "k1"), generateKey("ES256", "k1")];
  await using stack = await workspace({ files: declare(issuer, { alice: key }), config });
  await stack.up();

  await stack.write(declare(issuer, { alice: key, bob: other }));
  expect(errorsOf(await stack.up())).toContain(
    "TrustedJwtIssuer bob: could not create TrustedJwtIssuer: jwk: the server already has another key under this issuer and kid, " +
      "and would go on using it; if you renamed or moved the resource in the program, give its old name or parent in the option `aliases`; if Pulumi is replacing it (`--replace`, `pulumi state taint`), " +
      "set the option `deleteBeforeReplace: true`; otherwise give the new key another kid, or delete the trusts that use the old one first [other-key]",
  );
  expect(await countOf(issuer)).toBe(1);
  await stack.destroy();
});
