// A token for the admin API, fetched with the client credentials grant (RFC 6749, 4.4) and kept until it ends.

import { HydraError } from "./error.ts";
import type { Client } from "./request.ts";

export interface Grant {
  /** The token endpoint. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
  readonly audience: string | undefined;
}

/** Seconds before its end from which on a token is not used any more. */
const margin = 30;

/** Gives the Authorization header; asks the token endpoint when there is no token that is good for a while. */
export function bearer(endpoint: Client, grant: Grant): (signal?: AbortSignal) => Promise<string> {
  let current: { readonly header: string; readonly until: number } | undefined;
  let asking: Promise<string> | undefined;
  const ask = async (signal?: AbortSignal): Promise<string> => {
    const { clientId, clientSecret, scope, audience } = grant;
    const form = {
      grant_type: "client_credentials",
      ...(scope === undefined ? {} : { scope }),
      ...(audience === undefined ? {} : { audience }),
    };
    const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString("base64");
    const headers = { authorization: `Basic ${basic}` };
    const request = {
      path: new URL(grant.url).pathname,
      form,
      headers,
      secrets: [basic, clientSecret],
      repeatable: true,
      signal,
    };
    const { json } = await endpoint.send({ method: "POST", ...request });
    const { access_token: token, expires_in: lifetime } = (json ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof token !== "string" || token === "") throw noToken(grant.url);
    current = {
      header: `Bearer ${token}`,
      until: Date.now() + (typeof lifetime === "number" ? lifetime - margin : 0) * 1000,
    };
    return current.header;
  };
  return async (signal) => {
    for (;;) {
      if (current && Date.now() < current.until) return current.header;
      asking ??= ask(signal).finally(() => {
        asking = undefined;
      });
      try {
        return await asking;
      } catch (error) {
        // Whoever asked for all has given up: that is no reason for others to.
        if (signal?.aborted || !(error instanceof HydraError && error.kind === "cancelled")) throw error;
      }
    }
  };
}

function noToken(url: string): HydraError {
  const message = "the token endpoint answered without an access token; check hydra:oauth2TokenUrl";
  return new HydraError(message, { kind: "denied", method: "POST", path: new URL(url).pathname });
}
