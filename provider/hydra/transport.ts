// What is sent to a server and what comes back: a request, an answer, and what carries them. Knows no way to do it.

export interface HydraRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path below the base URL, already encoded, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sending it twice does the same as once, or is told apart afterwards. True for all but POST. */
  readonly repeatable?: boolean;
  /** Sent a single time: whoever asks has another way when it fails. */
  readonly once?: boolean;
  /** Values in the request that must not show in any message: servers repeat what they were sent. */
  readonly secrets?: readonly string[];
  /** What a good answer has to be, in words, when this one is not that. */
  readonly unexpected?: ((json: unknown) => string | undefined) | undefined;
  /** The answer may hold secrets that nobody knows: of one that is no JSON, nothing is repeated. */
  readonly opaque?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly json: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Transport {
  send(request: HydraRequest): Promise<Answer>;
  close(): Promise<void>;
}
