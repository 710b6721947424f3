// Knows what applications see of a rotation of examples/key-rotation on a real server: tokens are issued and verified all the time.
// The server is the one of this test run. No other example verifies JWTs, so none sees that other keys sign.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  compactVerify,
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeProtectedHeader,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  jwksCache,
  jwtVerify,
  type RemoteJWKSetOptions,
} from "jose";
import { afterAll, beforeAll, expect } from "vitest";
import { verifier } from "../../examples/key-rotation/verify.mts";
import { describeExample, type Made } from "../support/example.ts";
import { type Answer, admin, clientCredentials, hydra, type TokenClient, token } from "../support/hydra.ts";
import { signIn } from "../support/sign-in.ts";
import { type Source, startTraffic, type Traffic, type Verdict, type Verify } from "../support/traffic.ts";

const redirectUri = "http://127.0.0.1:5555/callback";
const lifespanSeconds = 6;
const byTimeMs = 10_000;
const jwksUri = new URL(`${hydra.publicUrl}/.well-known/jwks.json`);

/** Every key that was ever published. */
const published = new Map<string, JWK>();

async function publishedKeys(): Promise<JSONWebKeySet> {
  const set = (await (await fetch(jwksUri)).json()) as JSONWebKeySet;
  for (const key of set.keys) published.set(String(key.kid), key);
  return set;
}

/** Keys are judged here, not how late a busy machine verifies. */
const late = { clockTolerance: 30 };

/** As most applications use jose. */
function byKid(options: RemoteJWKSetOptions = {}): Verify {
  const keys = createRemoteJWKSet(jwksUri, options);
  return (jwt) => jwtVerify(jwt, keys, late);
}

/** A cache that never looks again before its time is over, as gateways have it. */
function byTime(): Verify {
  let [keys, fetched] = [createLocalJWKSet({ keys: [] }), 0];
  return async (jwt) => {
    if (Date.now() - fetched >= byTimeMs) [keys, fetched] = [createLocalJWKSet(await publishedKeys()), Date.now()];
    return jwtVerify(jwt, keys, late);
  };
}

let [machine, web]: TokenClient[] = [];
let traffic: Traffic | undefined;

async function newClient(more: object): Promise<TokenClient> {
  const lifespan = `${lifespanSeconds}s`;
  const client = { id: randomUUID(), secret: randomUUID() };
  const made = await admin.post("/admin/clients", {
    client_id: client.id,
    client_secret: client.secret,
    access_token_strategy: "jwt",
    client_credentials_grant_access_token_lifespan: lifespan,
    authorization_code_grant_id_token_lifespan: lifespan,
    refresh_token_grant_access_token_lifespan: lifespan,
    refresh_token_grant_id_token_lifespan: lifespan,
    ...more,
  });
  expect(made.status).toBe(201);
  return client;
}

function tokensOf({ status, body }: Answer): Record<string, string> {
  if (status !== 200) throw new Error(`the token endpoint answered ${status} ${body.error}`);
  return body as Record<string, string>;
}

/** A database in memory refuses some of what happens at the same time: then applications and people try again. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt < 10; attempt++) {
    try {
      return await act();
    } catch {
      await sleep(attempt * 50);
    }
  }
  return act();
}

/** A job, people who sign in one after the other, and a person who stays signed in since before the rotation. */
async function sources(): Promise<Source[]> {
  const [job, app] = [machine, web] as [TokenClient, TokenClient];
  const signedIn = (scope: string) => patiently(async () => tokensOf(await signIn(app, redirectUri, scope)));
  let { refresh_token: held = "" } = await signedIn("openid offline");
  return [
    {
      next: async () => {
        const { access_token: access = "" } = await patiently(async () => tokensOf(await clientCredentials(job)));
        return { "client credentials, access token": access };
      },
      pauseMs: 50,
    },
    {
      next: async () => {
        const { id_token: id = "" } = await signedIn("openid");
        return { "sign-in, ID token": id };
      },
      pauseMs: 200,
    },
    {
      next: async () => {
        const refresh = { grant_type: "refresh_token", refresh_token: held };
        const answer = await patiently(async () => tokensOf(await token(app, refresh)));
        const { access_token: access = "", id_token: id = "", refresh_token: next = "" } = answer;
        held = next;
        return { "refresh, access token": access, "refresh, ID token": id };
      },
      pauseMs: 200,
    },
  ];
}

