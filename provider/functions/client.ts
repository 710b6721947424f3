// Functions that look up OAuth 2.0 clients.

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
import { oauth2Client } from "../resources/oauth2-client/definition.ts";

const readable = Object.keys(oauth2Client.inputs.shape).filter((name) => {
  const { local, secret } = oauth2Client.fields[name] ?? {};
  return !local && !secret;
});

const client = z.object({
  ...Object.fromEntries(readable.map((name) => [name, oauth2Client.inputs.shape[name] as z.ZodType])),
  ...oauth2Client.outputs.omit({ registrationAccessToken: true, registrationClientUri: true }).shape,
});

export type ClientQuery = z.infer<typeof one>;
export type ClientsQuery = z.infer<typeof some>;

function clientOf(json: HydraJson): Values {
  return { ...readFields(oauth2Client, json, {}, readable), ...outputsOf(oauth2Client, json) };
}

const one = z.strictObject({
  /** The client's id. */
  clientId: field.clientId,
  ...connection,
});

/** An OAuth 2.0 client with its lifespans. Hydra never returns its secret. */
export const getOAuth2Client: ServerFunction<HydraOperation, ClientQuery> = {
  type: "getOAuth2Client",
  inputs: one,
  outputs: client,
  fields: connectionRules,
  rules: () => [],
  async call({ api }, { clientId }) {
    const json = await unlessGone(api.getClient(clientId));
    if (!json)
      throw new Refusal({ code: "not-found", message: `clientId: there is no client ${JSON.stringify(clientId)}` });
    return clientOf(json);
  },
};

const some = z.strictObject({
  /** Only clients with exactly this name. */
  clientName: field.filter.optional(),
  /** Only clients with exactly this owner. */
  owner: field.filter.optional(),
  ...connection,
});

/** All OAuth 2.0 clients, or those with a name or an owner. */
export const getOAuth2Clients: ServerFunction<HydraOperation, ClientsQuery> = {
  type: "getOAuth2Clients",
  inputs: some,
  outputs: z.object({
    /** The clients, sorted by id. */
    clients: z.array(client),
  }),
  fields: connectionRules,
  rules: () => [],
  async call({ api }, { clientName, owner }) {
    return { clients: (await api.listClients({ client_name: clientName, owner })).map(clientOf) };
  },
};
