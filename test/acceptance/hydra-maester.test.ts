// Knows docs/hydra-maester.md: clients as hydra-maester sends them move to Pulumi without a change, and its table is whole.
import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { oauth2Client } from "../../provider/resources/oauth2-client/definition.ts";
import { run } from "../../tools/child.mts";
import { startHydra } from "../../tools/hydra.mts";
import { json, pluginProgram } from "../support/program.ts";
import { errorsOf, recorded } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const installation = inject("installation");
const folder = join(installation.folder, "node_modules/pulumi-hydra");

/** What `spec` has in the source of June 2026. */
const specification = [
  ...["clientName", "grantTypes", "responseTypes", "redirectUris", "requestUris", "postLogoutRedirectUris"],
  ...["allowedCorsOrigins", "audience", "scope", "scopeArray", "secretName", "skipConsent", "hydraAdmin"],
  ...["tokenEndpointAuthMethod", "tokenLifespans", "metadata", "jwksUri", "frontChannelLogoutSessionRequired"],
  ...["frontChannelLogoutURI", "backChannelLogoutSessionRequired", "backChannelLogoutURI", "deletionPolicy", "logoUri"],
  ...["accessTokenStrategy", "clientSecretExpiresAt", "clientUri", "contacts", "policyUri", "requestObjectSigningAlg"],
  ...["sectorIdentifierUri", "skipLogoutConsent", "subjectType", "tokenEndpointAuthSigningAlg", "tosUri"],
  ...["userinfoSignedResponseAlg"],
];

/** A request as it sends one: what is unset is left out, but for these. */
const sent = (owner: string, spec: Record<string, unknown>) => ({
  grant_types: ["client_credentials"],
  scope: "",
  owner,
  metadata: null,
  frontchannel_logout_session_required: false,
  frontchannel_logout_uri: "",
  backchannel_logout_session_required: false,
  backchannel_logout_uri: "",
  ...spec,
});

const clients = [
  // Its sample.
  sent("my-oauth2-client/default", {
    grant_types: ["client_credentials", "implicit", "authorization_code", "refresh_token"],
    response_types: [
      "id_token",
      "code",
      "token",
      "code token",
      "code id_token",
      "id_token token",
      "code id_token token",
    ],
    scope: "read write",
    redirect_uris: ["https://client/account", "http://localhost:8080"],
    request_uris: ["https://client/request", "https://client/par-request"],
    post_logout_redirect_uris: ["https://client/logout"],
    audience: ["audience-a", "audience-b"],
    token_endpoint_auth_method: "client_secret_basic",
    access_token_strategy: "jwt",
    client_uri: "https://example.com",
    contacts: ["admin@example.com", "support@example.com"],
    policy_uri: "https://example.com/privacy",
    tos_uri: "https://example.com/terms",
    subject_type: "public",
  }),
  // With credentials from a Secret of the user's, as the other samples have them.
  sent("web/shop", {
    client_id: "00900900",
    client_secret: "s3cR53p4ssV0rD1234",
    client_name: "Shop",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    scope: "openid offline_access",
    redirect_uris: ["https://shop.example/callback"],
    allowed_cors_origins: ["https://shop.example"],
    skip_consent: true,
    metadata: { team: "shop" },
    backchannel_logout_uri: "https://shop.example/bye",
    backchannel_logout_session_required: true,
    authorization_code_grant_access_token_lifespan: "15m",
    refresh_token_grant_refresh_token_lifespan: "720h",
  }),
  sent("robot/shop", {
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: "ES256",
    jwks_uri: "https://robot.example/keys",
    scope: "orders.read",
  }),
  sent("spa/shop", {
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code"],
    redirect_uris: ["https://spa.example/"],
  }),
];

describe("the table", () => {
  const rows = async () => {
    const page = await readFile("docs/hydra-maester.md", "utf8");
    const found = [...page.matchAll(/^\| `(\w+)` \| (?:`(\w+)`[^|]*)?\|/gm)];
    const [, ...rest] = found.map(([, theirs = "", ours]) => ({ theirs, ours }));
    return rest;
  };

  it("has every field of the custom resource", async () => {
    expect((await rows()).map(({ theirs }) => theirs).sort()).toEqual([...specification].sort());
  });

  it("names fields that our client has", async () => {
    const named = (await rows()).flatMap(({ ours }) => ours ?? []);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !(name in oauth2Client.inputs.shape))).toEqual([]);
  });
});

describe.skipIf(process.env.HYDRA_ADMIN_URL)("clients of hydra-maester, on a server of its own", () => {
  it("are adopted by their owner, and a preview has nothing to do; another owner is what it leaves alone", async () => {
    await using hydra = await startHydra();
    const made: string[] = [];
    for (const client of clients) {
      const response = await fetch(`${hydra.adminUrl}/admin/clients`, { method: "POST", body: json(client) });
      expect(response.status).toBe(201);
      made.push(String(((await response.json()) as Record<string, unknown>).client_id));
    }
    // An update as it sends one: the whole client.
    const update = { ...clients[1], client_name: "The shop" };
    const updated = await fetch(`${hydra.adminUrl}/admin/clients/00900900`, { method: "PUT", body: json(update) });
    expect(updated.status).toBe(200);
    const live = async () =>
      (await (await fetch(`${hydra.adminUrl}/admin/clients`)).json()) as Record<string, unknown>[];
    const before = await live();

    const out = join(await mkdtemp(join(installation.folder, "adopt-")), "import.json");
    const adopt = async (...args: string[]) => {
      const { code, stderr } = await run(
        join(folder, "pulumi-hydra"),
        ["adopt", "--admin-url", hydra.adminUrl, "--force", "--out", out, ...args],
        { env: { ...process.env, PATH: installation.path } },
      );
      expect([code, stderr]).toEqual([0, expect.stringContaining("can be adopted")]);
      const { resources } = JSON.parse(await readFile(out, "utf8")) as { resources: { id: string }[] };
      return resources.map(({ id }) => id);
    };
    expect(await adopt("--owner", "web/shop")).toEqual(["00900900"]);
    expect((await adopt()).sort()).toEqual([...made].sort());

    await using stack = await workspace({
      files: pluginProgram(),
      config: { "hydra:adminUrl": hydra.adminUrl },
      path: [folder],
    });
    const imported = await stack.run(
      "import",
      "--file",
      out,
      "--generate-code=false",
      "--skip-preview",
      "--yes",
      "--stack",
      "dev",
    );
    expect([imported.code, /error: .*/.exec(imported.stdout + imported.stderr)?.[0]]).toEqual([0, undefined]);
    const declared = async (owner?: string) =>
      pluginProgram(
        ...Object.entries(await recorded(stack)).map(([key, { inputs }]) => {
          const [type, name] = key.split(" ");
          return `new hydra.${type}(${json(name)}, ${json({ ...inputs, ...(owner ? { owner } : {}) })}, { protect: true });`;
        }),
      );
    await stack.write(await declared());
    const preview = await stack.preview();
    expect([errorsOf(preview), Object.values(preview.operations)]).toEqual([[], Array(4).fill("same")]);
    expect(await live()).toEqual(before);

    await stack.write(await declared("shop-team"));
    expect(errorsOf(await stack.up())).toEqual([]);
    expect((await live()).map(({ owner }) => owner)).toEqual(Array(4).fill("shop-team"));
  });
});
