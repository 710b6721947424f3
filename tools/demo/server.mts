// Knows how the demo looks at Hydra and uses it: plain HTTP, no code of the provider.

/** A request that the server must answer with this status. */
export interface Request {
  status?: number;
  method?: string;
  body?: string | URLSearchParams;
  /** Client id and secret. */
  login?: readonly [id: string, secret: string];
}

/** Sends a request, by default a GET that must answer 200, and gives the JSON of the answer. */
export async function call(url: string, request: Request = {}): Promise<unknown> {
  const { status = 200, method = "GET", body, login } = request;
  const authorization = login ? { Authorization: `Basic ${Buffer.from(login.join(":")).toString("base64")}` } : {};
  const response = await fetch(url, {
    method,
    headers: { Accept: "application/json", ...authorization },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  // A token endpoint's answer to a good request holds tokens, so only errors are shown.
  const said = response.ok ? "" : `: ${text}`;
  if (response.status !== status) {
    throw new Error(`${method} ${url} answered ${response.status} instead of ${status}${said}`);
  }
  return JSON.parse(text);
}
