// What a rule is, and what it is given. Knows neither what is right or wrong, nor Pulumi, nor a server.

import type { Path } from "../lifecycle/failure.ts";
import type { Values } from "../lifecycle/value.ts";

/** The resources that rules judge, by their types. */
export const kinds = ["OAuth2Client", "ClientLifespans", "TrustedJwtIssuer", "JsonWebKey"] as const;

export type Kind = (typeof kinds)[number];

/** How much a finding weighs, the heaviest first. A policy pack stops a deployment for an error, and warns of the others. */
export const levels = ["error", "warning", "note"] as const;

export type Level = (typeof levels)[number];

/** How long things may live. */
export interface Longest {
  /** Access tokens, in hours. */
  readonly accessTokenHours: number;
  /** Refresh tokens, in hours after their last use. */
  readonly refreshTokenHours: number;
  /** Refresh tokens of clients without a secret. */
  readonly publicRefreshTokenHours: number;
  /** Keys, and the trust in them, in days. */
  readonly keyDays: number;
}

export const longest: Longest = {
  accessTokenHours: 1,
  refreshTokenHours: 720,
  publicRefreshTokenHours: 24,
  keyDays: 730,
};

/** What a rule knows besides the resource. */
export interface Context {
  /** The time, in milliseconds since 1970. */
  readonly now: number;
  readonly longest: Longest;
  /** Who has a key, by its identity. Only a live server tells all of them. */
  readonly owners?: ReadonlyMap<string, ReadonlySet<string>>;
}

/** One thing that is wrong. */
export interface Finding {
  /** The property that is wrong. */
  readonly path: Path;
  /** What is wrong with it. Never holds what may be secret. */
  readonly found: string;
}

/** A rule over the state of a resource, or over what a program writes of it. What is unset is the server's default. */
export interface Rule<State extends Values = Values> {
  readonly name: string;
  readonly level: Level;
  /** The section of the standard behind it. */
  readonly clause: string;
  /** What it asks for, in one sentence. */
  readonly what: string;
  /** What happens otherwise, in one sentence. */
  readonly why: string;
  /** What to do about a finding. */
  readonly mend: string;
  readonly kinds: readonly Kind[];
  /** Whether it needs what only a live server knows: a policy pack leaves it out. */
  readonly live?: true;
  find(state: State, context: Context): Finding[];
}
