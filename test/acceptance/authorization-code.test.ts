// Knows how an app signs people in with the web client of examples/quickstart: authorization code with PKCE, on the real server.
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { Configuration, OAuth2Api } from "@ory/hydra-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Workspace } from "../../tools/workspace.mts";
import { Browser } from "../support/browser.ts";
import { type Properties, startEngine } from "../support/engine.ts";
import { bare } from "../support/host.ts";
import { type Answer, hydra, token } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { quickstart, quickstartOutputs } from "../support/quickstart.ts";

const redirectUri = "http://127.0.0.1:5555/callback";
const scope = "openid offline_access";
const subject = "alice";

/** The answer of somebody who does not want to, or may not. */
const no = { error: "access_denied", error_description: "not today" };

/** The login and consent app, which people of Ory would write with this client. */
const oauth2 = new OAuth2Api(new Configuration({ basePath: hydra.adminUrl, baseOptions: { proxy: false } }));

let stack: Workspace;
let clientId: string;

beforeAll(async () => {
  stack = await quickstart(generateKey());
  expect((await stack.up()).code).toBe(0);
  clientId = (await quickstartOutputs(stack)).webClientId;
});

afterAll(async () => {
  await stack.destroy();
  await stack[Symbol.asyncDispose]();
});

describe("the web client of examples/quickstart", () => {
  it("signs a person in, refreshes, reads userinfo and signs out", async () => {
    const browser = new Browser();
    const { code, verifier, nonce } = await signIn(browser);

    const first = await exchange(code, verifier);
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      access_token: expect.stringMatching(/^ory_at_/),
      refresh_token: expect.stringMatching(/^ory_rt_/),
      id_token: expect.any(String),
      token_type: "bearer",
      expires_in: expect.any(Number),
      scope,
    });
    const idToken = String(first.body.id_token);
    expect(claimsOf(idToken)).toMatchObject({ iss: hydra.publicUrl, aud: [clientId], sub: subject, nonce });
    expect(await userinfo(first.body.access_token)).toEqual({ status: 200, sub: subject });

    const second = await token(
      { id: clientId },
      { grant_type: "refresh_token", refresh_token: String(first.body.refresh_token) },
    );
    expect(second.status).toBe(200);
    expect(second.body.scope).toBe(scope);
    expect(second.body.refresh_token).not.toBe(first.body.refresh_token);
    expect(await userinfo(second.body.access_token)).toEqual({ status: 200, sub: subject });
    expect(await userinfo(first.body.access_token)).toEqual({ status: 401, sub: undefined });

    await signOut(browser, idToken);
  });

  it("is refused a redirect URI that the program does not declare", async () => {
    const { url } = authorization({ redirect_uri: "http://127.0.0.1:5555/other" });
    const { location } = await new Browser().visit(url);
    // The server's own error page: the address that was asked for must not get to see anything.
    expect(location.origin + location.pathname).toBe(`${hydra.publicUrl}/oauth2/fallbacks/error`);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      error: "invalid_request",
      error_description:
        "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than " +
        "once, or is otherwise malformed. The 'redirect_uri' parameter does not match any of the OAuth 2.0 Client's " +
        "pre-registered redirect urls.",
    });
  });

  it("is refused a token for a code_verifier that does not fit the challenge", async () => {
    const { code } = await signIn(new Browser());
    expect(await exchange(code, newVerifier())).toEqual(
      invalidGrant("The PKCE code challenge did not match the code verifier."),
    );
  });

  it("is refused a token without a code_verifier", async () => {
    const { code } = await signIn(new Browser());
    expect(await exchange(code)).toEqual(invalidGrant("The PKCE code verifier must be at least 43 characters."));
  });

  it("is refused a second token for the same code", async () => {
    const { code, verifier } = await signIn(new Browser());
    expect((await exchange(code, verifier)).status).toBe(200);
    expect(await exchange(code, verifier)).toEqual(invalidGrant("The authorization code has already been used."));
  });

  it("is told that the person was refused at login, or said no to it", async () => {
    const browser = new Browser();
    const { challenge: loginChallenge, state } = await atLogin(browser);
    const { data: refused } = await oauth2.rejectOAuth2LoginRequest({ loginChallenge, rejectOAuth2Request: no });
    expect(await answerIn(browser, refused.redirect_to)).toEqual({ ...no, state });

    const { challenge: consentChallenge, state: second } = await atConsent(browser);
    const { data: unwanted } = await oauth2.rejectOAuth2ConsentRequest({ consentChallenge, rejectOAuth2Request: no });
    expect(await answerIn(browser, unwanted.redirect_to)).toEqual({ ...no, state: second });
  });

  it("keeps a person signed in who does not want to sign out after all", async () => {
    const browser = new Browser();
    const { code, verifier } = await signIn(browser);
    const { body } = await exchange(code, verifier);
    const logoutChallenge = await atLogout(browser, String(body.id_token));
    const { data: logout } = await oauth2.getOAuth2LogoutRequest({ logoutChallenge });
    expect(logout).toMatchObject({ subject, client: { client_id: clientId }, rp_initiated: true });
    expect((await oauth2.rejectOAuth2LogoutRequest({ logoutChallenge })).status).toBe(204);
    const { challenge: loginChallenge } = await atLogin(browser);
    expect((await oauth2.getOAuth2LoginRequest({ loginChallenge })).data).toMatchObject({ skip: true, subject });
  });

  it("gives a token back", async () => {
    const { code, verifier } = await signIn(new Browser());
    const { body } = await exchange(code, verifier);
    expect(await userinfo(body.access_token)).toEqual({ status: 200, sub: subject });
    const form = new URLSearchParams({ client_id: clientId, token: String(body.access_token) });
    expect((await fetch(`${hydra.publicUrl}/oauth2/revoke`, { method: "POST", body: form })).status).toBe(200);
    expect(await userinfo(body.access_token)).toEqual({ status: 401, sub: undefined });
  });

  it("is in the consent of a person until that is taken back, as the function says", async () => {
    await using engine = await startEngine();
    const sessions = async () => {
      const { result } = await engine.invoke("hydra:index:getConsentSessions", { subject: person });
      // Servers before v25.4.0 have no id of the request.
      return (bare(result?.sessions) as Properties[]).map(({ consentRequestId: _, ...session }) => session);
    };
    const person = `bob-${randomUUID()}`;
    const browser = new Browser();
    const { code, verifier } = await signIn(browser, person);
    const { body } = await exchange(code, verifier);
    expect(await sessions()).toEqual([
      {
        clientId,
        grantScope: scope.split(" "),
        grantAccessTokenAudience: [],
        handledAt: expect.any(String),
        loginSessionId: expect.any(String),
        remember: true,
        rememberFor: 3600,
      },
    ]);
    await oauth2.revokeOAuth2ConsentSessions({ subject: person, client: clientId });
    expect(await sessions()).toEqual([]);
    expect(await userinfo(body.access_token)).toEqual({ status: 401, sub: undefined });

    await oauth2.revokeOAuth2LoginSessions({ subject: person });
    const { challenge: loginChallenge } = await atLogin(browser);
    expect((await oauth2.getOAuth2LoginRequest({ loginChallenge })).data).toMatchObject({ skip: false, subject: "" });
  });
});

