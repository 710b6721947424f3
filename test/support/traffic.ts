// Knows applications that get tokens without pause, and others that verify each of these tokens and keep count. Knows no keys.
import { setTimeout as sleep } from "node:timers/promises";

export type Verify = (token: string) => Promise<unknown>;

/** An application that gets tokens, one after the other. */
export interface Source {
  /** The next tokens, by their kind: `{ "ID tokens of sign-ins": "eyJ…" }`. */
  next(): Promise<Record<string, string>>;
  pauseMs: number;
}

export interface TrafficOptions {
  sources: readonly Source[];
  /** Each verifies every token once, as soon as it is issued. Each kind of tokens has a verifier of its own. */
  verifiers: Readonly<Record<string, () => Verify>>;
  /** Verifies one token in four a second time, `beforeEndMs` before the token expires: each time a new verifier. */
  late: { verifier: string; make: () => Verify; beforeEndMs: number };
  /** Ends the traffic that nobody stops. */
  limitMs: number;
}

/** What a verifier said about a token. */
export interface Verdict {
  kind: string;
  verifier: string;
  token: string;
  /** When, in milliseconds since the epoch. */
  at: number;
  /** Why it rejected the token. */
  failure?: string;
}

export interface Traffic {
  /** Ends the traffic. Every token has been verified then; a failure to get one is thrown. */
  stop(): Promise<Verdict[]>;
}

/** Starts applications that get and verify tokens until they are stopped. */
export function startTraffic({ sources, verifiers, late, limitMs }: TrafficOptions): Traffic {
  const verdicts: Verdict[] = [];
  const kinds = new Map<string, string[]>();
  const loops: Promise<void>[] = [];
  const end = Date.now() + limitMs;
  let stopped = false;
  const going = () => !stopped && Date.now() < end;
  const start = (loop: Promise<void>): void => {
    // Whatever fails is thrown by `stop`.
    loop.catch(() => undefined);
    loops.push(loop);
  };

  const judge = async (kind: string, verifier: string, verify: Verify, token: string): Promise<void> => {
    const failure = await verify(token).then(
      () => ({}),
      (error: unknown) => ({ failure: String(error) }),
    );
    verdicts.push({ kind, verifier, token, at: Date.now(), ...failure });
  };

  async function verifyAll(kind: string, tokens: string[]): Promise<void> {
    const each = Object.entries(verifiers).map(([name, make]) => [name, make()] as const);
    const expiring: string[] = [];
    for (let count = 0; going() || tokens.length > 0; ) {
      const token = tokens.shift();
      if (token === undefined) await sleep(10);
      else {
        await Promise.all(each.map(([name, verify]) => judge(kind, name, verify, token)));
        if (++count % 4 === 0) expiring.push(token);
      }
      const [oldest] = expiring;
      if (oldest === undefined || expiryOf(oldest) - late.beforeEndMs > Date.now()) continue;
      expiring.shift();
      await judge(kind, late.verifier, late.make(), oldest);
    }
  }

  async function issue(source: Source): Promise<void> {
    while (going()) {
      for (const [kind, token] of Object.entries(await source.next())) {
        const waiting = kinds.get(kind) ?? [];
        if (!kinds.has(kind)) start(verifyAll(kind, waiting));
        kinds.set(kind, waiting);
        waiting.push(token);
      }
      await sleep(source.pauseMs);
    }
  }

  for (const source of sources) start(issue(source));
  return {
    async stop() {
      stopped = true;
      // The loops that issue tokens may start loops that verify them.
      for (const loop of loops) await loop;
      return verdicts;
    },
  };
}

function expiryOf(token: string): number {
  const { exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { exp: number };
  return exp * 1_000;
}
