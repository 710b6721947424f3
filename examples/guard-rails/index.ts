// The policy pack: the rules of pulumi-hydra, with the limits of your organization.
import { PolicyPack } from "@pulumi/policy";
import { policies } from "pulumi-hydra/policy";

/** The longest lifespans that your organization allows. Change them. */
const longest = { accessTokenHours: 1, refreshTokenHours: 720, publicRefreshTokenHours: 24, keyDays: 730 };

new PolicyPack("guard-rails", { policies: policies({ longest }) });
