// What policy packs import: the rules of `pulumi-hydra audit` as policies for `@pulumi/policy`.

import type { ResourceValidationPolicy } from "@pulumi/policy";
import { findings, rules } from "../provider/audit/audit.ts";
import { kinds, longest } from "../provider/audit/rule.ts";
import { formatPath } from "../provider/lifecycle/failure.ts";

/** The longest lifespans that an organization allows. */
export interface Longest {
  /** Access tokens, in hours. Defaults to 1. */
  accessTokenHours?: number;
  /** Refresh tokens, in hours after their last use. Defaults to 720. */
  refreshTokenHours?: number;
  /** Refresh tokens of clients without a secret, in hours after their last use. Defaults to 24. */
  publicRefreshTokenHours?: number;
  /** How many days ahead a trusted issuer may expire. Defaults to 730. */
  keyDays?: number;
}

/**
 * A policy for each rule that a program alone can break. Errors are mandatory, all others are advisory; the configuration of
 * the pack can change the level of each.
 *
 * @example
 * new PolicyPack("guard-rails", { policies: policies() });
 */
export function policies(options: { longest?: Longest } = {}): ResourceValidationPolicy[] {
  const bounds = { ...longest, ...options.longest };
  return rules
    .filter(({ live }) => !live)
    .map((rule) => ({
      name: rule.name,
      description: `${rule.what} (${rule.clause})`,
      enforcementLevel: rule.level === "error" ? "mandatory" : "advisory",
      validateResource: ({ type, props }, report) => {
        const kind = kinds.find((candidate) => candidate === typeIn(type));
        if (kind === undefined) return;
        for (const { path, found } of findings(rule, kind, props, { now: Date.now(), longest: bounds })) {
          report(`${formatPath(path)}: ${found}; ${rule.mend}`);
        }
      },
    }));
}

/** The name in the type's token, on either host. Loading what the classes know of tokens would load all of Pulumi. */
function typeIn(token: string): string | undefined {
  return /^(?:hydra:index|pulumi-nodejs:dynamic\/hydra):(\w+)$/.exec(token)?.[1];
}
