// Knows how a person signs in to a client on the real server and says yes to all of its scope: the authorization code grant.
// The login and consent app remembers both.
import { randomUUID } from "node:crypto";
import { Browser } from "./browser.ts";
import { type Answer, admin, hydra, type TokenClient, token } from "./hydra.ts";

/** Who signs in, and where. */
export interface Person {
  subject?: string;
  browser?: Browser;
}

/** What the token endpoint answers in the end; the scope has `offline` where a refresh token is wanted, `openid` for an ID token. */
export async function signIn(
  client: TokenClient,
  redirectUri: string,
  scope: string,
  { subject = "alice", browser = new Browser() }: Person = {},
): Promise<Answer> {
  const login = { subject, remember: true, remember_for: 3600 };
  const consent = { grant_scope: scope.split(" "), remember: true, remember_for: 3600 };
  const asked = await browser.visit(
    await accept(browser, authorization(client.id, redirectUri, scope), "login", login),
  );
  const code = await browser.visit(await accept(browser, asked.location, "consent", consent));
  const parameters = { code: String(code.location.searchParams.get("code")), redirect_uri: redirectUri };
  return token(client, { grant_type: "authorization_code", ...parameters });
}

/** Whether the server knows who uses a browser, so that nobody is asked for a login. */
export async function isSignedIn(browser: Browser, clientId: string, redirectUri: string): Promise<boolean> {
  const { location } = await browser.visit(authorization(clientId, redirectUri, "openid"));
  const challenge = encodeURIComponent(String(location.searchParams.get("login_challenge")));
  return (await admin.get(`/admin/oauth2/auth/requests/login?login_challenge=${challenge}`)).body.skip === true;
}

/** The claims of an ID token, without a look at its signature. */
export function claimsOf(idToken: unknown): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(idToken).split(".")[1] ?? "", "base64url").toString());
}

function authorization(clientId: string, redirectUri: string, scope: string): URL {
  const url = new URL(`${hydra.publicUrl}/oauth2/auth`);
  const asked = { client_id: clientId, response_type: "code", redirect_uri: redirectUri, scope, state: randomUUID() };
  url.search = new URLSearchParams(asked).toString();
  return url;
}

/** What the app of the server's owner does where the browser is sent next. */
async function accept(browser: Browser, url: URL, kind: "login" | "consent", body: object): Promise<string> {
  const location = challengeIn(url, kind) ? url : (await browser.visit(url)).location;
  const query = `${kind}_challenge=${encodeURIComponent(String(challengeIn(location, kind)))}`;
  const answer = await admin.put(`/admin/oauth2/auth/requests/${kind}/accept?${query}`, body);
  return String(answer.body.redirect_to);
}

/** Throws where the browser is sent back to the client instead, with an error. */
function challengeIn({ searchParams }: URL, kind: "login" | "consent"): string | null {
  const [error, description] = ["error", "error_description"].map((name) => searchParams.get(name));
  if (error) throw new Error(`the server does not ask for ${kind}: ${error}: ${description}`);
  return searchParams.get(`${kind}_challenge`);
}