async function startApplications(): Promise<Traffic> {
  const cached = await publishedKeys();
  const aMinuteOld = () => ({ jwks: structuredClone(cached), uat: Date.now() - 60_000 });
  const started = startTraffic({
    sources: await sources(),
    verifiers: {
      "verify.mts": () => verifier(hydra.publicUrl, late),
      "jose, running for a minute": () => byKid({ [jwksCache]: aMinuteOld() }),
      "jose, started just before": () => byKid(),
      [`fetches every ${byTimeMs / 1_000} s`]: () => byTime(),
    },
    late: { verifier: "verify.mts, no cache", make: () => verifier(hydra.publicUrl, late), beforeEndMs: 1_000 },
    limitMs: 100_000,
  });
  // What verifies has fetched the keys before the first new one comes, and longer ago than verify.mts waits between two fetches.
  await sleep(1_500);
  return started;
}

/** Whether Hydra named another key than the one that signed. */
async function namesOtherKey(jwt: string): Promise<boolean> {
  const key = published.get(String(decodeProtectedHeader(jwt).kid));
  if (!key) return false;
  return compactVerify(jwt, await importJWK(key)).then(
    () => false,
    () => true,
  );
}

interface Count {
  kind: string;
  verifier: string;
  tokens: number;
  failures: number;
  /** Of these, those whose `kid` names another key than the one that signed. */
  misnamed: number;
}

/** Ends the traffic, prints what was counted, and gives it. */
async function stopApplications(rotation: string): Promise<{ counts: Count[]; verdicts: Verdict[] }> {
  if (!traffic) throw new Error("nothing is running");
  await publishedKeys();
  const verdicts = await traffic.stop();
  traffic = undefined;
  const found = new Map<string, Count>();
  for (const { kind, verifier, token: jwt, failure } of verdicts) {
    const name = `${verifier} ${kind}`;
    const count = found.get(name) ?? { kind, verifier, tokens: 0, failures: 0, misnamed: 0 };
    found.set(name, count);
    count.tokens++;
    if (failure === undefined) continue;
    count.failures++;
    if (await namesOtherKey(jwt)) count.misnamed++;
  }
  const counts = [...found.keys()].sort().flatMap((name) => found.get(name) ?? []);
  const issued = new Set(verdicts.map((verdict) => verdict.token)).size;
  const own = verdicts.filter((verdict) => verdict.verifier.startsWith("verify.mts"));
  const failures = own.filter(({ failure }) => failure !== undefined);
  const row = (count: Count) => `| ${Object.values(count).join(" | ")} |`;
  console.log(
    [
      `${rotation}: ${issued} tokens issued, ${own.length} verifications by verify.mts, ${failures.length} failures`,
      "| tokens | verifier | verifications | failures | kid of another key |",
      ...counts.map(row),
    ].join("\n"),
  );
  return { counts, verdicts };
}

