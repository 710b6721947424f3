// The settings of the provider: keys, shapes, which of them are secret, what contradicts. Knows neither environment nor server.

import * as z from "zod";
import { ExplainedError, type Explanation } from "../explained.ts";
import { snakeCase } from "../hydra/naming.ts";
import type { Failure } from "../lifecycle/failure.ts";

const baseUrlError = "must be an http or https URL without user, query and fragment, such as http://127.0.0.1:4445";
const number = z.coerce.number({ error: "must be a number" });
const flag = z.union([z.enum(["true", "false"]), z.boolean()], { error: "must be true or false" });
const baseUrl = z.string().refine(isBaseUrl, { error: baseUrlError });
// A file is never read: which one that is would depend on the machine and the folder.
const pem = z.string().regex(/-----BEGIN [A-Z0-9 ]+-----/, { error: "must be PEM text (-----BEGIN …), not a path" });
/** Headers by which a request is sent and an answer read, and those that would have a cache or a part of an answer be enough. */
const ownHeaders =
  /^(accept(-encoding)?|connection|content-(encoding|length|type)|expect|host|http2-settings|if-.+|keep-alive|proxy-.+|range|te|trailer|transfer-encoding|upgrade)$/i;
const headerName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: "is not a valid header name" })
  .refine((name) => !ownHeaders.test(name), { error: "cannot be set: the provider manages this header itself" });
const headerValue = z
  .string()
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, { error: "must be one line of a header's characters" });
const headers = z.record(headerName, headerValue, {
  error: 'must be an object of strings, such as {"X-Forwarded-Proto": "https"}',
});

/** The settings of one server. */
export const serverSchema = z.strictObject({
  /** The base URL of Hydra's admin API, with or without `/admin`, such as `http://127.0.0.1:4445`. */
  adminUrl: baseUrl,
  /** The base URL of Hydra's public API, such as `http://127.0.0.1:4444`. Required for `checkSecrets`. If the response to a create is lost, the provider also uses this API to verify that it created the client on the server. */
  publicUrl: baseUrl.optional(),
  /** If true, a refresh also asks the public API whether the client secrets in the state still work. It asks only about clients with `client_secret_basic` or `client_secret_post`. Each check is one more call. Defaults to false. */
  checkSecrets: flag.optional(),
  /** A bearer token for the admin API, such as an Ory Network API key. */
  accessToken: z
    .string()
    .regex(/^[\x20-\x7e]*$/, { error: "must be a single line of ASCII characters; is there a line break at its end?" })
    .optional(),
  /** The user name of HTTP basic authentication. */
  username: z
    .string()
    .regex(/^[^:]*$/, { error: "must not hold a colon (RFC 7617, 2)" })
    .optional(),
  /** The password of HTTP basic authentication. */
  password: z.string().optional(),
  /** The token endpoint where the provider fetches a token for the admin API, with the client credentials grant (RFC 6749, 4.4). */
  oauth2TokenUrl: baseUrl.optional(),
  /** The client id with which the provider requests the token. */
  oauth2ClientId: z.string().optional(),
  /** The client secret with which the provider requests the token. */
  oauth2ClientSecret: z.string().optional(),
  /** The scope values to request for the token, separated by spaces. */
  oauth2Scope: z.string().optional(),
  /** The audience to request for the token. */
  oauth2Audience: z.string().optional(),
  /** Headers that the provider sends with every request to the admin API, as a JSON object, such as `{"X-Forwarded-Proto": "https"}`. */
  headers: z.preprocess(parsed, headers).optional(),
  /** Certificates, in PEM, of authorities to trust in addition to those that Node.js trusts. */
  caCertificate: pem.optional(),
  /** The provider's client certificate, in PEM, for mutual TLS. */
  clientCertificate: pem.optional(),
  /** The private key, in PEM, of the client certificate. */
  clientKey: pem.optional(),
  /** Skip TLS certificate verification. Anyone who can intercept the connection can then read every secret. Defaults to false. */
  insecureSkipTlsVerify: flag.optional(),
  /** Timeout per request, in seconds. The provider retries requests that are safe to repeat. Defaults to 30. */
  timeout: number.refine((value) => value >= 0.1 && value <= 3600, { error: "must be from 0.1 to 3600" }).optional(),
  /** How often the provider retries a request that is safe to repeat. Defaults to 8. */
  retries: number
    .int()
    .refine((value) => value >= 0 && value <= 100, { error: "must be from 0 to 100" })
    .optional(),
  /** The most requests a minute that the provider sends to this server. By default, the provider learns the limit from the server's responses. */
  requestsPerMinute: number
    .int()
    .refine((value) => value >= 1 && value <= 1_000_000, { error: "must be from 1 to 1000000" })
    .optional(),
});

/** Servers by name. */
export const connectionsSchema = z.preprocess(
  parsed,
  z.record(z.string(), serverSchema, {
    error: 'must be an object by name, such as {"eu": {"adminUrl": "https://hydra.eu.example"}}',
  }),
);

