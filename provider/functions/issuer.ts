// Functions that look up trusted JWT issuers.

import * as z from "zod";
import { unlessGone } from "../hydra/error.ts";
import type { HydraJson } from "../hydra/json.ts";
import type { ServerFunction } from "../lifecycle/function.ts";
import { Refusal } from "../lifecycle/resource.ts";
import type { Values } from "../lifecycle/value.ts";
import { connection, connectionRules } from "../resources/field/connection.ts";
import * as field from "../resources/field/field.ts";
import { outputsOf, readFields } from "../resources/hydra-json.ts";
import type { HydraOperation } from "../resources/memory.ts";
import { trustedJwtIssuer } from "../resources/trusted-jwt-issuer/definition.ts";
import { keyNameOf } from "../resources/trusted-jwt-issuer/name.ts";

const readable = ["issuer", "subject", "allowAnySubject", "scope", "expiresAt"];

const trust = z.object({
  /** The trust's id. */
  id: z.string(),
  ...Object.fromEntries(readable.map((name) => [name, trustedJwtIssuer.inputs.shape[name] as z.ZodType])),
  /** The id of the key that verifies the assertions. */
  kid: z.string(),
  ...trustedJwtIssuer.outputs.shape,
});

export type IssuerQuery = z.infer<typeof one>;
export type IssuersQuery = z.infer<typeof some>;

function trustOf(json: HydraJson): Values {
  const { kid } = keyNameOf(json);
  return {
    id: json.id,
    kid,
    ...readFields(trustedJwtIssuer, json, {}, readable),
    ...outputsOf(trustedJwtIssuer, json),
  };
}

const one = z.strictObject({
  /** The id that Hydra generated for the trust. */
  id: field.requiredText,
  ...connection,
});

/** A trusted JWT issuer. */
export const getTrustedJwtIssuer: ServerFunction<HydraOperation, IssuerQuery> = {
  type: "getTrustedJwtIssuer",
  inputs: one,
  outputs: trust,
  fields: connectionRules,
  rules: () => [],
  async call({ api }, { id }) {
    const json = await unlessGone(api.getTrust(id));
    if (!json)
      throw new Refusal({ code: "not-found", message: `id: there is no trusted JWT issuer ${JSON.stringify(id)}` });
    return trustOf(json);
  },
};

const some = z.strictObject({
  /** Only trusts with exactly this issuer. */
  issuer: field.filter.optional(),
  ...connection,
});

/** All trusted JWT issuers, or those of one issuer. */
export const getTrustedJwtIssuers: ServerFunction<HydraOperation, IssuersQuery> = {
  type: "getTrustedJwtIssuers",
  inputs: some,
  outputs: z.object({
    /** The trusts. */
    issuers: z.array(trust),
  }),
  fields: connectionRules,
  rules: () => [],
  async call({ api }, { issuer }) {
    return { issuers: (await api.listTrusts(issuer)).map(trustOf) };
  },
};
