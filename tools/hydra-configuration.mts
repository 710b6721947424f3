// Knows the configuration a Hydra for tests runs with; secrets are new each time.
import { randomBytes } from "node:crypto";

/** Hydra's settings by dotted name: `{ "ttl.access_token": "2h" }`. */
export type Settings = Record<string, unknown>;

/** The whole configuration as the content of a JSON file. */
export function configuration(
  adminPort: number,
  publicPort: number,
  options: { dsn?: string; settings?: Settings },
): Settings {
  const host = "127.0.0.1";
  // It need not exist.
  const app = "http://127.0.0.1:3000";
  const secret = (): string => randomBytes(24).toString("hex");
  return nested({
    dsn: options.dsn ?? "memory",
    "urls.self.issuer": `http://${host}:${publicPort}`,
    "urls.login": `${app}/login`,
    "urls.consent": `${app}/consent`,
    "urls.logout": `${app}/logout`,
    "serve.admin.host": host,
    "serve.admin.port": adminPort,
    "serve.public.host": host,
    "serve.public.port": publicPort,
    "secrets.system": [secret()],
    "secrets.cookie": [secret()],
    "oidc.subject_identifiers.supported_types": ["pairwise", "public"],
    "oidc.subject_identifiers.pairwise.salt": secret(),
    "oauth2.grant.jwt.jti_optional": true,
    "oauth2.grant.jwt.iat_optional": true,
    "oauth2.grant.jwt.max_ttl": "24h",
    "log.level": "warn",
    ...options.settings,
  });
}

/** `{ "a.b": 1 }` as `{ a: { b: 1 } }`: a configuration file takes no dotted names. */
function nested(settings: Settings): Settings {
  const root: Settings = {};
  for (const [name, value] of Object.entries(settings)) {
    const path = name.split(".");
    const last = path.pop() ?? name;
    const parent = path.reduce((at, key) => {
      at[key] ??= {};
      return at[key] as Settings;
    }, root);
    parent[last] = value;
  }
  return root;
}