/** The shape of the configuration: the one place where its keys are written. */
export const configurationSchema = serverSchema.partial().extend({
  /** More servers, as a JSON object. Each key is a name that you choose for a server, and its value contains the settings above for this server. A resource names its server in `connection`. */
  connections: connectionsSchema.optional(),
});

/** The keys whose values are secret. */
export const secretKeys: readonly string[] = [
  "accessToken",
  "password",
  "oauth2ClientSecret",
  "headers",
  "clientKey",
  "connections",
] satisfies (keyof typeof configurationSchema.shape)[];

/** Those that hold a credential and nothing else. */
const credentials = ["accessToken", "password", "oauth2ClientSecret", "clientKey"] as const;

/** A warning for each credential of a server that a stack keeps in plain text; `isSecret` says which keys it encrypts. */
export function plainCredentials(
  values: Readonly<Record<string, unknown>>,
  connection: string | undefined,
  isSecret: (key: string) => boolean,
): Explanation[] {
  const isTop = connection === undefined;
  const found = Object(isTop ? values : Object(parsed(values.connections))[connection]) as typeof values;
  const plain = credentials.filter(
    (key) => unlessEmpty(found[key]) !== undefined && !isSecret(isTop ? key : "connections"),
  );
  return plain.map((key) => {
    const place = `hydra:${isTop ? "" : `connections.${connection}.`}${key}`;
    const message = `${place} is in the stack's configuration in plain text`;
    const advice = `run \`pulumi config set --secret ${isTop ? "" : "--path "}${place}\``;
    return { code: "secret-plain", message, advice };
  });
}

/** The settings of a provider, by their types. */
export type ProviderSettings = z.output<typeof configurationSchema>;

/** The settings of one server, by their types. */
export type ServerSettings = z.output<typeof serverSchema>;

/** Something in the configuration is missing or wrong. The message names the key, never a value. */
export class ConfigurationError extends ExplainedError {}

const typeReasons: Readonly<Record<string, string>> = { string: "must be a string", int: "must be a whole number" };

/** What zod found, as a person reads it. */
export function failureOf({ path, message, code, ...issue }: z.core.$ZodIssue): Failure {
  const keys = "keys" in issue && Array.isArray(issue.keys) ? issue.keys.map(String) : [];
  const place = path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (code === "unrecognized_keys")
    return { path: [...place, ...keys.slice(0, 1)], reason: "is not a key of the configuration" };
  // Of a record, the message for all of it would hide what is wrong with one of its names.
  if (code === "invalid_key" && "issues" in issue && Array.isArray(issue.issues))
    return { path: place, reason: String(issue.issues[0]?.message) };
  if (code === "invalid_type" && path.at(-1) === "adminUrl") return { path: place, reason: "is required" };
  const expected = code === "invalid_type" && "expected" in issue ? typeReasons[String(issue.expected)] : undefined;
  return { path: place, reason: expected ?? message };
}

/** Settings that exclude or need each other. */
export function contradictions(found: Partial<ServerSettings>): Failure[] {
  const failures: Failure[] = [];
  const has = (key: keyof ServerSettings) => unlessEmpty(found[key]) !== undefined;
  const needs = (key: keyof ServerSettings, other: keyof ServerSettings) => {
    if (has(key) && !has(other)) failures.push({ path: [key], reason: `needs hydra:${other} too` });
  };
  needs("username", "password");
  needs("password", "username");
  needs("oauth2TokenUrl", "oauth2ClientId");
  needs("oauth2ClientId", "oauth2ClientSecret");
  needs("oauth2ClientSecret", "oauth2TokenUrl");
  needs("clientCertificate", "clientKey");
  needs("clientKey", "clientCertificate");
  if (isOn(found.checkSecrets)) needs("checkSecrets", "publicUrl");
  const ways: string[] = (["accessToken", "username", "oauth2TokenUrl"] as const).filter(has);
  if (namesAuthorization(found.headers)) ways.push("headers");
  if (ways.length > 1) {
    failures.push({
      path: [ways[1] as string],
      reason: `excludes hydra:${ways[0]}: a request has one Authorization header`,
    });
  }
  return failures;
}

function namesAuthorization(headers: unknown): boolean {
  const found = parsed(headers);
  return (
    typeof found === "object" && found !== null && Object.keys(found).some((name) => /^authorization$/i.test(name))
  );
}

/** Switches come as texts and as values. */
export function isOn(value: unknown): boolean {
  return value === true || value === "true";
}

function isBaseUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return /^https?:$/.test(protocol) && !username && !password && !search && !hash;
}

/** The environment variable that stands in for a key: `adminUrl` → `PULUMI_HYDRA_ADMIN_URL`. */
export function environmentName(key: string): string {
  return `PULUMI_HYDRA_${snakeCase(key).toUpperCase()}`;
}

/** Unset settings come as nothing, null or an empty text, depending on who asks. */
export function unlessEmpty(value: unknown): unknown {
  return value === null || value === "" ? undefined : value;
}

/** Objects come as JSON text from a stack's configuration; what is no JSON fails the shape that follows. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
