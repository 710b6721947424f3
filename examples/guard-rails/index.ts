// The policy pack: every rule, for the resources of both kinds. Knows Pulumi; the rules do not.
import { PolicyPack, type ResourceValidationPolicy } from "@pulumi/policy";
import { authenticationRules } from "./authentication-rule";
import { grantRules } from "./grant-rule";
import { lifespanRules } from "./lifespan-rule";
import { redirectRules } from "./redirect-rule";
import { kindOf, type Rule } from "./rule";

const rules = [...grantRules, ...redirectRules, ...authenticationRules, ...lifespanRules];

new PolicyPack("guard-rails", { policies: rules.map(policyOf) });

function policyOf({ name, clause, summary, level, kinds, violations }: Rule): ResourceValidationPolicy {
  return {
    name,
    description: `${summary} (RFC 9700, ${clause})`,
    enforcementLevel: level,
    validateResource: ({ type, props }, report) => {
      const kind = kindOf(type);
      if (kind !== undefined && kinds.includes(kind)) for (const violation of violations(props)) report(violation);
    },
  };
}