interface Authorization {
  url: URL;
  verifier: string;
  state: string;
  nonce: string;
}

function authorization(parameters: Record<string, string> = {}): Authorization {
  const [verifier, state, nonce] = [newVerifier(), randomUUID(), randomUUID()];
  const url = new URL(`${hydra.publicUrl}/oauth2/auth`);
  url.search = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...parameters,
  }).toString();
  return { url, verifier, state, nonce };
}

/** From the app's link to the login app. */
async function atLogin(browser: Browser): Promise<Authorization & { challenge: string }> {
  const begun = authorization();
  return { ...begun, challenge: parameter((await browser.visit(begun.url)).location, "login_challenge") };
}

/** From the app's link to the question whether the app may. */
async function atConsent(browser: Browser, person = subject): Promise<Authorization & { challenge: string }> {
  const { challenge: loginChallenge, ...begun } = await atLogin(browser);
  const { data: login } = await oauth2.getOAuth2LoginRequest({ loginChallenge });
  expect(login).toMatchObject({ skip: false, client: { client_id: clientId, client_name: "Shop" } });
  const { data: loggedIn } = await oauth2.acceptOAuth2LoginRequest({
    loginChallenge,
    acceptOAuth2LoginRequest: { subject: person, remember: true, remember_for: 3600 },
  });
  const { location } = await browser.visit(loggedIn.redirect_to);
  return { ...begun, challenge: parameter(location, "consent_challenge") };
}

