// Knows what is found in a Hydra that people and scripts have filled for years, and fills one so. Knows nothing of the
// product: plain HTTP, and no code of the provider.
import { generateKeyPairSync } from "node:crypto";

/** A trust as it was asked for, with the key that no server need give back. */
export interface EstateTrust {
  readonly issuer: string;
  readonly kid: string;
  readonly jwk: Json;
}

/** What was made. Objects that this server refuses are not among it. */
export interface Estate {
  readonly clientIds: readonly string[];
  readonly trusts: readonly EstateTrust[];
}

type Json = Record<string, unknown>;

/** Owners of clients; a fifth of the clients belongs to each, and a fifth to nobody. */
export const owners = ["team-a", "Team B", "söhne & co", "shop"];

/**
 * Fills a Hydra. The same numbers give the same estate, but for its keys and for ids that servers choose.
 *
 * @example
 * const { clientIds } = await fillEstate(hydra.adminUrl, { clients: 500, trusts: 20 });
 */
export async function fillEstate(adminUrl: string, count: { clients: number; trusts: number }): Promise<Estate> {
  const clientIds: string[] = [];
  for (let index = 0; index < count.clients; index++) {
    const { status, body } = await send(adminUrl, "POST", "/admin/clients", clientOf(index));
    if (status !== 201) throw new Error(`client ${index} of the estate: ${status} ${JSON.stringify(body)}`);
    const id = String(body.client_id);
    clientIds.push(id);
    const lifespans = lifespansOf(index);
    if (lifespans === undefined) continue;
    const set = await send(adminUrl, "PUT", `/admin/clients/${encodeURIComponent(id)}/lifespans`, lifespans);
    if (set.status !== 200) throw new Error(`lifespans of client ${index}: ${set.status} ${JSON.stringify(set.body)}`);
  }
  const trusts: EstateTrust[] = [];
  for (let index = 0; index < count.trusts; index++) {
    const trust = trustOf(index, trusts);
    const { status, body } = await send(adminUrl, "POST", "/admin/trust/grants/jwt-bearer/issuers", trust);
    if (status !== 201) throw new Error(`trust ${index} of the estate: ${status} ${JSON.stringify(body)}`);
    trusts.push({ issuer: String(trust.issuer), kid: String(trust.jwk.kid), jwk: trust.jwk });
  }
  return { clientIds, trusts };
}

/** Everything that a Hydra shows of its clients and trusts. */
export async function wholeEstate(adminUrl: string): Promise<Json[]> {
  const found: Json[] = [];
  for (const path of ["/admin/clients?page_size=500", "/admin/trust/grants/jwt-bearer/issuers?page_size=500"]) {
    let next: string | undefined = path;
    const seen = new Set<string>();
    while (next !== undefined && !seen.has(next)) {
      seen.add(next);
      const response: Response = await fetch(adminUrl + next);
      found.push(...((await response.json()) as Json[]));
      const query: string | undefined = /<[^>]*(\?[^>]*)>; *rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
      next = query === undefined ? undefined : path.replace(/\?.*/, query);
    }
  }
  const unique = new Map(found.map((item) => [`${item.client_id ?? item.id}`, item]));
  return [...unique.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, item]) => item);
}

