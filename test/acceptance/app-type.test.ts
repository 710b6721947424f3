// Knows docs/app-types.md: its five programs on a Hydra with the settings that the page shows, and what each client can do there.
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Hydra, startHydra } from "../../tools/hydra.mts";
import type { Workspace } from "../../tools/workspace.mts";
import { Browser } from "../support/browser.ts";
import { blocksIn } from "../support/markdown.ts";
import { recordedOne } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";
import { readYaml } from "../support/yaml.ts";

const page = blocksIn("docs/app-types.md");
const programs = page.filter(({ language }) => language === "ts").map(({ text }) => text);
const [settings] = readYaml(page.find(({ language }) => language === "yaml")?.text ?? "");

/** `{ a: { b: 1 } }` as `{ "a.b": 1 }`. */
function flat(value: unknown, path = ""): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { [path]: value };
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => Object.entries(flat(inner, path ? `${path}.${name}` : name))),
  );
}

let hydra: Hydra;
let stack: Workspace;
let secrets: Record<string, unknown>;

const start = (wanted: Record<string, unknown>) => startHydra({ alone: true, settings: wanted });

beforeAll(async () => {
  const all = flat(settings);
  hydra = await start(all).catch(() =>
    // v2.3.0 knows no settings for devices.
    start(Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith("urls.device.")))),
  );
  const files = Object.fromEntries(programs.map((text, index) => [`part-${index}.ts`, text]));
  const index = programs.map((_, part) => `export * from "./part-${part}";`).join("\n");
  stack = await workspace({
    files: { ...files, "index.ts": index },
    config: { "hydra:adminUrl": hydra.adminUrl },
    path: [join(inject("installation").folder, "node_modules/pulumi-hydra")],
  });
  const { code, stdout, stderr } = await stack.up();
  expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
  secrets = await stack.outputs();
});

afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
  await hydra?.stop();
});

const idOf = async (name: string) => (await recordedOne(stack, `OAuth2Client ${name}`)).id;
const verifier = randomBytes(32).toString("base64url");
const pkce = {
  code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
};

/** Where a sign-in ends: with a code, or with an error. */
async function signIn(id: string, redirectUri: string, more: Record<string, string>): Promise<URL> {
  const browser = new Browser();
  const accept = async (kind: "login" | "consent", at: URL, body: object) => {
    const challenge = at.searchParams.get(`${kind}_challenge`);
    if (challenge === null) return at;
    const url = `${hydra.adminUrl}/admin/oauth2/auth/requests/${kind}/accept?${kind}_challenge=${encodeURIComponent(challenge)}`;
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(url, { method: "PUT", headers, body: JSON.stringify(body) });
    return (await browser.visit(String(((await answer.json()) as { redirect_to: string }).redirect_to))).location;
  };
  const url = new URL(`${hydra.publicUrl}/oauth2/auth`);
  const scope = "openid offline_access";
  const asked = {
    client_id: id,
    response_type: "code",
    scope,
    redirect_uri: redirectUri,
    state: "a long enough state",
  };
  url.search = new URLSearchParams({ ...asked, ...more }).toString();
  const login = (await browser.visit(url)).location;
  const consent = await accept("login", login, { subject: "alice" });
  return accept("consent", consent, { grant_scope: scope.split(" ") });
}

async function token(parameters: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${hydra.publicUrl}/oauth2/token`, { method: "POST", headers, body: new URLSearchParams(parameters) });
}

const basic = (id: string, secret: unknown) => ({
  Authorization: `Basic ${Buffer.from(`${id}:${String(secret)}`).toString("base64")}`,
});

describe("a client of docs/app-types.md", () => {
  it.each([
    ["browser", "https://app.example/callback"],
    ["native", "com.example.app:/callback"],
    ["native", "http://127.0.0.1:51234/callback"],
    ["native", "http://[::1]:51234/callback"],
  ])("for %s gets tokens at %s with PKCE, and no code without", async (name, redirectUri) => {
    const id = await idOf(name);
    expect((await signIn(id, redirectUri, {})).searchParams.get("error")).toBe("invalid_request");
    const code = String((await signIn(id, redirectUri, pkce)).searchParams.get("code"));
    const asked = { grant_type: "authorization_code", client_id: id, code, redirect_uri: redirectUri };
    const tokens = await token({ ...asked, code_verifier: verifier });
    expect([tokens.status, await tokens.json()]).toEqual([
      200,
      expect.objectContaining({ refresh_token: expect.any(String) }),
    ]);
  });

  it.each(["http://localhost:51234/callback", "http://127.0.0.1:51234/other"])(
    "for native gets no code at %s",
    async (uri) => {
      expect((await signIn(await idOf("native"), uri, pkce)).searchParams.get("error")).toBe("invalid_request");
    },
  );

  it("for the browser may call the server from the origins that the page names", async () => {
    const id = await idOf("browser");
    const other = "https://other.example";
    const patch = [{ op: "add", path: "/allowed_cors_origins/-", value: other }];
    const headers = { "Content-Type": "application/json" };
    await fetch(`${hydra.adminUrl}/admin/clients/${id}`, { method: "PATCH", headers, body: JSON.stringify(patch) });
    const allowed = async (answer: Promise<Response>) => (await answer).headers.get("Access-Control-Allow-Origin");
    const ofToken = (Origin: string) => allowed(token({ grant_type: "refresh_token", client_id: id }, { Origin }));
    const ofPreflight = (Origin: string) => {
      const asked = {
        Origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
      };
      return allowed(fetch(`${hydra.publicUrl}/userinfo`, { method: "OPTIONS", headers: asked }));
    };
    const seen = async (origin: string) => [await ofToken(origin), await ofPreflight(origin)];
    expect(await seen("https://app.example")).toEqual(["https://app.example", "https://app.example"]);
    expect(await seen(other)).toEqual([other, null]);
    expect(await seen("https://evil.example")).toEqual([null, null]);
  });

  it("for a server gets tokens with its secret alone, with PKCE and without", async () => {
    const [id, redirectUri] = [await idOf("server"), "https://office.example/oauth2/callback"];
    for (const more of [pkce, {}]) {
      const code = String((await signIn(id, redirectUri, more)).searchParams.get("code"));
      const asked = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
      const verified = more === pkce ? { ...asked, code_verifier: verifier } : asked;
      expect((await token({ ...verified, client_id: id })).status).toBe(401);
      expect((await token(verified, basic(id, secrets.serverSecret))).status).toBe(200);
    }
  });

  it("for a machine gets a token for its API alone", async () => {
    const headers = basic(await idOf("machine"), secrets.machineSecret);
    const asked = { grant_type: "client_credentials", scope: "orders.read" };
    expect((await token({ ...asked, audience: "https://orders.example" }, headers)).status).toBe(200);
    expect((await token({ ...asked, audience: "https://other.example" }, headers)).status).toBe(400);
  });

  it("for a device gets a code for a person, where the server has device authorization", async () => {
    const body = new URLSearchParams({ client_id: await idOf("device"), scope: "openid offline_access" });
    const answer = await fetch(`${hydra.publicUrl}/oauth2/device/auth`, { method: "POST", body });
    if (hydra.version === "v2.3.0") return expect(answer.status).toBe(404);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      expect.objectContaining({ user_code: expect.any(String) }),
    ]);
  });
});
