// Knows what an update does about a client's secret, for each pair of what is recorded and what the program says.

import { describe, expect, it } from "vitest";
import { driftKey } from "../../provider/lifecycle/diff.ts";
import { makesSecret, planSecret, secretInDoubt } from "../../provider/resources/oauth2-client/secret.ts";

const recorded = { clientSecret: "old" };
const rotated = { ...recorded, secretRotation: { trigger: "1" } };
const drifted = { ...recorded, [driftKey("clientSecret")]: true };
const anything = expect.any(String);

describe("the plan for a secret", () => {
  it.for<[string, Parameters<typeof planSecret>[0], Parameters<typeof planSecret>[1], object]>([
    ["nothing changes", {}, recorded, { send: undefined, rotate: false, dropPrevious: false, revokeTokens: false }],
    ["the program names the same", { clientSecret: "old" }, recorded, { send: undefined, rotate: false }],
    ["the program names another", { clientSecret: "new" }, recorded, { send: "new", rotate: false }],
    ["a rotation begins", { secretRotation: { trigger: "1" } }, recorded, { send: undefined, rotate: true }],
    ["a trigger stays", { secretRotation: { trigger: "1" } }, rotated, { send: undefined, rotate: false }],
    ["a trigger changes", { secretRotation: { trigger: "2" } }, rotated, { send: undefined, rotate: true }],
    [
      "a trigger changes, and nothing old may stay",
      { secretRotation: { trigger: "2", previousSecrets: "drop" } },
      rotated,
      { send: anything, rotate: false, dropPrevious: false },
    ],
    [
      "only what stays is dropped",
      { secretRotation: { trigger: "1", previousSecrets: "drop" } },
      rotated,
      { send: undefined, rotate: false, dropPrevious: true },
    ],
    [
      "tokens are revoked with a rotation alone",
      { secretRotation: { trigger: "1", revokeTokens: true } },
      rotated,
      { rotate: false, revokeTokens: false },
    ],
    ["the rotation is removed", {}, rotated, { send: undefined, rotate: false, dropPrevious: false }],
    ["somebody changed it", {}, drifted, { send: "old", rotate: false }],
    [
      "somebody changed it, and it rotates",
      { secretRotation: { trigger: "1" } },
      drifted,
      { send: anything, rotate: false },
    ],
    ["it is in doubt", {}, secretInDoubt(recorded), { send: anything, rotate: false }],
    ["the client gets one for the first time", {}, { tokenEndpointAuthMethod: "none" }, { send: anything }],
    [
      "the client needs none",
      { tokenEndpointAuthMethod: "none", secretRotation: { trigger: "2" } },
      rotated,
      { send: undefined, rotate: false },
    ],
  ])("when %s", ([, given, state, expected]) => {
    const { send, ...plan } = planSecret(given, state);
    expect({ send, ...plan }).toMatchObject(expected);
    expect(send === "old" || send === "new" || send === undefined || send.length === 43).toBe(true);
  });

  it("says when a secret comes that nobody knows before", () => {
    type Secrets = Parameters<typeof planSecret>[0];
    const makes = (given: Secrets, state: Secrets) => makesSecret(planSecret(given, state), given);
    expect(makes({ secretRotation: { trigger: "1" } }, recorded)).toBe(true);
    expect(makes({ clientSecret: "new" }, recorded)).toBe(false);
    expect(makes({}, secretInDoubt(recorded))).toBe(true);
    // The one that is recorded is written again.
    expect(makes({}, drifted)).toBe(false);
    expect(makes({}, recorded)).toBe(false);
  });

  it("forgets a secret in doubt", () => {
    expect(secretInDoubt(recorded)).toEqual({ [driftKey("clientSecret")]: true });
  });
});