/** From the app's link to the code in its callback; the person says yes to everything. */
async function signIn(browser: Browser, person = subject): Promise<{ code: string; verifier: string; nonce: string }> {
  const { challenge: consentChallenge, verifier, state, nonce } = await atConsent(browser, person);
  const { data: consent } = await oauth2.getOAuth2ConsentRequest({ consentChallenge });
  const requested = { requested_scope: scope.split(" "), client: { metadata: { team: "shop" } } };
  expect(consent).toMatchObject({ subject: person, ...requested });
  const { data: consented } = await oauth2.acceptOAuth2ConsentRequest({
    consentChallenge,
    acceptOAuth2ConsentRequest: { grant_scope: scope.split(" "), remember: true, remember_for: 3600 },
  });

  const { location } = await browser.visit(consented.redirect_to);
  expect(location.origin + location.pathname).toBe(redirectUri);
  expect(parameter(location, "state")).toBe(state);
  return { code: parameter(location, "code"), verifier, nonce };
}

/** What the app is told in its callback. */
async function answerIn(browser: Browser, url: string): Promise<Record<string, string>> {
  const { location } = await browser.visit(url);
  expect(location.origin + location.pathname).toBe(redirectUri);
  return Object.fromEntries(location.searchParams);
}

const back = "http://127.0.0.1:5555/";

/** From the app's link to the question whether the person wants to sign out. */
async function atLogout(browser: Browser, idToken: string): Promise<string> {
  const url = new URL(`${hydra.publicUrl}/oauth2/sessions/logout`);
  url.search = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: back, state: "bye" }).toString();
  return parameter((await browser.visit(url)).location, "logout_challenge");
}

/** Ends the session at the server and comes back to the app; then the server does not know the person any more. */
async function signOut(browser: Browser, idToken: string): Promise<void> {
  const { challenge: remembered } = await atLogin(browser);
  expect((await oauth2.getOAuth2LoginRequest({ loginChallenge: remembered })).data).toMatchObject({
    skip: true,
    subject,
  });
  const logoutChallenge = await atLogout(browser, idToken);
  const { data: loggedOut } = await oauth2.acceptOAuth2LogoutRequest({ logoutChallenge });
  expect((await browser.visit(loggedOut.redirect_to)).location.href).toBe(`${back}?state=bye`);

  const { challenge: forgotten } = await atLogin(browser);
  expect((await oauth2.getOAuth2LoginRequest({ loginChallenge: forgotten })).data).toMatchObject({
    skip: false,
    subject: "",
  });
}

function exchange(code: string, verifier?: string): Promise<Answer> {
  const proof = verifier === undefined ? {} : { code_verifier: verifier };
  return token({ id: clientId }, { grant_type: "authorization_code", code, redirect_uri: redirectUri, ...proof });
}

async function userinfo(accessToken: unknown): Promise<{ status: number; sub: unknown }> {
  const headers = { Authorization: `Bearer ${String(accessToken)}` };
  const response = await fetch(`${hydra.publicUrl}/userinfo`, { headers });
  const body: unknown = await response.json();
  return { status: response.status, sub: typeof body === "object" && body && "sub" in body ? body.sub : undefined };
}

function invalidGrant(reason: string): Answer {
  const general =
    "The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is invalid, " +
    "expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.";
  return { status: 400, body: { error: "invalid_grant", error_description: `${general} ${reason}` } };
}

function newVerifier(): string {
  return randomBytes(32).toString("base64url");
}

function parameter(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (value === null) throw new Error(`${url.origin}${url.pathname} has no ${name}: ${url.searchParams}`);
  return value;
}

function claimsOf(jwt: string): unknown {
  return JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
}
