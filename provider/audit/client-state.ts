// What a registration says of its client, and what in it is wrong. Knows no rule.

import { parseDuration } from "../hydra/duration.ts";
import type { Values } from "../lifecycle/value.ts";
import { type Address, addressOf, namesSecret } from "./address.ts";
import type { Finding } from "./rule.ts";

/** What rules read of a client. */
export interface ClientState extends Values {
  readonly grantTypes?: readonly string[];
  readonly responseTypes?: readonly string[];
  readonly redirectUris?: readonly string[];
  readonly allowedCorsOrigins?: readonly string[];
  readonly audience?: readonly string[];
  readonly scope?: string;
  readonly tokenEndpointAuthMethod?: string;
  readonly clientSecret?: string;
  readonly jwksUri?: string;
  readonly skipConsent?: boolean;
  readonly metadata?: unknown;
}

const deviceCode = "urn:ietf:params:oauth:grant-type:device_code";

/** Grants in which PKCE, or a second device, stands for the secret that a public client cannot have. */
export const publicGrants = ["authorization_code", "refresh_token", deviceCode];

/** Grants that send people to a redirect URI. */
const redirectGrants = ["authorization_code", "implicit"];

/** Grants that bring a refresh token, where the scope asks for one. */
const refreshableGrants = ["authorization_code", "password", deviceCode];

/** Whether a client has no way to keep a secret: it runs in a browser, or in people's hands. */
export function isPublic({ tokenEndpointAuthMethod }: ClientState): boolean {
  return tokenEndpointAuthMethod === "none";
}

export function isEmpty(list: readonly string[] | undefined): boolean {
  return (list ?? []).length === 0;
}

/** Unset, Hydra takes the authorization code grant. */
function grantsOf({ grantTypes }: ClientState): readonly string[] {
  return isEmpty(grantTypes) ? ["authorization_code"] : (grantTypes ?? []);
}

/** Whether people are asked for consent to what the client gets. */
export function asksPeople(client: ClientState): boolean {
  return grantsOf(client).some((grant) => [...redirectGrants, deviceCode].includes(grant));
}

export function isFirstParty(metadata: unknown): boolean {
  return typeof metadata === "object" && metadata !== null && (metadata as Values).firstParty === true;
}

/** What is found in the items of a list, each with its place. */
export function each(
  list: readonly string[] | undefined,
  name: string,
  find: (item: string) => string | undefined,
): Finding[] {
  return (list ?? []).flatMap((item, index) => {
    const found = find(item);
    return found === undefined ? [] : [{ path: [name, index], found }];
  });
}

/** The same of addresses. */
export function eachAddress(
  list: readonly string[] | undefined,
  name: string,
  find: (address: Address) => string | undefined,
): Finding[] {
  return each(list, name, (uri) => find(addressOf(uri)));
}

/** Grants that the client cannot use. */
export function unusedGrants(client: ClientState): Finding[] {
  const { redirectUris, scope } = client;
  const grants = grantsOf(client);
  const unused = (grant: string): string | undefined => {
    if (redirectGrants.includes(grant) && isEmpty(redirectUris)) return `${grant} needs a redirect URI`;
    if (grant !== "refresh_token") return undefined;
    if (!grants.some((other) => refreshableGrants.includes(other))) return "no other grant brings a refresh token";
    // Unset, the server's default has them.
    const asks = (scope ?? "") === "" || scope?.split(" ").some((word) => /^offline(_access)?$/.test(word));
    return asks ? undefined : "no refresh token comes without offline_access in scope";
  };
  return each(grants, "grantTypes", unused).map(({ path, found }) => ({
    path: isEmpty(client.grantTypes) ? ["grantTypes"] : path,
    found,
  }));
}

/** Response types that no grant of the client allows. Hydra gives `code` to every client. */
export function unusedTypes(client: ClientState): Finding[] {
  const grants = grantsOf(client);
  return each(client.responseTypes, "responseTypes", (type) => {
    const parts = type.split(" ");
    const needed = [
      ...(parts.includes("code") && parts.length > 1 ? ["authorization_code"] : []),
      ...(parts.some((part) => part === "token" || part === "id_token") ? ["implicit"] : []),
    ].filter((grant) => !grants.includes(grant));
    return needed.length === 0 ? undefined : `"${type}" needs the grant ${needed.join(" and ")}`;
  });
}

/** Redirect URIs to which no grant sends anybody. */
export function unusedAddresses(client: ClientState): Finding[] {
  const used = grantsOf(client).some((grant) => redirectGrants.includes(grant));
  return used || isEmpty(client.redirectUris)
    ? []
    : [{ path: ["redirectUris"], found: "no grant of the client sends anybody there" }];
}

const addressFields = [
  ...["redirectUris", "postLogoutRedirectUris", "requestUris", "clientUri", "logoUri", "policyUri", "tosUri"],
  ...["jwksUri", "sectorIdentifierUri", "backchannelLogoutUri", "frontchannelLogoutUri"],
];

/** Addresses that hold a secret. The secret is not shown. */
export function secretsInAddresses(client: ClientState): Finding[] {
  const secretIn = ({ hasPassword, parameters }: Address) => {
    if (hasPassword) return "there is a password before the host";
    const [parameter] = parameters.filter(namesSecret);
    return parameter === undefined ? undefined : `its parameter ${parameter} looks like a secret`;
  };
  return addressFields.flatMap((name): Finding[] => {
    const value = client[name];
    if (Array.isArray(value)) return eachAddress(value as readonly string[], name, secretIn);
    return eachAddress(typeof value === "string" ? [value] : [], name, secretIn).map(alone);
  });
}

/** A finding in the one item that a text is. */
export function alone({ path, found }: Finding): Finding {
  return { path: path.slice(0, 1), found };
}

const accessLifespan = /AccessTokenLifespan$/;
const refreshLifespan = /RefreshTokenLifespan$/;

/** Lifespans of access tokens that are longer than so many hours. */
export function longAccess(client: ClientState, hours: number): Finding[] {
  return eachLifespan(client, accessLifespan, (found) => (found > hours ? `is longer than ${hours}h` : undefined));
}

/** The same of refresh tokens. Tried on v2.3.0 and v26.2.0: one with a negative lifespan is active beyond its `exp`, for ever. */
export function longRefresh(client: ClientState, hours: number): Finding[] {
  return eachLifespan(client, refreshLifespan, (found) => {
    if (found < 0) return "means never";
    return found > hours ? `is longer than ${hours}h` : undefined;
  });
}

function eachLifespan(client: ClientState, fields: RegExp, find: (hours: number) => string | undefined): Finding[] {
  // In a preview, a value that is not known yet must not be read without need.
  const names = Object.keys(client).filter((name) => fields.test(name));
  return names.flatMap((name) => {
    const value = client[name];
    const lifespan = typeof value === "string" ? parseDuration(value) : undefined;
    const found = lifespan === undefined ? undefined : find(Number(lifespan) / 3.6e12);
    return found === undefined ? [] : [{ path: [name], found: `${value} ${found}` }];
  });
}
