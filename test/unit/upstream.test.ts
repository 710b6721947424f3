// Ties our fields to the types of the official API client: a field that is new there fails the build here.

import type { CreateJsonWebKeySet, OAuth2Client, TrustOAuth2JwtGrantIssuer } from "@ory/hydra-client";
import { expect, it } from "vitest";
import { camelCase, snakeCase } from "../../provider/hydra/naming.ts";
import { lifespans } from "../../provider/resources/field/lifespan.ts";
import type { JsonWebKeyInputs } from "../../provider/resources/json-web-key/definition.ts";
import { oauth2Client } from "../../provider/resources/oauth2-client/definition.ts";
import type { OAuth2ClientInputs, OAuth2ClientOutputs } from "../../provider/resources/oauth2-client/field.ts";
import type { TrustedJwtIssuerInputs } from "../../provider/resources/trusted-jwt-issuer/definition.ts";

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

type Renamed<Wire> = { [Name in keyof Wire & string as CamelCase<Name>]-?: NonNullable<Wire[Name]> };

type Same<Left, Right> = [Left] extends [Right] ? ([Right] extends [Left] ? true : false) : false;

/** The names whose types differ between theirs and ours. */
type Differing<Theirs, Ours> = {
  [Name in keyof Theirs & keyof Ours]: Same<Theirs[Name], NonNullable<Ours[Name]>> extends true ? never : Name;
}[keyof Theirs & keyof Ours];

/** What the server has: not the name of a connection, what rotates a secret or recreates the client, or what is recorded. */
type Ours<Properties> = Omit<Properties, "connection" | "secretRotation" | "recreateTrigger" | "keepRegistrationToken">;

/** Compiles only when the two types are the same. */
function same<Left, Right>(equal: Same<Left, Right>): boolean {
  return equal;
}

type ClientFields = Ours<OAuth2ClientInputs & OAuth2ClientOutputs>;

it("has every field of the official client's OAuth2Client, and no other", () => {
  expect(same<keyof Renamed<OAuth2Client>, keyof ClientFields>(true)).toBe(true);
});

it("gives them the official types, but for the keys, which are stricter here", () => {
  expect(same<Differing<Renamed<OAuth2Client>, ClientFields>, "jwks">(true)).toBe(true);
});

it("has every field of the official client's TrustOAuth2JwtGrantIssuer, and no other", () => {
  type Fields = Ours<TrustedJwtIssuerInputs>;
  expect(same<keyof Renamed<TrustOAuth2JwtGrantIssuer>, keyof Fields>(true)).toBe(true);
  expect(same<Differing<Renamed<TrustOAuth2JwtGrantIssuer>, Fields>, "jwk">(true)).toBe(true);
});

it("has every field of the official client's CreateJsonWebKeySet, and no other", () => {
  type Fields = Omit<Ours<JsonWebKeyInputs>, "set" | "privateKey">;
  expect(same<keyof Renamed<CreateJsonWebKeySet>, keyof Fields>(true)).toBe(true);
  expect(same<Differing<Renamed<CreateJsonWebKeySet>, Fields>, never>(true)).toBe(true);
});

it("has 46 inputs, 13 of them lifespans, and 5 outputs that only the server sets", () => {
  const inputs = Object.keys(oauth2Client.inputs.shape).filter((name) => !oauth2Client.fields[name]?.local);
  expect(inputs).toHaveLength(46);
  expect(Object.keys(lifespans)).toHaveLength(13);
  expect(Object.keys(oauth2Client.outputs.shape)).toHaveLength(5);
});

it("names every field so that the two spellings lead to each other", () => {
  for (const name of Object.keys(oauth2Client.inputs.shape)) expect(camelCase(snakeCase(name))).toBe(name);
});