async function send(adminUrl: string, method: string, path: string, body: unknown) {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(adminUrl + path, { method, headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Json };
}

/** Names that collide, that are no identifiers, and none. */
const names = [
  ..."Web  web  WEB!  Web 1  Web1  web-1  Shop  Team  Café Zoë  日本語のクライアント  Hydra  pulumi  1password  class  🦀  a::b  $\u007bname}".split(
    "  ",
  ),
  ...["  padded  ", " ", "", undefined, 'quo"ted\\', "two\nlines", "A purpose written into the name, ".repeat(5)],
];

/** Ids that people should not have chosen. */
const ids = [
  ..."with space  100%  %41%2F  plus+plus  käse  what?a=b  hash#tag  a:b::c  ..dots  dot.  <b>  back\\slash  $\u007bid}".split(
    "  ",
  ),
  ..."semi;colon  amp&ersand  [brackets]  UPPER  upper  1  0  null  true  -dash  _under_  ~tilde  @at  https:".split(
    "  ",
  ),
  ..."*  日本  'single'  \"double\"  `tick`  {}  a,b  =  |  ^".split("  "),
  "x".repeat(200),
];

function clientOf(index: number): Json {
  const pick = <T>(values: readonly T[], salt: number): T =>
    values[(index * 7 + salt + Math.floor(index / values.length)) % values.length] as T;
  const hosts = [
    `https://app${index}.example`,
    "https://shared.example:8443",
    "http://localhost:3000",
    `com.example.app${index}:`,
  ];
  const host = pick(hosts, 1);
  const redirects = pick([undefined, [], [`${host}/callback`], [`${host}/callback`, `${host}/silent?x=1&y=%20`]], 2);
  const strategy = pick([undefined, "opaque", "jwt", "OPAQUE"], 20);
  const id = index < ids.length ? ids[index] : pick([undefined, `client-${index}`, `app.${index}`, `App ${index}`], 3);
  return {
    ...(id === undefined ? {} : { client_id: id }),
    client_name: pick(names, 0),
    owner: pick([...owners, undefined], 0),
    scope: pick([undefined, "", "openid", "offline_access offline openid", "read write  twice"], 4),
    grant_types: pick(
      [
        undefined,
        [],
        ["authorization_code"],
        ["client_credentials"],
        ["authorization_code", "refresh_token"],
        ["implicit"],
      ],
      5,
    ),
    response_types: pick([undefined, [], ["code"], ["code", "id_token"], ["token", "code id_token"]], 6),
    redirect_uris: redirects,
    post_logout_redirect_uris:
      redirects?.[0] === undefined ? pick([undefined, []], 1) : pick([undefined, [`${host}/bye`]], 1),
    allowed_cors_origins: pick(
      [undefined, [], ["https://a.example", "https://*.b.example"], ["http://localhost:3000/"]],
      8,
    ),
    audience: pick([undefined, [], ["https://api.example"], ["b", "a", "b"]], 9),
    contacts: pick([undefined, [], ["ops@example.com", "Ops <ops@example.com>"]], 10),
    metadata: pick(
      [
        undefined,
        null,
        {},
        { team: "a", nested: { list: [1, null, "x", { y: false }], "dotted.name": 1.5 } },
        [1, 2],
        "text",
      ],
      11,
    ),
    client_uri: pick([undefined, "", `https://site${index}.example/`], 12),
    logo_uri: pick([undefined, "https://logo.example/l.png"], 13),
    policy_uri: pick([undefined, "http://policy.example"], 14),
    tos_uri: pick([undefined, "https://tos.example/#terms"], 15),
    // Hydra takes no pairwise subjects with JWT access tokens.
    subject_type: strategy === "jwt" ? undefined : pick([undefined, "public", "pairwise"], 16),
    userinfo_signed_response_alg: pick([undefined, "none", "RS256"], 17),
    request_object_signing_alg: pick([undefined, "", "RS256", "none"], 18),
    request_uris: pick([undefined, [], [`https://app${index}.example/request.jwt`]], 19),
    access_token_strategy: strategy,
    skip_consent: pick([undefined, true, false], 21),
    skip_logout_consent: pick([undefined, true, false], 22),
    backchannel_logout_uri: pick([undefined, "https://back.example/logout"], 23),
    backchannel_logout_session_required: pick([undefined, true, false], 24),
    frontchannel_logout_uri: pick([undefined, "https://front.example/logout"], 25),
    frontchannel_logout_session_required: pick([undefined, true], 26),
    ...authenticationOf(index),
  };
}

function authenticationOf(index: number): Json {
  const jwks_uri = `https://app${index}.example/keys`;
  const signing = { token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "ES256" };
  const ways: (() => Json)[] = [
    () => ({}),
    () => ({ token_endpoint_auth_method: "client_secret_basic", client_secret: `secret-${index}` }),
    () => ({ token_endpoint_auth_method: "client_secret_post" }),
    () => ({ token_endpoint_auth_method: "none" }),
    () => ({ ...signing, jwks: { keys: [publicKey(`a-${index}`), publicKey(`b-${index}`)] } }),
    () => ({ token_endpoint_auth_method: "private_key_jwt", jwks_uri }),
    () => ({ jwks: { keys: [] } }),
    () => ({ jwks: { keys: [{ ...publicKey(`c-${index}`), key_ops: ["verify"], note: "unknown to Hydra" }] } }),
  ];
  return ways[index % ways.length]?.() ?? {};
}

const lifespanNames = [
  ...["authorization_code_grant_access_token_lifespan", "authorization_code_grant_id_token_lifespan"],
  ...["authorization_code_grant_refresh_token_lifespan", "client_credentials_grant_access_token_lifespan"],
  ...[
    "implicit_grant_access_token_lifespan",
    "implicit_grant_id_token_lifespan",
    "jwt_bearer_grant_access_token_lifespan",
  ],
  ...[
    "refresh_token_grant_access_token_lifespan",
    "refresh_token_grant_id_token_lifespan",
    "refresh_token_grant_refresh_token_lifespan",
  ],
];

/** A third of the clients has lifespans; v2.3.0 takes none for a client with `jwks_uri`. */
function lifespansOf(index: number): Json | undefined {
  if (index % 3 !== 0 || index % 8 === 5) return undefined;
  const values = ["90m", "1h30m0s", "720h", "100ns", "0s", "1.5h"];
  const named = lifespanNames.filter((_, position) => (index + position) % 3 === 0 || index % 9 === 0);
  return Object.fromEntries(named.map((name, position) => [name, values[(index + position) % values.length]]));
}

/** A quarter of the issuers are URLs, every third trust shares the key of the one before it. */
function trustOf(index: number, before: readonly EstateTrust[]): Json & { jwk: Json } {
  const shared = index % 3 === 2 ? before.at(-1) : undefined;
  const issuer = shared?.issuer ?? (index % 4 === 0 ? `https://idp${index}.example/realms/main` : `idp-${index}`);
  return {
    issuer,
    ...(index % 5 === 1
      ? { allow_any_subject: true }
      : { subject: ["alice", "bob@example.com", "システム", "a b"][index % 4] }),
    scope: [["read"], ["read", "write"], [], undefined][index % 4],
    expires_at: ["2099-01-31T00:00:00Z", "2050-06-01T12:30:15.511Z", "2040-01-01T00:00:00+02:00"][index % 3],
    jwk: shared?.jwk ?? publicKey(["main", "2026-01", "a.b", "käse"][index % 4] as string),
  };
}

function publicKey(kid: string): Json {
  const { publicKey: key } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...key.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" };
}
