// Knows the stack whose state is kept of each release: its program, what it made in Hydra, and how both are written and read.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Workspace } from "../../tools/workspace.mts";
import { admin, hydra } from "./hydra.ts";
import { json, pluginProgram, program } from "./program.ts";

export type Host = "dynamic" | "plugin";

type Wire = Record<string, unknown>;

/** What was in Hydra when the state was written. */
export interface Made {
  readonly clients: readonly Wire[];
  readonly trusts: readonly Wire[];
}

/** The public key of nobody: its private half was thrown away. */
const jwk = {
  kty: "EC",
  kid: "state-1",
  alg: "ES256",
  use: "sig",
  crv: "P-256",
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
};

/** Stands in the kept state where Hydra was. */
const somewhere = "http://hydra.invalid";

const issuers = "/admin/trust/grants/jwt-bearer/issuers";

/** The program of the stack: every resource, chosen and given ids, chosen and given secrets. */
export function keptProgram(host: Host, clientName = "Web"): Record<string, string> {
  const web = {
    clientId: `state-${host}`,
    clientSecret: `secret of state-${host}`,
    clientName,
    grantTypes: ["authorization_code", "refresh_token"],
    redirectUris: ["https://web.example/callback"],
    allowedCorsOrigins: ["https://web.example/"],
    metadata: { team: "shop", cost: { center: 1 } },
    jwks: { keys: [jwk] },
    authorizationCodeGrantAccessTokenLifespan: "90m",
  };
  const trust = { issuer: `state-${host}`, subject: "alice", scope: ["read"], jwk, expiresAt: "2099-01-31T00:00:00Z" };
  const machine = { grantTypes: ["client_credentials"], secretRotation: { trigger: "1" } };
  const statements = [
    `const web = new hydra.OAuth2Client("web", ${json(web)});`,
    `const machine = new hydra.OAuth2Client("machine", ${json(machine)});`,
    'new hydra.ClientLifespans("machine", { clientId: machine.clientId, clientCredentialsGrantAccessTokenLifespan: "10m" });',
    `new hydra.TrustedJwtIssuer("idp", ${json(trust)});`,
    "exports.web = web.clientId;",
    "exports.machine = { id: machine.clientId, secret: machine.clientSecret };",
  ];
  return host === "plugin" ? pluginProgram(...statements) : program(...statements);
}

/** Writes what a deployed stack recorded and made. */
export async function keep(folder: string, host: Host, stack: Workspace): Promise<void> {
  const { machine } = (await stack.outputs()) as { machine: { id: string; secret: string } };
  const secrets = { [`state-${host}`]: `secret of state-${host}`, [machine.id]: machine.secret };
  const clients = Object.entries(secrets).map(async ([id, secret]) => {
    const { created_at: _, updated_at: __, ...client } = (await admin.get(`/admin/clients/${id}`)).body;
    return { ...client, client_secret: secret };
  });
  const { list = [] } = (await admin.get(`${issuers}?issuer=state-${host}`)).body as { list?: Wire[] };
  const trusts = list.map(({ issuer, subject, scope, expires_at }) => ({ issuer, subject, scope, expires_at, jwk }));
  const made: Made = { clients: await Promise.all(clients), trusts };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${host}.hydra.json`), `${JSON.stringify(made, null, 2)}\n`);
  const state = await stack.exportStack();
  await writeFile(join(folder, `${host}.state.json`), state.replaceAll(hydra.adminUrl, somewhere));
}

/** Makes in this run's Hydra what the kept state speaks of. Trusts get ids of their own. */
export async function restore(folder: string, host: Host): Promise<Made> {
  const made = JSON.parse(await readFile(join(folder, `${host}.hydra.json`), "utf8")) as Made;
  for (const client of made.clients) await created("/admin/clients", client);
  for (const trust of made.trusts) await created(issuers, trust);
  return made;
}

/** The kept state, as it would be of this run's Hydra. */
export async function keptState(folder: string, host: Host): Promise<string> {
  return (await readFile(join(folder, `${host}.state.json`), "utf8")).replaceAll(somewhere, hydra.adminUrl);
}

/** How many trusts of the stack there are. */
export async function liveTrusts(host: Host): Promise<number> {
  return ((await admin.get(`${issuers}?issuer=state-${host}`)).body.list as Wire[]).length;
}

async function created(path: string, body: Wire): Promise<void> {
  const { status, body: answer } = await admin.post(path, body);
  if (status !== 201) throw new Error(`${path} answered ${status}: ${JSON.stringify(answer)}`);
}