/** What has to be true of every rotation. */
async function expectNoFailure({ counts, verdicts }: { counts: Count[]; verdicts: Verdict[] }): Promise<void> {
  const failuresOf = (name: string) => counts.filter(({ verifier }) => verifier.startsWith(name));
  expect(failuresOf("verify.mts").filter(({ failures }) => failures > 0)).toEqual([]);
  expect(failuresOf("jose, running").filter(({ failures, misnamed }) => failures > misnamed)).toEqual([]);
  // A cache that does not look again fails until its time is over, and not for longer.
  const late = verdicts.filter(
    ({ verifier, failure }) => verifier.startsWith("fetches every") && failure !== undefined,
  );
  const unknown = late.filter(({ kind }) => kind.startsWith("client credentials")).map(({ at }) => at);
  expect(Math.max(...unknown) - Math.min(...unknown)).toBeLessThan(byTimeMs + 2_000);
  // Tokens of all kinds were verified before and after.
  const kinds = new Set(counts.map(({ kind }) => kind));
  expect(kinds.size).toBe(4);
  for (const kind of kinds) {
    const own = verdicts.filter((verdict) => verdict.kind === kind && verdict.verifier === "verify.mts");
    const signers = new Set(await Promise.all(own.map(({ token: jwt }) => signerOf(jwt))));
    expect([kind, signers.size]).toEqual([kind, 2]);
    expect(own.length).toBeGreaterThan(10);
  }
}

async function signerOf(jwt: string): Promise<string | undefined> {
  for (const [kid, key] of published) {
    if (key.alg !== decodeProtectedHeader(jwt).alg) continue;
    const signed = await compactVerify(jwt, await importJWK(key)).catch(() => undefined);
    if (signed) return kid;
  }
  return undefined;
}

const named = (outputs: Made["outputs"]) =>
  outputs as Record<"accessTokenKids" | "idTokenKids", Record<string, string>>;

/** Which key Hydra signs with now, by the name that the program gives it. */
async function signingNames({ outputs }: Made): Promise<unknown[]> {
  const [job, app] = [machine, web] as [TokenClient, TokenClient];
  const { accessTokenKids, idTokenKids } = named(outputs);
  const { access_token: access = "" } = await patiently(async () => tokensOf(await clientCredentials(job)));
  const { id_token: id = "" } = await patiently(async () => tokensOf(await signIn(app, redirectUri, "openid")));
  const nameOf = (kids: Record<string, string>, jwt: string) =>
    Object.keys(kids).find((name) => kids[name] === decodeProtectedHeader(jwt).kid);
  return [nameOf(accessTokenKids, access), nameOf(idTokenKids, id)];
}

beforeAll(async () => {
  machine = await newClient({ grant_types: ["client_credentials"] });
  const grants = ["authorization_code", "refresh_token"];
  web = await newClient({ grant_types: grants, redirect_uris: [redirectUri], scope: "openid offline" });
  traffic = await startApplications();
});

afterAll(async () => {
  await traffic?.stop();
  for (const client of [machine, web]) await admin.delete(`/admin/clients/${client?.id}`);
});

describeExample({
  folder: "key-rotation",
  uses: {
    "signs with its keys, RS256 after RS256, and no verification fails": async (made) => {
      await sleep(1_000);
      await expectNoFailure(await stopApplications("RS256 to RS256"));
      expect(await signingNames(made)).toEqual(["2026-11", "2026-11"]);
      traffic = await startApplications();
    },
  },
  commands: [
    async (_, made) => {
      expect(await signingNames(made)).toEqual(["2027-02", "2027-02"]);
      // Until what the old key signed has expired.
      await sleep((lifespanSeconds + 1) * 1_000);
    },
    async (_, made) => {
      await sleep(2_000);
      await expectNoFailure(await stopApplications("RS256 to ES256"));
      expect(await signingNames(made)).toEqual(["2027-02", "2027-02"]);
      expect(Object.keys(named(made.outputs).idTokenKids)).toEqual(["2027-02"]);
    },
  ],
  edit: {
    fact: "signs with a third key at once",
    commands: `pulumi config set --path 'keys["2027-05"]' ES256`,
    operations: { "JsonWebKey access-token-2027-05": "create", "JsonWebKey id-token-2027-05": "create" },
    seen: async (made) => {
      expect(await signingNames(made)).toEqual(["2027-05", "2027-05"]);
      expect(await made.live("JsonWebKey id-token-2027-05")).toMatchObject({ alg: "ES256", use: "sig" });
    },
  },
});
