// What is asked of a server to tell whether the provider can work with it, question by question. Only reads.

import { randomUUID } from "node:crypto";
import type { Code } from "../code.ts";
import type { Way } from "../configuration/connect.ts";
import type { Explanation } from "../explained.ts";
import type { HydraApi } from "../hydra/admin.ts";
import { HydraError, isGone } from "../hydra/error.ts";
import { countsObjects, pageOf } from "../hydra/list.ts";
import { announcementIn, type CallLimit } from "../hydra/rate-limit.ts";
import { type Finding, findingOf } from "../hydra/trace.ts";
import type { Answer, Transport } from "../hydra/transport.ts";
import { textOf, type Values } from "../lifecycle/value.ts";

/** What the questions are about. */
export interface Patient {
  readonly api: HydraApi;
  readonly way: Way;
  /** The settings by which the server is reached, by their keys. */
  readonly keys: readonly string[];
}

/** The next findings; those of a way that ends here are followed by no others. */
export type Tell = (...found: readonly Finding[]) => void;

const clientsPath = "/admin/clients?page_size=1";

/** Milliseconds by which clocks may differ. */
const clockTolerance = 60_000;

/** Asks one question after the other; whether the way to the answers of Hydra goes on to the end. */
export async function checkUp(patient: Patient, tell: Tell): Promise<boolean> {
  const { way } = patient;
  const token = await tokenOf(patient);
  if (token !== undefined) tell(token);
  if (token?.state === "failed") return false;
  const asked = Date.now();
  const answer = await tried(way.transport.send({ method: "GET", path: clientsPath, once: true }));
  if ("error" in answer) {
    tell(...(await refusalOf(patient, answer.error)));
    return false;
  }
  const { headers, json } = answer.found;
  const took = Date.now() - asked;
  if (token === undefined) tell(acceptanceOf(patient));
  tell(ok("admin API", `GET ${clientsPath} answers as Hydra's admin API does`));
  tell(await versionOf(way.transport, headers, json));
  tell(await publicOf(patient));
  tell(limitsOf(headers), clockOf(headers, asked + took / 2));
  tell(await readOf(patient));
  return true;
}

function ok(step: string, said: string): Finding {
  return { step, state: "ok", said };
}

async function tried<T>(work: Promise<T>): Promise<{ found: T } | { error: HydraError }> {
  try {
    return { found: await work };
  } catch (error) {
    if (error instanceof HydraError) return { error };
    throw error;
  }
}

function failed(step: string, explanation: Explanation): Finding {
  return findingOf(step, "failed", explanation);
}

/** The token that is fetched for the admin API, where one is. */
async function tokenOf({ way }: Patient): Promise<Finding | undefined> {
  if (way.authority === undefined) return undefined;
  const answer = await tried(way.authority.header(undefined, true));
  return "error" in answer
    ? failed("credential", prefixed("no token for the admin API", answer.error))
    : ok("credential", "the token endpoint of hydra:oauth2TokenUrl gave a token");
}

function prefixed(before: string, { code, message, advice }: Explanation): Explanation {
  return { code, message: `${before}: ${message}`, advice };
}

function acceptanceOf({ way }: Patient): Finding {
  const { credentials } = way.admin;
  return credentials.length === 0
    ? ok("credential", "none is set, and the server asks for none")
    : ok("credential", `the server answers a request with ${credentials.join(", ")}`);
}

/** The answers of what may be another server. */
const isOther: ReadonlySet<Code> = new Set(["not-hydra", "gateway", "refused", "gone"]);

/** What stands in the way where the list of clients is not answered as Hydra does. */
async function refusalOf({ way }: Patient, error: HydraError): Promise<Finding[]> {
  if (error.code === "unauthorized" || error.code === "forbidden") return [failed("credential", error)];
  if (!isOther.has(error.code)) return [failed("admin API", error)];
  const place = `${error.status} ${error.method} ${error.path}`;
  const read = async (path: string) => {
    const answer = await tried(way.transport.send({ method: "GET", path, once: true }));
    return "error" in answer ? {} : ((answer.found.json ?? {}) as Values);
  };
  const { issuer } = await read("/.well-known/openid-configuration");
  if (textOf(issuer) !== "") {
    const message = `this is the public API of an OpenID provider, with the issuer ${textOf(issuer)} (${place})`;
    const advice = `set ${way.admin.key} to the URL of Hydra's admin API; its port defaults to 4445`;
    return [failed("admin API", { code: "not-hydra", message, advice })];
  }
  const { version } = await read("/version");
  if (textOf(version) !== "") {
    const message = `the server says that it has version ${textOf(version)}, and has no list of OAuth 2.0 clients (${place})`;
    const advice = `this may be another product, such as Ory Kratos or Keto: check ${way.admin.key}`;
    return [failed("admin API", { code: "not-hydra", message, advice })];
  }
  return [failed("admin API", error)];
}

