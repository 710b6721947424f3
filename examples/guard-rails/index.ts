// The policy pack: the rules of pulumi-hydra, with what this house sees differently.
import { PolicyPack } from "@pulumi/policy";
import { policies } from "pulumi-hydra/policy";

/** The longest lifespans that the house allows. Change them to yours. */
const longest = { accessTokenHours: 1, refreshTokenHours: 720, publicRefreshTokenHours: 24, keyDays: 730 };

new PolicyPack("guard-rails", { policies: policies({ longest }) });
