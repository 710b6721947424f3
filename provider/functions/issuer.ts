// Functions that look up trusted JWT issuers.

import * as z from "zod";
import type { Admin, Wire } from "../hydra/admin.ts";
import { unlessGone } from "../hydra/error.ts";
import type { ServerFunction } from "../lifecycle/function.ts";
import { Refusal } from "../lifecycle/resource.ts";
import type { Values } from "../lifecycle/value.ts";
import { connection } from "../resources/connection.ts";
import * as field from "../resources/field.ts";
import { keyNameOf } from "../resources/trust-key.ts";
import {
  type TrustedJwtIssuerInputs,
  type TrustedJwtIssuerOutputs,
  trustedJwtIssuer,
} from "../resources/trusted-jwt-issuer.ts";
import { outputsOf, readFields } from "../resources/wire.ts";

const readable = ["issuer", "subject", "allowAnySubject", "scope", "expiresAt"];

const trust = z.object({
  /** The trust's id. */
  id: z.string(),
  ...Object.fromEntries(readable.map((name) => [name, trustedJwtIssuer.inputs.shape[name] as z.ZodType])),
  /** The id of the key that verifies the assertions. */
  kid: z.string(),
  ...trustedJwtIssuer.outputs.shape,
});

/** A trust as it is found; Hydra names its key, but does not show it. */
export type IssuerResult = Omit<TrustedJwtIssuerInputs, "jwk" | "connection"> &
  TrustedJwtIssuerOutputs & { readonly id: string; readonly kid: string };
export type IssuersResult = { readonly issuers: readonly IssuerResult[] };
export type IssuerQuery = z.infer<typeof one>;
export type IssuersQuery = z.infer<typeof some>;

function trustOf(wire: Wire): Values {
  const { kid } = keyNameOf(wire);
  return {
    id: wire.id,
    kid,
    ...readFields(trustedJwtIssuer, wire, {}, readable),
    ...outputsOf(trustedJwtIssuer, wire),
  };
}

const one = z.strictObject({
  /** The id that Hydra gave the trust. */
  id: field.requiredText,
  ...connection,
});

/** One trusted JWT issuer. */
export const getTrustedJwtIssuer: ServerFunction<Admin, IssuerQuery> = {
  type: "getTrustedJwtIssuer",
  inputs: one,
  outputs: trust,
  secrets: [],
  rules: () => [],
  async call({ server, inputs: { id }, signal }) {
    const wire = await unlessGone(server.getTrust(id, signal));
    if (!wire) throw new Refusal(`id: there is no trusted JWT issuer ${JSON.stringify(id)}`);
    return trustOf(wire);
  },
};

const some = z.strictObject({
  /** Only trusts of exactly this issuer. */
  issuer: field.text.optional(),
  ...connection,
});

/** All trusted JWT issuers, or those of one issuer. */
export const getTrustedJwtIssuers: ServerFunction<Admin, IssuersQuery> = {
  type: "getTrustedJwtIssuers",
  inputs: some,
  outputs: z.object({
    /** The trusts. */
    issuers: z.array(trust),
  }),
  secrets: [],
  rules: () => [],
  async call({ server, inputs: { issuer }, signal }) {
    return { issuers: (await server.listTrusts(issuer, signal)).map(trustOf) };
  },
};
