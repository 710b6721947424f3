// A token for the admin API, fetched with the client credentials grant (RFC 6749, 4.4) and kept until it ends.

import { HydraError } from "./error.ts";
import type { Authority } from "./request.ts";
import type { Transport } from "./transport.ts";

export interface Grant {
  /** The token endpoint. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
  readonly audience: string | undefined;
}

/** Seconds before its end from which on a token is not used any more; of a short life no more than half. */
const margin = 30;

/** Seconds for which a token is used that does not say how long it is valid. */
const unsaid = 300;

interface Token {
  readonly header: string;
  readonly until: number;
  /** A request with it was accepted once: when it is refused later, it has ended. */
  proven: boolean;
}

/** Gives the Authorization header; asks the token endpoint when there is no token that is good for a while. */
export function bearer(endpoint: Transport, grant: Grant): Authority {
  let current: Token | undefined;
  let asking: Promise<string> | undefined;
  const ask = async (signal?: AbortSignal, once = false): Promise<string> => {
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
      once,
      signal,
    };
    const { json } = await endpoint.send({ method: "POST", ...request });
    const { access_token: token, expires_in: lifetime } = (json ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof token !== "string" || token === "") throw noToken(grant.url);
    current = { header: `Bearer ${token}`, until: Date.now() + secondsOf(lifetime) * 1000, proven: false };
    return current.header;
  };
  const header = async (signal?: AbortSignal, once?: boolean) => {
    for (;;) {
      if (current && Date.now() < current.until) return current.header;
      asking ??= ask(signal, once).finally(() => {
        asking = undefined;
      });
      try {
        return await asking;
      } catch (error) {
        // Whoever asked for all has given up: that is no reason for others to.
        if (signal?.aborted || !(error instanceof HydraError && error.code === "stopped")) throw error;
      }
    }
  };
  return {
    header,
    accepted: (used) => {
      if (current?.header === used) current.proven = true;
    },
    refused: (used) => {
      // Another request has found out before, and fetched a new one.
      if (current?.header !== used) return true;
      // A token that never opened anything would be followed by another such.
      if (!current.proven) return false;
      current = undefined;
      return true;
    },
  };
}

/** How many seconds a token is used. Some servers write the number as a string. */
function secondsOf(lifetime: unknown): number {
  const seconds = typeof lifetime === "number" || typeof lifetime === "string" ? Number(lifetime) : Number.NaN;
  if (!Number.isFinite(seconds) || seconds <= 0) return unsaid;
  return seconds - Math.min(margin, seconds / 2);
}

function noToken(url: string): HydraError {
  const message = "the token endpoint answered without an access token";
  const place = { method: "POST", path: new URL(url).pathname };
  return new HydraError({ code: "token-missing", message, advice: "check hydra:oauth2TokenUrl", ...place });
}