/** What the server says it is, and what its answers show that it lacks. */
async function versionOf(transport: Transport, headers: Answer["headers"], clients: unknown): Promise<Finding> {
  const answer = await tried(transport.send({ method: "GET", path: "/version", once: true }));
  const version = "error" in answer ? "" : textOf((answer.found.json as Values | undefined)?.version);
  const named = version === "" ? "GET /version does not say which; nothing depends on it" : `Hydra ${version}`;
  const lacks = await lacksOf(transport, headers, clients);
  return ok(
    "version",
    `${named}; ${lacks.length === 0 ? "its answers show nothing that it lacks" : `it lacks ${lacks.join(", ")}`}`,
  );
}

/** What no answer of this server gives. Of what cannot be seen by reading, nothing is said. */
async function lacksOf(transport: Transport, headers: Answer["headers"], clients: unknown): Promise<string[]> {
  const nobody = randomUUID();
  const isRoute = async (path: string) => {
    const answer = await tried(transport.send({ method: "GET", path: `/admin${path}`, once: true }));
    return !("error" in answer) || answer.error.status !== 404 || isGone(answer.error);
  };
  const [client] = Array.isArray(clients) ? (clients as Values[]) : [];
  const shows = (lacking: boolean, what: string) => (lacking ? [what] : []);
  return [
    ...shows(countsObjects(headers.link), "list pages that stay the same while others write"),
    ...shows(!(await isRoute(`/clients/${nobody}%2F${nobody}`)), "client ids with a slash"),
    ...shows(
      !(await isRoute(`/keys/${nobody}%2F${nobody}/${nobody}`)),
      "a way to read the key of an issuer with a slash",
    ),
    ...shows(
      client !== undefined && !("device_authorization_grant_access_token_lifespan" in client),
      "lifespans of the device authorization grant",
    ),
  ];
}

async function publicOf({ way, keys }: Patient): Promise<Finding> {
  const step = "public API";
  if (way.publicApi === undefined) {
    return ok(
      step,
      "hydra:publicUrl is not set; the provider needs it only for hydra:checkSecrets and after lost answers",
    );
  }
  const path = "/.well-known/openid-configuration";
  const answer = await tried(way.publicApi.send({ method: "GET", path, once: true }));
  if ("error" in answer) return failed(step, answer.error);
  const issuer = textOf((answer.found.json as Values | undefined)?.issuer);
  const key = keys.find((name) => name.endsWith("publicUrl")) ?? "hydra:publicUrl";
  if (issuer !== "") return ok(step, `${key} leads to the issuer ${issuer}`);
  return failed(step, { code: "not-hydra", message: `GET ${path} names no issuer`, advice: `check ${key}` });
}

function limitsOf(headers: Answer["headers"]): Finding {
  const { limits, calls, remaining } = announcementIn(headers, Date.now());
  const each = limits.length > 0 ? limits.map(rateOf).join(", ") : calls === undefined ? "" : `${calls} calls`;
  if (each === "") return ok("call limits", "the answers announce none");
  return ok("call limits", `${each}${remaining === undefined ? "" : `; ${remaining} left now`}`);
}

function rateOf({ calls, ms }: CallLimit): string {
  return `${calls} calls in ${ms / 1000} s`;
}

function clockOf(headers: Answer["headers"], here: number): Finding {
  const there = Date.parse(String(headers.date));
  if (Number.isNaN(there)) return ok("clock", "the answers have no date");
  const ahead = Math.round((here - there) / 1000);
  const said = `this machine and the server differ by ${Math.abs(ahead)} s`;
  if (Math.abs(here - there) <= clockTolerance) return ok("clock", said);
  const advice = "set both clocks: by its own clock, each machine judges when certificates, tokens and trusts expire";
  return findingOf("clock", "warning", { code: "clock-differs", message: said, advice });
}

/** The reads that every operation stands on: a list that says how it goes on, and an absence that is no mistake. */
async function readOf({ api, way }: Patient): Promise<Finding> {
  const nobody = randomUUID();
  const page = await tried(pageOf(way.transport, "client_id", { path: clientsPath, once: true }));
  if ("error" in page) return failed("read", page.error);
  const trusts = "/admin/trust/grants/jwt-bearer/issuers?page_size=1";
  const issuers = await tried(pageOf(way.transport, "id", { path: trusts, once: true }));
  if ("error" in issuers) return failed("read", issuers.error);
  const client = await tried(api.getClient(nobody));
  if ("error" in client && isGone(client.error)) {
    return ok(
      "read",
      "Hydra lists clients and trusts, and says of a client that does not exist that it does not exist",
    );
  }
  const found: Explanation = { code: "not-hydra", message: `there is a client ${nobody}, which nobody made` };
  return failed("read", "error" in client ? client.error : found);
}
