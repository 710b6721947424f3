// Knows what a diff and a preview say of desired inputs and recorded state, on the definitions of the package.

import { describe, expect, it } from "vitest";
import { previewOfCreate, previewOfUpdate, stablesOf } from "../../provider/host/preview.ts";
import { diff, driftKey, inputsOf, serverDefaultsKey } from "../../provider/lifecycle/diff.ts";
import { unknown, type Values } from "../../provider/lifecycle/value.ts";
import { oauth2Client } from "../../provider/resources/oauth2-client/definition.ts";
import { trustedJwtIssuer } from "../../provider/resources/trusted-jwt-issuer/definition.ts";

const state: Values = {
  clientId: "web",
  clientName: "Web",
  clientSecret: "a secret",
  grantTypes: ["authorization_code"],
  redirectUris: ["https://web.example/callback"],
  scope: "offline_access offline openid",
  subjectType: "public",
  tokenEndpointAuthMethod: "client_secret_basic",
  userinfoSignedResponseAlg: "none",
  authorizationCodeGrantAccessTokenLifespan: "1h30m0s",
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-01-01T00:00:00Z",
};

const program: Values = {
  clientId: "web",
  clientName: "Web",
  grantTypes: ["authorization_code"],
  redirectUris: ["https://web.example/callback"],
  authorizationCodeGrantAccessTokenLifespan: "90m",
};

const compare = (inputs: Values, recorded: Values = state, moves = false) =>
  diff(oauth2Client, inputs, recorded, moves);

describe("a diff", () => {
  it.for<[string, Values]>([
    ["the same", {}],
    ["a lifespan in another spelling", { authorizationCodeGrantAccessTokenLifespan: "1.5h" }],
    ["what the server ships with", { scope: "offline_access offline openid", subjectType: "public" }],
    ["nothing in place of nothing", { contacts: [], metadata: {}, owner: "", skipConsent: false, jwks: null }],
    ["a secret that the program does not name", { clientSecret: undefined }],
  ])("is empty for %s", ([, edit]) => {
    expect(compare({ ...program, ...edit })).toMatchObject({ changed: [], replaces: [] });
  });

  it.for<[string, unknown]>([
    ["clientName", "Shop"],
    ["clientName", undefined],
    ["grantTypes", []],
    ["redirectUris", ["https://web.example/callback", "https://web.example/other"]],
    ["scope", "openid"],
    ["clientSecret", "another secret"],
    ["authorizationCodeGrantAccessTokenLifespan", undefined],
    ["metadata", { team: "a" }],
  ])("names %s when that is to be %j", ([name, value]) => {
    expect(compare({ ...program, [name]: value })).toMatchObject({ changed: [name], replaces: [] });
  });

  it("replaces for another id, and lets the new client be created first", () => {
    const changed = compare({ ...program, clientId: "shop" });
    expect(changed).toEqual({ changed: ["clientId"], replaces: ["clientId"], deleteBeforeReplace: false });
  });

  it("says that a client of the same id cannot exist twice, whatever changed", () => {
    expect(compare(program).deleteBeforeReplace).toBe(true);
    expect(compare(program, state, true).deleteBeforeReplace).toBe(false);
  });

  it("is not empty while something is in doubt, and knows the defaults that this server fills in", () => {
    expect(compare(program, { ...state, [driftKey("owner")]: true }).changed).toEqual(["owner"]);
    const configured = { ...state, scope: "openid", [serverDefaultsKey]: { scope: "openid" } };
    expect(compare(program, configured).changed).toEqual([]);
  });

  it("compares keys by their bytes, and asks for one trust of a key at a time", () => {
    const key = { kid: "a", kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
    const trust = { issuer: "idp", subject: "alice", jwk: key, expiresAt: "2036-01-01T00:00:00Z" };
    const spelled = { ...trust, jwk: { use: null, ...key, x: `${key.x}=` }, expiresAt: "2036-01-01T01:00:00+01:00" };
    const renewed = { ...trust, expiresAt: "2037-01-01T00:00:00Z" };
    expect(diff(trustedJwtIssuer, spelled, trust, false).changed).toEqual([]);
    expect(diff(trustedJwtIssuer, renewed, trust, false)).toEqual({
      changed: ["expiresAt"],
      replaces: ["expiresAt"],
      deleteBeforeReplace: true,
    });
  });
});

describe("the inputs out of a state", () => {
  it("leave out what the server ships with, and a secret that the program did not name", () => {
    expect(inputsOf(oauth2Client, state, {})).toEqual({
      clientId: "web",
      clientName: "Web",
      grantTypes: ["authorization_code"],
      redirectUris: ["https://web.example/callback"],
      authorizationCodeGrantAccessTokenLifespan: "1h30m0s",
    });
    expect(inputsOf(oauth2Client, state, { clientSecret: "an older one", scope: "x" })).toMatchObject({
      clientSecret: "a secret",
      scope: "offline_access offline openid",
    });
  });
});

describe("a preview", () => {
  it("of a creation promises what the program says, nothing where nothing will be, and no default of the server", () => {
    const promised = previewOfCreate(oauth2Client, { clientName: "Web", contacts: [] });
    expect(promised).toMatchObject({ clientName: "Web", contacts: [], owner: null });
    expect([promised.scope, promised.subjectType, promised.tokenEndpointAuthMethod]).toEqual([
      unknown,
      unknown,
      unknown,
    ]);
  });

  it("of an update keeps the spelling of the program, and says which times move", () => {
    const promised = previewOfUpdate(oauth2Client, { ...program, clientName: "Shop", scope: "" }, state);
    expect(promised).toMatchObject({
      clientName: "Shop",
      authorizationCodeGrantAccessTokenLifespan: "90m",
      scope: "offline_access offline openid",
      clientSecret: "a secret",
      createdAt: "2026-01-01T00:00:00Z",
      updatedAt: unknown,
    });
  });

  it("names what no update changes", () => {
    expect(stablesOf(oauth2Client, state)).toEqual(expect.arrayContaining(["clientId", "createdAt"]));
    expect(stablesOf(oauth2Client, state)).not.toContain("updatedAt");
  });
});
