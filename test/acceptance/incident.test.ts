// Knows docs/incident.md: runs the very commands of the page on a client that people signed in to, on a stack of each host and without one.
import { readFileSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { onPath, part } from "../../tools/part.mts";
import type { Workspace } from "../../tools/workspace.mts";
import { admin, clientCredentials, hydra, isActive, type TokenClient, token } from "../support/hydra.ts";
import { blocksIn } from "../support/markdown.ts";
import { signIn } from "../support/sign-in.ts";
import { errorsOf } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const folder = join(inject("installation").folder, "node_modules/pulumi-hydra");
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const redirectUri = "http://127.0.0.1:5555/callback";
const scope = "openid offline read";

const page = blocksIn("docs/incident.md").map((block) => ({
  ...block,
  text: block.text
    .replaceAll("http://127.0.0.1:4445", hydra.adminUrl)
    .replaceAll("http://127.0.0.1:4444", hydra.publicUrl),
}));

/** The blocks of a language under a heading. */
const under = (heading: string, language: string) =>
  page.filter((block) => block.heading === heading && block.language === language).map(({ text }) => text);
const only = (heading: string, language: string): string => {
  const [text, ...more] = under(heading, language);
  if (text === undefined || more.length > 0)
    throw new Error(`"${heading}" has ${more.length} blocks too many, or none`);
  return text;
};

const [first, second] = ["1. Replace the secret and revoke the access tokens", "2. Revoke the refresh tokens"];
const preparation = only("Before you begin", "sh");
const [rotate = "", provesFirst = ""] = under(first, "sh");
const [handOver = "", recreate = "", provesSecond = ""] = under(second, "sh");

/** What the leaked secret opened before anybody knew. */
interface Leak {
  client: TokenClient;
  access: unknown;
  refresh: unknown;
}

async function leaked(secret: string): Promise<Leak> {
  const client = { id: "shop", secret };
  const { status, body } = await signIn(client, redirectUri, scope);
  expect(status).toBe(200);
  return { client, access: body.access_token, refresh: body.refresh_token };
}

const filesOf = ({ client, access, refresh }: Leak) => ({
  "old-secret": String(client.secret),
  "access-token": String(access),
  "refresh-token": String(refresh),
});

/** A block in the shell that the page begins with. */
async function run(stack: Workspace, commands: string): Promise<string> {
  const { code, stdout, stderr } = await stack.shell(`${preparation}${commands}`);
  expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
  return stdout;
}

/** What a step ends, asked by code that is not the page's. */
async function expectRevoked({ client, access, refresh }: Leak, alsoRefresh: boolean): Promise<void> {
  expect((await clientCredentials(client)).status).toBe(401);
  expect([await isActive(access), await isActive(refresh)]).toEqual([false, !alsoRefresh]);
}

afterEach(async () => {
  await admin.delete("/admin/clients/shop");
});

describe.each([
  ["dynamic resources", (program: string) => program],
  ["the plugin", (program: string) => program.replace('"pulumi-hydra"', '"pulumi-hydra/plugin"')],
])("the page on a stack of %s", (_, on) => {
  it("ends the leaked secret and the access tokens, then the refresh tokens, and the application keeps its new secret", async () => {
    await using stack = await workspace({
      files: { "index.ts": on(only("On a stack", "ts")) },
      config: { "hydra:adminUrl": hydra.adminUrl },
      path: [folder],
    });
    expect(errorsOf(await stack.up())).toEqual([]);
    const leak = await leaked(String((await stack.outputs()).shopSecret));
    await stack.write(filesOf(leak));
    const found = await run(stack, only("Who uses the client", "sh"));
    expect(found).toContain('"client_name":"Shop"');
    expect(found).toMatch(/"active":true.*"client_id":"shop","sub":"alice"/);

    await stack.write({ "index.ts": on(only(first, "ts")) });
    await run(stack, rotate);
    expect(await run(stack, provesFirst)).toBe(only(first, "text"));
    await expectRevoked(leak, false);

    await run(stack, handOver);
    await stack.write({ "index.ts": on(only(second, "ts")) });
    await run(stack, recreate);
    expect(await run(stack, provesSecond)).toBe(only(second, "text"));
    await expectRevoked(leak, true);

    // The end of the page: what was declared for the incident goes, and nothing on the server with it.
    const kept = { id: "shop", secret: String((await stack.outputs()).shopSecret) };
    const { body: live } = await signIn(kept, redirectUri, scope);
    const without = only(second, "ts").replace(/^ {2}recreateTrigger: .*\n/m, "");
    expect(without).not.toBe(only(second, "ts"));
    await stack.write({ "index.ts": on(without) });
    expect((await stack.up()).operations).toEqual({ "OAuth2Client shop": "update" });
    expect([await isActive(live.access_token), await isActive(live.refresh_token)]).toEqual([true, true]);
    await stack.destroy();
  });
});

describe.skipIf(onPath("jq") === undefined)("the page without a stack", () => {
  let converter: string;
  beforeAll(async () => {
    converter = dirname(await part("pulumi-converter-yaml"));
  });

  it("does the same by `pulumi do`, on a client that no stack has, and shows no secret", async () => {
    const secret = "the secret that leaked";
    const shop = {
      client_id: "shop",
      client_name: "Shop",
      client_secret: secret,
      owner: "shop-team",
      grant_types: ["authorization_code", "refresh_token", "client_credentials"],
      redirect_uris: [redirectUri],
      scope,
      metadata: { team: "shop", tags: ["a", null] },
      client_credentials_grant_access_token_lifespan: "7m0s",
    };
    expect((await admin.post("/admin/clients", shop)).status).toBe(201);
    const before = (await admin.get("/admin/clients/shop")).body;
    const leak = await leaked(secret);
    await using stack = await workspace({ files: filesOf(leak), path: [converter] });
    // As `pulumi plugin install` leaves it.
    const installed = join(String(stack.env.PULUMI_HOME), `plugins/resource-hydra-v${version}`);
    await mkdir(installed, { recursive: true });
    await symlink(join(folder, "pulumi-resource-hydra"), join(installed, "pulumi-resource-hydra"));
    const setting = only("Without a stack", "sh");
    const [one, two] = [`${first}, without a stack`, `${second}, without a stack`].map((heading) =>
      only(heading, "sh"),
    );

    const printed = await run(stack, `${setting}${one}`);
    expect(await run(stack, provesFirst)).toBe(only(first, "text"));
    await expectRevoked(leak, false);

    const more = await run(stack, `${setting}${two}`);
    expect(await run(stack, provesSecond)).toBe(only(second, "text"));
    await expectRevoked(leak, true);
    const [kept] = (await run(stack, "cat new-secret")).split("\n");
    expect((await clientCredentials({ id: "shop", secret: String(kept) })).status).toBe(200);
    expect([printed, more].filter((text) => text.includes(String(kept)))).toEqual([]);
    const moved = ["created_at", "updated_at"];
    const still = (body: Record<string, unknown>) => Object.entries(body).filter(([name]) => !moved.includes(name));
    expect(still((await admin.get("/admin/clients/shop")).body)).toEqual(still(before));

    await run(stack, only("What stays open", "sh"));
    expect((await run(stack, "ls")).split("\n").filter((name) => /secret|token|again/.test(name))).toEqual([]);
    // A person who signs in again gets tokens as before.
    const again = await signIn({ id: "shop", secret: String(kept) }, redirectUri, scope);
    const refreshed = { grant_type: "refresh_token", refresh_token: String(again.body.refresh_token) };
    expect((await token({ id: "shop", secret: String(kept) }, refreshed)).status).toBe(200);
  });
});
