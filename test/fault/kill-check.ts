// Knows whether a server, a state and a program agree: every declared object once, under the recorded id, and no other.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hydra } from "../../tools/hydra.mts";
import type { Workspace } from "../../tools/workspace.mts";
import type { Declared } from "./kill-plan.ts";

type Json = Readonly<Record<string, unknown>>;

export const trustsPath = "/admin/trust/grants/jwt-bearer/issuers";

export interface Recorded {
  readonly urn: string;
  readonly id?: string;
  readonly inputs?: Json;
}

/** The resources of ours and the operations that were cut off; empty before the first `up`. */
export async function stateOf(stack: Workspace): Promise<{ resources: Recorded[]; pending: Json[] }> {
  const { resources, pending_operations: pending } = await stack.deployment();
  return { resources: (resources as Recorded[]).filter(({ urn }) => /hydra:(index:)?\w+::/.test(urn)), pending };
}

export async function clientsOf({ adminUrl }: Hydra, owner: string): Promise<Json[]> {
  return listOf(`${adminUrl}/admin/clients?owner=${owner}&page_size=250`);
}

export async function trustsOf({ adminUrl }: Hydra, issuer: string): Promise<Json[]> {
  return listOf(`${adminUrl}${trustsPath}?issuer=${issuer}&page_size=250`);
}

/** All pages; each names the next one in its Link header. */
async function listOf(first: string): Promise<Json[]> {
  const found: Json[] = [];
  for (let url: string | undefined = first, left = 100; url !== undefined && left > 0; left--) {
    const response: Response = await fetch(url);
    if (response.status !== 200) throw new Error(`${url} answers ${response.status}`);
    const items = (await response.json()) as Json[];
    found.push(...items);
    const [, query] = /<[^>]*(\?[^>]*)>; rel="next"/.exec(response.headers.get("link") ?? "") ?? [];
    url = items.length > 0 && query ? first.replace(/\?.*/, query) : undefined;
  }
  return found;
}

/** What is wrong; nothing when all is as declared. */
export async function disagreements(
  hydra: Hydra,
  stack: Workspace,
  marker: string,
  declared: readonly Declared[],
): Promise<string[]> {
  const wrong: string[] = [];
  const { resources, pending } = await stateOf(stack);
  if (pending.length > 0) wrong.push(`${pending.length} pending operations`);
  const recorded = (type: string, name: string) => {
    const found = resources.filter(({ urn }) => urn.endsWith(`:${type}::${name}`));
    if (found.length !== 1) wrong.push(`${type} ${name} is ${found.length} times in the state`);
    return found[0]?.id;
  };
  if (resources.length !== declared.length) wrong.push(`${resources.length} resources in the state`);
  const of = (type: string) => declared.filter((one) => one.type === type);

  const clients = await clientsOf(hydra, marker);
  if (clients.length !== of("OAuth2Client").length)
    wrong.push(`${clients.length} clients: ${clients.map(({ client_name: name }) => name).join(", ")}`);
  const made = JSON.parse(await readFile(join(stack.folder, "made.json"), "utf8")) as Record<string, Json>;
  for (const { name, args } of of("OAuth2Client")) {
    const live = clients.find((client) => client.client_id === recorded("OAuth2Client", name));
    if (!live) wrong.push(`${name} is not on the server under the recorded id`);
    else if (live.client_name !== args.clientName) wrong.push(`${name} is called ${String(live.client_name)}`);
    else if (!(await secretWorks(hydra, made[name] ?? {}))) wrong.push(`the secret of ${name} is another`);
    const lifespans = declared.find((one) => one.of === name)?.args.implicitGrantIdTokenLifespan ?? null;
    if (live && (live.implicit_grant_id_token_lifespan ?? null) !== lifespans)
      wrong.push(`the lifespan of ${name} is ${String(live.implicit_grant_id_token_lifespan)}`);
  }
  for (const { name } of of("ClientLifespans")) recorded("ClientLifespans", name);

  const trusts = await trustsOf(hydra, marker);
  if (trusts.length !== of("TrustedJwtIssuer").length) wrong.push(`${trusts.length} trusts`);
  for (const { name, args } of of("TrustedJwtIssuer")) {
    const live = trusts.find((trust) => trust.subject === args.subject);
    // A trust that was made anew beside another one has an id that only a refresh brings home.
    recorded("TrustedJwtIssuer", name);
    if (live?.expires_at !== args.expiresAt) wrong.push(`the trust for ${name} ends ${String(live?.expires_at)}`);
  }
  return wrong;
}

async function secretWorks({ publicUrl }: Hydra, { clientId, clientSecret }: Json): Promise<boolean> {
  const basic = Buffer.from(
    [clientId, clientSecret].map((part) => encodeURIComponent(String(part)).replaceAll("%20", "+")).join(":"),
  ).toString("base64");
  const body = new URLSearchParams({ token: "none" });
  const headers = { authorization: `Basic ${basic}` };
  return (await fetch(`${publicUrl}/oauth2/revoke`, { method: "POST", headers, body })).status === 200;
}
